/** What the reports of agents lead to: another agent, attention, and how a run has ended. */
import { expect, test } from "vitest";
import { NO_USAGE, noAgentFacts, type AgentEnd, type AgentSpec, type Attention } from "@claudine/protocol";
import { one, spec, World } from "./fixtures.ts";

const AGENT: AgentSpec = {
  choices: [{ agent: "claude" }, { agent: "codex", model: "o9" }],
  textsId: "t",
  promptBytes: 3,
};

function running(change: Parameters<typeof spec>[0] = {}): World {
  const world = new World();
  world.submit(spec({ agent: AGENT, ...change }));
  world.plan();
  world.started(1);
  return world;
}

const said = (change: Partial<AgentEnd>): AgentEnd => ({
  ...noAgentFacts({ agent: "claude" }),
  result: null,
  ...change,
});
const failure = (kind: string) => said({ ok: false, error: { class: kind, message: `${kind}!` } });

const end = (world: World, exitCode: number, agent?: AgentEnd) =>
  world.do({
    type: "report-ended",
    id: 1,
    attempt: world.task(1)?.attempt ?? 0,
    outcome: { kind: "exited", exitCode },
    startedAt: world.wall,
    finishedAt: world.wall,
    usage: NO_USAGE,
    agent,
  });

const attention = (world: World, kind: Attention["kind"] | null, stop?: "quiet" | "lingering") =>
  world.do({
    type: "report-attention",
    id: 1,
    attempt: world.task(1)?.attempt ?? 0,
    attention: kind === null ? null : { kind, since: 1, note: `${kind} for long` },
    end: stop,
  });

test.for([
  ["overloaded", []],
  ["usage-limit", ["agent.limited"]],
  ["rate-limit", ["agent.limited"]],
] as const)("%s: the next agent is tried, until there is none", ([kind, limit]) => {
  const world = running();
  expect(end(world, 1, failure(kind))).toEqual([...limit, "run.finished", "task.retried"]);
  expect(world.task(1)).toMatchObject({ agentAt: 1, status: { state: "queued" } });
  world.plan();
  expect(end(world, 1, failure("overloaded"))).toEqual(["run.finished"]);
  expect(world.task(1)?.status).toMatchObject({ state: "failed", note: "overloaded!", agent: { ok: false } });
});

test.for(["auth", "budget", "refused", "unknown"])("%s: another agent would fare no better", (kind) => {
  expect(end(running(), 1, failure(kind))).toEqual(["run.finished"]);
});

test("who is retried by hand begins with the first agent again; the other one counted as no retry", () => {
  const world = running({ retry: { limit: 1, delayMs: 0, backoff: "constant", jitter: false } });
  end(world, 1, failure("overloaded"));
  world.plan();
  expect(end(world, 1, failure("tool"))).toEqual(["run.finished", "task.retried"]);
  world.plan();
  expect(end(world, 1, failure("tool"))).toEqual(["run.finished"]);
  world.do({ type: "retry", targets: one(1) });
  expect(world.task(1)?.agentAt).toBeUndefined();
});

test("who was ended by a person is not tried elsewhere", () => {
  const world = running();
  world.do({ type: "stop", targets: one(1), cause: "cancel", signal: "SIGTERM", note: null });
  expect(end(world, 1, failure("overloaded"))).toEqual(["run.finished"]);
  expect(world.task(1)?.status.state).toBe("cancelled");
});

test("exit code 0 of one that says it failed is a failure", () => {
  const world = running();
  end(world, 0, failure("refused"));
  expect(world.task(1)?.status).toMatchObject({ state: "failed", note: "refused!" });
});

test("the answer is in the event, not in the task", () => {
  const world = running();
  end(world, 0, said({ ok: true, result: "all of it", headline: "done" }));
  expect(world.events.at(-1)).toMatchObject({ type: "run.finished", agent: { result: "all of it" } });
  const status = world.task(1)?.status;
  expect(status).toMatchObject({ state: "succeeded", agent: { headline: "done" } });
  expect(JSON.stringify(status)).not.toContain("all of it");
});

test("attention is said once, and gone when it is not needed", () => {
  const world = running();
  expect(attention(world, null)).toEqual([]);
  expect(attention(world, "quiet")).toEqual(["run.attention"]);
  expect(attention(world, "quiet")).toEqual([]);
  expect(world.task(1)?.status).toMatchObject({ run: { attention: { kind: "quiet" } } });
  expect(world.why(1)).toBe("quiet for long");
  expect(attention(world, null)).toEqual(["run.attention"]);
  expect(world.task(1)?.status).not.toMatchObject({ run: { attention: expect.anything() } });
});

test("who lingers is ended once, and has done what was asked if its answer says so", () => {
  const world = running();
  expect(attention(world, "lingering", "lingering")).toEqual(["run.stopping"]);
  expect(attention(world, "lingering", "lingering")).toEqual([]);
  end(world, 143, said({ ok: true, result: "x" }));
  expect(world.task(1)?.status).toMatchObject({ state: "succeeded", note: "lingering for long" });
  const other = running();
  attention(other, "quiet", "quiet");
  end(other, 143, said({}));
  expect(other.task(1)?.status).toMatchObject({ state: "timed-out", note: "quiet for long" });
});

test("what is about a run that is over is ignored", () => {
  const world = running();
  end(world, 0);
  expect(attention(world, "quiet")).toEqual([]);
  expect(attention(world, "lingering", "lingering")).toEqual([]);
});
