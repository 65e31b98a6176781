/** What is said to an agent's task while it cannot hear it: told to its next run, once, whatever that run is. */
import { describe, expect, test } from "vitest";
import { FEEDBACK_MAX, MESSAGE_BYTES_MAX, PROMPT_BYTES_MAX } from "@claudine/protocol";
import { agentEnd, agentSpec, endAgent, limitEnd } from "./agent-fixtures.ts";
import { one, spec, World } from "./fixtures.ts";

const RETRY = { limit: 1, delayMs: 0, backoff: "constant", jitter: false } as const;
const good = agentEnd({ ok: true, sessionId: "s1" });
const failed = agentEnd({ ok: false, sessionId: "s1", error: { class: "tool", message: "no" } });

function running(change: Parameters<typeof spec>[0] = {}): World {
  const world = new World();
  world.submit({ ...agentSpec("claude", "codex"), ...change });
  world.plan();
  world.started(1);
  return world;
}

const tell = (world: World, textsId = "a", bytes = 1) => world.do({ type: "tell", id: 1, said: { textsId, bytes } });
const told = (world: World) => world.task(1)?.feedback?.map(({ textsId, attempt }) => [textsId, attempt]);

test("what is said before the first run is told to it, in its order", () => {
  const world = new World();
  world.submit(agentSpec("claude"));
  expect(tell(world)).toEqual(["task.told"]);
  tell(world, "b");
  expect(told(world)).toEqual([
    ["a", null],
    ["b", null],
  ]);
  expect(world.task(1)?.status.state).toBe("queued");
  world.plan();
  expect(told(world)).toEqual([
    ["a", 1],
    ["b", 1],
  ]);
});

test("a run that succeeds is followed by one that is told, in the same session and as if a person had continued it", () => {
  const world = running({ retry: RETRY });
  tell(world);
  tell(world, "b");
  expect(endAgent(world, 1, good)).toEqual(["run.finished", "task.retried"]);
  expect(world.events.at(-1)).toMatchObject({ automatic: true, after: "told", goesOn: { session: "s1", note: null } });
  expect(world.task(1)).toMatchObject({ status: { state: "queued" }, retriedAt: 1 });
  expect(world.plan()).toEqual([1]);
  expect(told(world)).toEqual([
    ["a", 2],
    ["b", 2],
  ]);
  expect(endAgent(world, 1, failed)).toEqual(["run.finished", "task.retried"]);
  world.plan();
  expect(endAgent(world, 1, good)).toEqual(["run.finished"]);
  expect(world.task(1)?.status.state).toBe("succeeded");
});

test("without a session the run that follows is a new one, which says so", () => {
  const world = running();
  tell(world);
  endAgent(world, 1, agentEnd({ ok: true }));
  expect(world.task(1)?.goesOn).toMatchObject({ session: null, note: expect.stringContaining("a new session") });
});

test("who waits for the task goes on waiting for the run that follows", () => {
  const world = running();
  world.submit(spec({ after: [{ id: 1, on: "success" }] }));
  tell(world);
  endAgent(world, 1, good);
  expect(world.plan()).toEqual([1]);
  endAgent(world, 1, good);
  expect(world.plan()).toEqual([2]);
});

describe("a run that does not succeed leaves it with the task", () => {
  test.for(["retry", "continue"] as const)("for a %s", (way) => {
    const world = running();
    tell(world);
    expect(endAgent(world, 1, failed)).toEqual(["run.finished"]);
    expect(told(world)).toEqual([["a", null]]);
    if (way === "retry") world.do({ type: "retry", targets: one(1) });
    else world.do({ type: "continue", id: 1, attempt: 1, feedback: { textsId: "b", bytes: 1 } });
    world.plan();
    expect(told(world)).toEqual([["a", 2], ...(way === "retry" ? [] : [["b", 2]])]);
    expect(endAgent(world, 1, good)).toEqual(["run.finished"]);
  });

  test("for a run that follows by its own rule", () => {
    const world = running({ retry: RETRY });
    tell(world);
    expect(endAgent(world, 1, failed)).toEqual(["run.finished", "task.retried"]);
    world.plan();
    expect(told(world)).toEqual([["a", 2]]);
    expect(endAgent(world, 1, good)).toEqual(["run.finished"]);
  });

  test("for the run after a limit, said before it or while the task waits", () => {
    const world = new World();
    world.submit(agentSpec("claude"));
    world.plan();
    world.started(1);
    tell(world);
    endAgent(world, 1, limitEnd({ sessionId: "s1", toolCalls: 1 }));
    expect(world.plan()).toEqual([]);
    tell(world, "b");
    world.do({ type: "forget-limit", agent: "claude" });
    expect(world.plan()).toEqual([1]);
    expect(world.task(1)?.goesOn).toMatchObject({ session: "s1" });
    expect(told(world)).toEqual([
      ["a", 2],
      ["b", 2],
    ]);
    expect(endAgent(world, 1, good)).toEqual(["run.finished"]);
  });

  test("for another agent that is tried instead", () => {
    const world = running();
    tell(world);
    endAgent(world, 1, agentEnd({ ok: false, error: { class: "overloaded", message: "no" } }));
    world.plan();
    expect(world.task(1)).toMatchObject({ agentAt: 1, feedback: [{ attempt: 2 }] });
  });

  test("a cancelled one, while it waits and while it runs", () => {
    const world = running();
    tell(world);
    world.do({ type: "stop", targets: one(1), cause: "cancel", signal: "SIGTERM", note: null });
    expect(endAgent(world, 1, good)).toEqual(["run.finished"]);
    expect([world.task(1)?.status.state, told(world)]).toEqual(["cancelled", [["a", null]]]);
    world.do({ type: "retry", targets: one(1) });
    world.do({ type: "stop", targets: one(1), cause: "cancel", signal: "SIGTERM", note: null });
    expect(told(world)).toEqual([["a", null]]);
  });
});

test("a run that could not be given its environment has told nobody: it is still with the task, as that of the next run", () => {
  const world = new World();
  world.submit(agentSpec("claude"));
  tell(world);
  world.plan();
  world.do({ type: "report-no-environment", id: 1, attempt: 1, names: ["SECRET"] });
  expect(world.task(1)).toMatchObject({ status: { state: "held" }, feedback: [{ attempt: 1 }] });
});

test("what has ended, is no agent's or is not there is refused, and so is more than can be told", () => {
  const ended = running();
  endAgent(ended, 1, good);
  expect(() => tell(ended)).toThrow("Cannot send to task 1: it has already finished (succeeded)");
  const command = new World();
  command.submit(spec());
  expect(() => tell(command)).toThrow("it reads no input");
  expect(() => tell(new World())).toThrow("there is no such task");
  const world = running();
  tell(world, "a", PROMPT_BYTES_MAX);
  expect(() => tell(world, "b", 1)).toThrow(`would have ${PROMPT_BYTES_MAX + 1} bytes`);
  const many = running();
  for (let count = 0; count < FEEDBACK_MAX; count += 1) tell(many, "a", 0);
  expect(() => tell(many, "a", 0)).toThrow("1000 texts");
  const session = new World();
  session.submit(
    spec({ agent: { choices: [{ agent: "claude" }], textsId: "t", promptBytes: 10, takesMessages: true } }),
  );
  expect(() => tell(session, "a", MESSAGE_BYTES_MAX - 9)).toThrow("are allowed");
  expect(tell(session, "a", MESSAGE_BYTES_MAX - 10)).toEqual(["task.told"]);
});
