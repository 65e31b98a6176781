/** What becomes of runs when a budget is used up: they finish, are held, or are ended. */
import type { AtBudget } from "@claudine/protocol";
import { expect, test } from "vitest";
import { agentEnd, agentSpec, endAgent, spentEnd } from "./agent-fixtures.ts";
import { one, spec, World } from "./fixtures.ts";
import { restart } from "./random-steps.ts";

/** So many run, of a day that may cost 10 dollars and a million tokens. */
function running(atLimit: AtBudget, count = 2): World {
  const world = new World(count, { budgets: { task: undefined, day: { usd: 10, tokens: 1_000_000 }, atLimit } });
  world.submit(...Array.from({ length: count }, () => agentSpec("claude")));
  for (const id of world.plan()) world.started(id);
  world.now += 1;
  world.submit(agentSpec("claude"));
  return world;
}

function spends(world: World, id: number, tokens: number) {
  world.spending.set(id, { usd: 0, tokens });
  return goesOn(world, id, { turned: true });
}

function goesOn(world: World, id: number, { turned }: { turned: boolean }) {
  return world.do({ type: "report-spending", id, attempt: world.task(id)?.attempt ?? 0, turned });
}

const SPENT = "budget of the day: 1.0M of 1.0M tokens spent";

test("what runs has spent so far counts: it is told once, and runs finish unless it is configured otherwise", () => {
  const world = running("finish");
  expect(spends(world, 1, 400_000)).toEqual([]);
  expect(spends(world, 2, 600_000)).toEqual(["budget.reached"]);
  expect(spends(world, 1, 500_000)).toEqual([]);
  expect(endAgent(world, 1, spentEnd(0, 500_000))).toEqual(["run.finished"]);
  expect(world.plan()).toEqual([]);
  expect(world.task(2)?.status).not.toMatchObject({ run: { stopping: {} } });
});

test("held: each is ended at its next turn, and goes on in its session on the next day", () => {
  const world = running("hold");
  spends(world, 1, 400_000);
  expect(spends(world, 2, 600_000)).toEqual(["budget.reached"]);
  expect(goesOn(world, 2, { turned: false })).toEqual([]);
  expect(spends(world, 2, 610_000)).toEqual(["run.stopping"]);
  expect(world.task(2)).toMatchObject({ status: { run: { stopping: { cause: "budget-hold", signal: "SIGTERM" } } } });
  expect(endAgent(world, 2, spentEnd(0, 610_000, { ok: null }))).toEqual(["run.finished", "task.retried"]);
  expect(world.task(2)).toMatchObject({ status: { state: "queued" }, goesOn: { session: "s" }, limitedRuns: 1 });
  expect(world.plan()).toEqual([]);
  expect(world.why(2)).toContain(SPENT);
  world.now += 86_400_000;
  expect(world.plan()).toEqual([2]);
  expect(world.events.filter((event) => event.type === "run.finished")).toMatchObject([
    { state: "cancelled", agent: { ok: null, error: { class: "budget", message: SPENT } } },
  ]);
});

test("held: one that has answered meanwhile has succeeded, and one that a person cancels does not come back", () => {
  const world = running("hold");
  spends(world, 1, 1_000_000);
  for (const id of [1, 2]) expect(spends(world, id, 1_000_000)).toContain("run.stopping");
  expect(endAgent(world, 1, spentEnd(0, 1_000_000))).toEqual(["run.finished"]);
  expect(world.task(1)?.status.state).toBe("succeeded");
  world.do({ type: "stop", targets: one(2), cause: "cancel", signal: "SIGTERM", note: null });
  endAgent(world, 2, spentEnd(0, 1, { ok: null }));
  expect(world.task(2)?.status.state).toBe("cancelled");
});

test("ended: all runs of the scope are, in the same step, and have failed with the budget as the reason", () => {
  const world = running("end", 3);
  world.do({ type: "change", targets: one(1), changes: { retry: { limit: 3 } } });
  expect(spends(world, 2, 1_000_000)).toEqual(["budget.reached", "run.stopping", "run.stopping", "run.stopping"]);
  expect(endAgent(world, 1, agentEnd({ ok: null, sessionId: "s" }))).toEqual(["run.finished"]);
  expect(world.task(1)).toMatchObject({
    status: { state: "failed", note: SPENT, agent: { ok: false, error: { class: "budget", message: SPENT } } },
  });
});

