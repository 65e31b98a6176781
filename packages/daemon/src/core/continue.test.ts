/** Going on with an agent's task: which session the next run has, and what does not count as a retry. */
import { expect, test } from "vitest";
import { NO_USAGE, noAgentFacts, type AgentEnd, type AgentSpec } from "@claudine/protocol";
import { one, spec, World } from "./fixtures.ts";

const AGENT: AgentSpec = { choices: [{ agent: "claude" }, { agent: "codex" }], textsId: "t", promptBytes: 3 };
const RETRY = { limit: 1, delayMs: 0, backoff: "constant", jitter: false } as const;

function running(change: Parameters<typeof spec>[0] = {}): World {
  const world = new World();
  world.submit(spec({ agent: AGENT, ...change }));
  world.plan();
  world.started(1);
  return world;
}

const said = (change: Partial<AgentEnd>): AgentEnd => ({
  ...noAgentFacts({ agent: "claude" }),
  sessionId: "s1",
  result: null,
  ...change,
});
const failure = (kind: string, change: Partial<AgentEnd> = {}) =>
  said({ ok: false, error: { class: kind, message: `${kind}!` }, ...change });

function end(world: World, exitCode: number, agent?: AgentEnd) {
  return world.do({
    type: "report-ended",
    id: 1,
    attempt: world.task(1)?.attempt ?? 0,
    outcome: { kind: "exited", exitCode },
    startedAt: world.wall,
    finishedAt: world.wall,
    usage: NO_USAGE,
    agent,
  });
}

const goOn = (world: World, textsId = "f1") =>
  world.do({ type: "continue", id: 1, attempt: world.task(1)?.attempt ?? 0, feedback: { textsId, bytes: 5 } });

test("it goes on in the last session that there was, with what was said kept by run", () => {
  const world = running();
  end(world, 0, said({ ok: true }));
  expect(goOn(world)).toEqual(["task.retried"]);
  expect(world.task(1)).toMatchObject({
    status: { state: "queued" },
    goesOn: { session: "s1", note: null },
    feedback: [{ attempt: 2, textsId: "f1", bytes: 5 }],
  });
  world.plan();
  end(world, 1, failure("auth", { sessionId: null }));
  expect(world.events.at(-1)).toMatchObject({ type: "run.finished", goesOn: { session: "s1" } });
  goOn(world, "f2");
  expect(world.task(1)).toMatchObject({ goesOn: { session: "s1" }, feedback: [{ attempt: 2 }, { attempt: 3 }] });
});

test.for([
  ["none was told", said({ ok: true, sessionId: null })],
  ["the tool cannot go on with it", said({ ok: true, resumable: false })],
] as const)("without a session it goes on in a new one, and the run says so: %s", ([, agent]) => {
  const world = running();
  end(world, 0, agent);
  goOn(world);
  expect(world.task(1)?.goesOn).toMatchObject({ session: null, note: expect.stringContaining("a new session") });
  world.plan();
  end(world, 0, said({ ok: true }));
  expect(world.task(1)?.status).toMatchObject({ state: "succeeded", note: expect.stringContaining("a new session") });
});

test("a session that is gone is followed by a new one once, which is no retry", () => {
  const world = running({ retry: RETRY });
  end(world, 0, said({ ok: true }));
  goOn(world);
  world.plan();
  expect(end(world, 1, failure("session-not-found", { sessionId: "other" }))).toEqual(["run.finished", "task.retried"]);
  expect(world.events.at(-1)).toMatchObject({ after: "session", automatic: true });
  expect(world.task(1)).toMatchObject({ goesOn: { session: null } });
  expect(world.task(1)?.session).toBeUndefined();
  world.plan();
  expect(end(world, 1, failure("tool"))).toEqual(["run.finished", "task.retried"]);
  world.plan();
  expect(end(world, 1, failure("tool"))).toEqual(["run.finished"]);
});

test("a tool that goes on in another session than it was told is not taken at its word", () => {
  const world = running();
  end(world, 0, said({ ok: true }));
  goOn(world);
  world.plan();
  end(world, 0, said({ ok: true, sessionId: "other" }));
  expect(world.task(1)?.status).toMatchObject({
    state: "succeeded",
    note: expect.stringContaining("claude began another session than s1"),
  });
  goOn(world, "f2");
  expect(world.task(1)?.goesOn).toEqual({ session: "other", note: null });
});

test("a new session that cannot be found either is not tried again", () => {
  const world = running();
  end(world, 0, said({ ok: true }));
  goOn(world);
  world.plan();
  expect(end(world, 1, failure("session-not-found"))).toEqual(["run.finished", "task.retried"]);
  world.plan();
  expect(end(world, 1, failure("session-not-found"))).toEqual(["run.finished"]);
});

test("a retry by its own rule goes on in the session, and starts over where the session is the reason", () => {
  const world = running({ retry: { ...RETRY, limit: 2 } });
  end(world, 1, failure("tool"));
  expect(world.task(1)?.goesOn).toEqual({ session: "s1", note: null });
  world.plan();
  end(world, 1, failure("refused"));
  expect(world.task(1)?.goesOn).toMatchObject({ session: null });
  const other = running({ retry: RETRY });
  end(other, 1, failure("refused"));
  expect(other.task(1)?.goesOn).toBeUndefined();
});

test("a retry by hand starts over, with the first agent and without a session", () => {
  const world = running();
  end(world, 0, said({ ok: true }));
  goOn(world);
  world.plan();
  end(world, 0, said({ ok: true }));
  world.do({ type: "retry", targets: one(1) });
  expect(world.task(1)?.goesOn).toBeUndefined();
  expect(world.task(1)?.feedback).toHaveLength(1);
});

test("the agent that has the session goes on, and the others that were tried count as no retries", () => {
  const world = running({ retry: RETRY });
  end(world, 1, failure("overloaded"));
  world.plan();
  end(world, 0, said({ ok: true, agent: "codex", sessionId: "s2" }));
  goOn(world);
  expect(world.task(1)).toMatchObject({ agentAt: 1, goesOn: { session: "s2" } });
  world.plan();
  expect(end(world, 1, failure("tool", { sessionId: "s2" }))).toEqual(["run.finished", "task.retried"]);
  world.plan();
  expect(end(world, 1, failure("tool", { sessionId: "s2" }))).toEqual(["run.finished"]);
});

test("another agent is told of the work: the session is not its own", () => {
  const world = running();
  end(world, 0, said({ ok: true }));
  goOn(world);
  world.plan();
  end(world, 1, failure("overloaded"));
  expect(world.task(1)).toMatchObject({ agentAt: 1, goesOn: { session: null } });
});

test("what has not ended, is no agent's or is not there is refused", () => {
  const world = running();
  expect(() => goOn(world)).toThrow("Cannot continue task 1: it is running");
  expect(() => world.do({ type: "continue", id: 9, attempt: 1, feedback: { textsId: "f", bytes: 1 } })).toThrow(
    "no such task",
  );
  const older = running();
  end(older, 0, said({ ok: true }));
  const seen = { type: "continue", id: 1, attempt: 7, feedback: { textsId: "f", bytes: 1 } } as const;
  expect(() => older.do(seen)).toThrow("it has run meanwhile");
  const command = new World();
  command.submit(spec({}));
  expect(() => goOn(command)).toThrow("it is no agent's");
  const waiting = new World();
  waiting.submit(spec({ agent: AGENT }));
  expect(() => goOn(waiting)).toThrow("it is queued");
});