test("ended: the end of one run is the end of those beside it", () => {
  const world = running("end");
  expect(endAgent(world, 1, spentEnd(10))).toEqual(["budget.reached", "run.stopping", "run.finished"]);
  expect(world.task(2)).toMatchObject({ status: { run: { stopping: { cause: "budget" } } } });
});

test.for(["end", "hold"] as const)(
  "a run that has said that it failed is over, and its own end counts (%s)",
  (atLimit) => {
    const world = new World(2, { budgets: { task: undefined, day: { usd: 10 }, atLimit } });
    world.submit(agentSpec("claude", "codex"), agentSpec("claude"));
    for (const id of world.plan()) world.started(id);
    world.spending.set(1, { usd: 10, tokens: 0, hasFailed: true });
    expect(goesOn(world, 1, { turned: true })).toEqual(
      atLimit === "end" ? ["budget.reached", "run.stopping"] : ["budget.reached"],
    );
    expect(goesOn(world, 1, { turned: true })).toEqual([]);
    const overloaded = { ok: false, error: { class: "overloaded", message: "busy" } };
    expect(endAgent(world, 1, spentEnd(10, 0, overloaded))).toEqual(["run.finished", "task.retried"]);
    expect(world.task(1)).toMatchObject({ status: { state: "queued" }, agentAt: 1 });
    expect(world.plan()).toEqual([]);
    expect(world.why(1)).toMatch(/^budget of the day: 10\.00 of 10\.00 dollars spent/);
  },
);

test("a session that takes messages may go on after it failed, and is ended", () => {
  const world = new World(1, { budgets: { task: undefined, day: { usd: 10 }, atLimit: "end" } });
  world.submit(spec({ agent: { choices: [{ agent: "claude" }], textsId: "t", promptBytes: 3, takesMessages: true } }));
  for (const id of world.plan()) world.started(id);
  world.spending.set(1, { usd: 10, tokens: 0, hasFailed: true });
  expect(goesOn(world, 1, { turned: false })).toEqual(["budget.reached", "run.stopping"]);
});

test("a paused run that is ended is continued first", () => {
  const world = running("end");
  world.do({ type: "pause", targets: one(2) });
  expect(endAgent(world, 1, spentEnd(10))).toEqual(["budget.reached", "run.resumed", "run.stopping", "run.finished"]);
});

test("a report of a run that is over, or is being ended, does nothing", () => {
  const world = running("end");
  expect(world.do({ type: "report-spending", id: 1, attempt: 7, turned: true })).toEqual([]);
  expect(world.do({ type: "report-spending", id: 99, attempt: 1, turned: true })).toEqual([]);
  spends(world, 1, 1_000_000);
  expect(spends(world, 1, 2_000_000)).toEqual([]);
});

test("a tool that keeps to a budget gets what is left of the narrowest one, in cents", () => {
  const world = new World(3, { budgets: { task: { usd: 5 }, day: { usd: 8 }, atLimit: "hold" } });
  world.submit(agentSpec("claude"), agentSpec("claude"), agentSpec("claude"));
  world.plan();
  expect(world.task(1)).toMatchObject({ status: { run: { budget: { usd: 5, scope: { kind: "task", id: 1 } } } } });
  endAgent(world, 1, spentEnd(4.001));
  world.spending.set(2, { usd: 1, tokens: 0 });
  world.submit(agentSpec("claude"));
  world.plan();
  expect(world.task(4)).toMatchObject({ status: { run: { budget: { usd: 3, scope: { kind: "day" }, limit: 8 } } } });
});

test("with runs that are let finish no tool is told", () => {
  const world = running("finish");
  expect(world.task(1)).not.toMatchObject({ status: { run: { budget: {} } } });
});

const kept = { ok: false, error: { class: "budget", message: "Reached maximum budget" } } as const;

test("who ends as that was used up has met the budget, and goes on when there is more", () => {
  const world = running("hold");
  expect(endAgent(world, 1, spentEnd(9.99, 0, kept))).toEqual(["budget.reached", "run.finished", "task.retried"]);
  expect(world.plan()).toEqual([]);
  expect(world.why(1)).toMatch(/^budget of the day: 9\.99 of 10\.00 dollars spent, new day/);
  world.now += 86_400_000;
  expect(world.plan()).toContain(1);
  expect(world.task(1)?.goesOn).toEqual({ session: "s", note: null });
});

test("what was left of yesterday's budget says nothing of today's", () => {
  for (const atLimit of ["hold", "end"] as const) {
    const world = running(atLimit);
    world.now += 86_400_000;
    expect(endAgent(world, 1, spentEnd(9.99, 0, kept))).toEqual(["run.finished", "task.retried"]);
    expect(world.plan()).toHaveLength(1);
  }
});

test("likewise it has failed where runs are ended; its own budget is its own failure", () => {
  const world = running("end");
  endAgent(world, 1, spentEnd(9.99, 0, kept));
  expect(world.task(1)).toMatchObject({
    status: { state: "failed", agent: { error: { message: "budget of the day: 9.99 of 10.00 dollars spent" } } },
  });
  const other = new World(1, { budgets: { task: undefined, day: { usd: 10 }, atLimit: "hold" } });
  const spec = agentSpec("claude");
  other.submit({ ...spec, agent: { ...(spec.agent ?? expect.fail("no agent")), budgetUsd: 1 } });
  other.plan();
  expect(endAgent(other, 1, spentEnd(1, 0, kept))).toEqual(["run.finished"]);
  expect(other.task(1)).toMatchObject({ status: { state: "failed", note: "Reached maximum budget" } });
});

test.for(["hold", "end"] as const)("%s: what was left of yesterday says nothing about today", (atLimit) => {
  const world = running(atLimit);
  world.now += 86_400_000;
  expect(endAgent(world, 1, spentEnd(3, 0, kept))).toEqual(["run.finished", "task.retried"]);
  expect(new Set(world.plan())).toEqual(new Set([1]));
  expect(world.task(1)).toMatchObject({ status: { run: { budget: { usd: 7, day: "000001" } } } });
});

test("a run of an older daemon, which did not note the day, has met the budget that it was given the rest of", () => {
  const world = running("hold");
  const task = world.task(1) ?? expect.fail("no task");
  const run = "run" in task.status ? task.status.run : expect.fail("no run");
  const { day: _, ...budget } = run.budget ?? expect.fail("no budget");
  if ("run" in task.status) world.state.live.set(1, { ...task, status: { ...task.status, run: { ...run, budget } } });
  expect(endAgent(world, 1, spentEnd(9.99, 0, kept))).toEqual(["budget.reached", "run.finished", "task.retried"]);
});

test("held at the limit of its provider: it waits for both, and is told what was said to it meanwhile", () => {
  const world = running("hold");
  for (const _ of [1, 2]) spends(world, 1, 1_000_000);
  world.do({ type: "tell", id: 1, said: { textsId: "more", bytes: 4 } });
  const error = { class: "usage-limit", message: "enough" };
  const end = spentEnd(0, 1_000_000, { ok: false, error });
  expect(endAgent(world, 1, end)).toEqual(["agent.limited", "run.finished", "task.retried"]);
  expect(world.events.at(-1)).toMatchObject({ after: "budget", goesOn: { session: "s" } });
  world.do({ type: "forget-limit", agent: "claude" });
  expect(world.plan()).toEqual([]);
  world.now += 86_400_000;
  expect(world.plan()).toContain(1);
  expect(world.task(1)?.feedback).toMatchObject([{ textsId: "more", attempt: 2 }]);
});

test("a budget that is lowered below what runs have spent so far is in force at once", () => {
  const world = new World(3, { budgets: { task: undefined, day: undefined, atLimit: "end" } });
  world.do({ type: "set-group", name: "default", budget: { tokens: 1_000_000 } });
  world.submit(agentSpec("claude"), agentSpec("claude"));
  for (const id of world.plan()) world.started(id);
  for (const id of [1, 2]) expect(spends(world, id, 300_000)).toEqual([]);
  expect(world.do({ type: "set-group", name: "default", budget: { tokens: 700_000 } })).toEqual(["group.changed"]);
  expect(world.do({ type: "set-group", name: "default", budget: { tokens: 500_000 } })).toEqual([
    "group.changed",
    "budget.reached",
    "run.stopping",
    "run.stopping",
  ]);
  world.submit(agentSpec("claude"));
  expect(world.plan()).toEqual([]);
  expect(world.why(3)).toBe("budget of group default: 600K of 500K tokens spent");
});

const setGroup = (world: World, budget: { tokens: number } | null) =>
  world.do({ type: "set-group", name: "default", budget });

test("one that was raised and is lowered to the same number again is told again, and ends what runs then", () => {
  const world = new World(3, { budgets: { task: undefined, day: undefined, atLimit: "end" } });
  setGroup(world, { tokens: 500_000 });
  world.submit(agentSpec("claude"), agentSpec("claude"));
  for (const id of world.plan()) world.started(id);
  expect(spends(world, 1, 500_000)).toEqual(["budget.reached", "run.stopping", "run.stopping"]);
  endAgent(world, 1, spentEnd(0, 500_000, { ok: null }));
  endAgent(world, 2, spentEnd(0, 0, { ok: null }));
  world.submit(agentSpec("claude"));
  expect(world.plan()).toEqual([]);
  for (const more of [{ tokens: 900_000 }, null]) {
    expect(setGroup(world, more)).toEqual(["group.changed"]);
    for (const id of world.plan()) world.started(id);
    expect(setGroup(world, { tokens: 500_000 })).toEqual(["group.changed", "budget.reached", "run.stopping"]);
    endAgent(world, world.state.nextId - 1, spentEnd(0, 0, { ok: null }));
    world.submit(agentSpec("claude"));
    expect(world.plan()).toEqual([]);
  }
});

test("what runs had counted in the end says whether one is used up that is set again", () => {
  const world = new World(2, { budgets: { task: undefined, day: undefined, atLimit: "finish" } });
  setGroup(world, { tokens: 500_000 });
  world.submit(agentSpec("claude"), agentSpec("claude"));
  for (const id of world.plan()) world.started(id);
  expect(spends(world, 1, 500_000)).toEqual(["budget.reached"]);
  world.spending.clear();
  for (const id of [1, 2]) endAgent(world, id, spentEnd(0, 100_000));
  world.submit(agentSpec("claude"));
  expect(world.plan()).toEqual([]);
  expect(setGroup(world, { tokens: 900_000 })).toEqual(["group.changed"]);
  expect(setGroup(world, { tokens: 500_000 })).toEqual(["group.changed"]);
  restart(world);
  expect(world.plan()).toEqual([3]);
  expect(spends(world, 3, 300_000)).toEqual(["budget.reached"]);
});

test("likewise the one of a task", () => {
  const world = new World(2, { budgets: { task: { tokens: 900_000 }, day: undefined, atLimit: "end" } });
  world.submit(agentSpec("claude"));
  for (const id of world.plan()) world.started(id);
  spends(world, 1, 500_000);
  const set = (tokens: number | null) => world.do({ type: "change", targets: one(1), changes: { budget: { tokens } } });
  expect(set(600_000)).toEqual(["task.changed"]);
  expect(set(null)).toEqual(["task.changed"]);
  expect(set(400_000)).toEqual(["task.changed", "budget.reached", "run.stopping"]);
  endAgent(world, 1, spentEnd(0, 500_000, { ok: null, sessionId: null }));
  world.do({ type: "retry", targets: one(1) });
  expect(set(950_000)).toEqual(["task.changed"]);
  expect(world.plan()).toEqual([1]);
  world.started(1);
  expect(set(400_000)).toEqual(["task.changed", "budget.reached", "run.stopping"]);
});

test("a restart changes nothing of what is to become of a run that is being held", () => {
  const world = running("hold");
  spends(world, 1, 1_000_000);
  spends(world, 1, 1_000_000);
  restart(world);
  expect(endAgent(world, 1, spentEnd(0, 1_000_000, { ok: null }))).toEqual(["run.finished", "task.retried"]);
  expect(world.plan()).toEqual([]);
});
