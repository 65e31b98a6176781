/** Budgets: who waits for one that is used up, and until when. */
import { NO_USAGE, type TaskSpec } from "@claudine/protocol";
import { expect, test } from "vitest";
import { agentSpec, endAgent, spentEnd } from "./agent-fixtures.ts";
import { one, spec, World } from "./fixtures.ts";
import { wakeAt } from "./plan.ts";
import { restart } from "./random-steps.ts";
import type { Settings } from "./settings.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;

const inGroup = (group: string, change: Partial<TaskSpec> = {}): TaskSpec => ({
  ...agentSpec("claude"),
  group,
  ...change,
});

function budgeted(budgets: Partial<Settings["budgets"]>, slots = 4): World {
  return new World(slots, { budgets: { task: undefined, day: undefined, atLimit: "finish", ...budgets } });
}

/** A group that may spend 20 dollars, with so many tasks, all of which run that can. */
function nightly(count: number, slots = 1, per: "total" | "day" = "total"): World {
  const world = new World(slots);
  world.do({ type: "set-group", name: "night", budget: { usd: 20, per } });
  world.submit(...Array.from({ length: count }, () => inGroup("night")));
  world.plan();
  return world;
}

const reachedEvents = (world: World) => world.events.filter(({ type }) => type === "budget.reached");

test("a group's budget that is used up: its agents' tasks wait and say so, all others go on", () => {
  const world = nightly(3);
  expect(endAgent(world, 1, spentEnd(19.5))).toEqual(["run.finished"]);
  expect(world.plan()).toEqual([2]);
  expect(endAgent(world, 2, spentEnd(0.5))).toEqual(["budget.reached", "run.finished"]);
  world.submit(agentSpec("claude"), spec({ group: "night" }));
  expect(new Set(world.plan())).toEqual(new Set([4, 5]));
  expect(world.why(3)).toBe("budget of group night: 20.00 of 20.00 dollars spent");
  expect(reachedEvents(world)).toMatchObject([
    { scope: { kind: "group", name: "night" }, unit: "usd", limit: 20, spent: 20, day: null },
  ]);
});

test("it goes on when the budget is raised or taken away, or when the task moves to another group", () => {
  const world = nightly(3);
  endAgent(world, 1, spentEnd(20));
  expect(world.plan()).toEqual([]);
  world.do({ type: "set-group", name: "night", budget: { usd: 21 } });
  expect(world.plan()).toEqual([2]);
  endAgent(world, 2, spentEnd(1));
  expect(world.plan()).toEqual([]);
  world.do({ type: "change", targets: one(3), changes: { group: "default" } });
  expect(world.plan()).toEqual([3]);
  world.submit(inGroup("night"));
  expect(world.plan()).toEqual([]);
  world.do({ type: "set-group", name: "night", budget: null });
  expect(world.plan()).toEqual([4]);
});

test("a budget below what is spent already holds what comes, and one in tokens counts beside one in dollars", () => {
  const world = nightly(2);
  endAgent(world, 1, spentEnd(3, 5_000_000));
  world.plan();
  endAgent(world, 2, spentEnd(0));
  world.do({ type: "set-group", name: "night", budget: { tokens: 1_000_000 } });
  world.submit(inGroup("night"));
  expect(world.plan()).toEqual([]);
  expect(world.why(3)).toBe("budget of group night: 5.0M of 1.0M tokens spent");
  world.do({ type: "set-group", name: "night", budget: { tokens: null } });
  expect(world.plan()).toEqual([3]);
});

test("a period without anything to spend in it is refused; the period of a budget can be changed", () => {
  const world = nightly(1);
  expect(() => world.do({ type: "set-group", name: "other", budget: { per: "day" } })).toThrow(
    "Cannot set group other: it has no budget",
  );
  world.do({ type: "set-group", name: "night", budget: { per: "day" } });
  expect(world.state.groups.get("night")?.budget).toEqual({ usd: 20, per: "day" });
  world.do({ type: "set-group", name: "night", budget: { usd: null } });
  expect(world.state.groups.get("night")?.budget).toBeUndefined();
});

test("a day's budget begins anew with the next day, by itself", () => {
  const world = budgeted({ day: { usd: 10 } }, 1);
  world.now = DAY - 5 * HOUR;
  world.submit(agentSpec("claude"), agentSpec("codex"), spec());
  world.plan();
  endAgent(world, 1, spentEnd(12));
  expect(world.plan()).toEqual([3]);
  world.end(3);
  expect(world.why(2)).toBe(`budget of the day: 12.00 of 10.00 dollars spent, new day +${DAY} (in 5h00m)`);
  expect(wakeAt(world.state, world)).toBe(DAY);
  expect(world.at(DAY - 1)).toEqual([]);
  expect(world.at(DAY)).toEqual(["run.admitted"]);
});

test("a group's budget may be per day, too", () => {
  const world = nightly(2, 1, "day");
  endAgent(world, 1, spentEnd(25));
  expect(world.plan()).toEqual([]);
  world.now = DAY;
  expect(world.plan()).toEqual([2]);
});

test("why a task waits is about today, also when nothing has happened since yesterday", () => {
  const world = budgeted({ day: { usd: 10 } }, 1);
  world.submit(agentSpec("claude"), spec(), agentSpec("claude"));
  world.plan();
  endAgent(world, 1, spentEnd(12));
  world.do({ type: "start", targets: one(2) });
  expect(world.why(3)).toMatch(/^budget of the day/);
  world.now = DAY + HOUR;
  expect(world.why(3)).toMatch(/^waits for a slot/);
});

test("what an idle group has spent can be forgotten by a new daemon, too", () => {
  const world = new World();
  world.submit(inGroup("night"));
  world.plan();
  endAgent(world, 1, spentEnd(5));
  world.state.groups.delete("night");
  expect(world.do({ type: "remove-group", name: "night" })).toEqual(["group.removed"]);
  expect(world.state.budgets.accounts.has("night")).toBe(false);
  expect(() => world.do({ type: "remove-group", name: "*" })).toThrow("there is no such group");
});

test("less than a cent is told, too", () => {
  const world = budgeted({ day: { usd: 0.004 } }, 1);
  world.submit(agentSpec("claude"), agentSpec("claude"));
  world.plan();
  endAgent(world, 1, spentEnd(0.0052));
  expect(world.why(2)).toMatch(/^budget of the day: 0\.0052 of 0\.0040 dollars spent/);
});

test("a clock that is set back over midnight gives nothing back, and takes nothing from the day after", () => {
  const world = budgeted({ day: { usd: 10 } }, 1);
  world.now = DAY + 1000;
  world.submit(...Array.from({ length: 4 }, () => agentSpec("claude")));
  world.plan();
  endAgent(world, 1, spentEnd(10));
  expect(world.plan()).toEqual([]);
  world.setWall(-2000);
  expect(world.plan()).toEqual([2]);
  endAgent(world, 2, spentEnd(10));
  expect(world.plan()).toEqual([]);
  world.setWall(2000);
  expect(world.plan()).toEqual([]);
  expect(world.why(3)).toMatch(/^budget of the day: 10\.00 of 10\.00 dollars spent/);
});

test("a run counts on the day on which it has ended, also when a daemon that was away learns of it later", () => {
  const world = budgeted({ day: { usd: 10 } }, 1);
  world.submit(agentSpec("claude"), agentSpec("claude"));
  world.plan();
  world.now = DAY + HOUR;
  const late = { id: 1, attempt: 1, startedAt: HOUR, finishedAt: DAY - HOUR, usage: NO_USAGE, agent: spentEnd(10) };
  expect(world.do({ type: "report-ended", outcome: { kind: "exited", exitCode: 0 }, ...late })).toEqual([
    "run.finished",
  ]);
  expect(world.state.budgets.accounts.get("*")?.days).toEqual({ "000000": { usd: 10, tokens: 0 } });
  expect(world.plan()).toEqual([2]);
});

test("a task's budget counts all of its runs, and can be raised while it waits and while it runs", () => {
  const world = budgeted({ task: { usd: 5 } }, 2);
  const own = { retry: { limit: 5, delayMs: 0, backoff: "constant" as const, jitter: false } };
  world.submit({ ...agentSpec("claude"), ...own }, { ...agentSpec("claude"), ...own, budget: { usd: 100 } });
  world.plan();
  for (const id of [1, 2]) endAgent(world, id, spentEnd(3, 0, { ok: false }));
  world.plan();
  for (const id of [1, 2]) endAgent(world, id, spentEnd(3, 0, { ok: false }));
  expect(world.plan()).toEqual([2]);
  expect(world.why(1)).toBe("budget of task 1: 6.00 of 5.00 dollars spent");
  expect(world.task(1)).toMatchObject({ spent: { usd: 6, tokens: 0 } });
  world.do({ type: "change", targets: one(1), changes: { budget: { usd: 7 } } });
  expect(world.plan()).toEqual([1]);
  world.do({ type: "change", targets: one(1), changes: { budget: { usd: 9 } } });
  endAgent(world, 1, spentEnd(2, 0, { ok: false }));
  expect(world.plan()).toEqual([1]);
});

test("a budget of a command is refused", () => {
  const world = new World();
  world.submit(spec());
  expect(() => world.do({ type: "change", targets: one(1), changes: { budget: { usd: 7 } } })).toThrow(
    "Cannot change task 1: it is no agent's, and has no budget",
  );
});

test("a person starts one past the budget, and it is left alone", () => {
  const world = budgeted({ atLimit: "end" }, 1);
  world.do({ type: "set-group", name: "night", budget: { usd: 20 } });
  world.submit(inGroup("night"), inGroup("night"));
  world.plan();
  endAgent(world, 1, spentEnd(20));
  expect(world.plan()).toEqual([]);
  expect(world.do({ type: "start", targets: one(2) })).toEqual(["run.admitted"]);
  expect(world.task(2)).toMatchObject({ status: { run: { pastBudget: true } } });
  world.spending.set(2, { usd: 5, tokens: 0 });
  expect(world.do({ type: "report-spending", id: 2, attempt: 1, turned: true })).toEqual([]);
  endAgent(world, 2, spentEnd(5));
  expect(world.state.budgets.accounts.get("night")?.total.usd).toBe(25);
});

test("a new daemon knows that a run is started past the budget of the day", () => {
  const world = budgeted({ day: { usd: 1 } }, 1);
  world.submit(agentSpec("claude"), agentSpec("claude"));
  world.plan();
  endAgent(world, 1, spentEnd(2));
  restart(world);
  world.do({ type: "start", targets: one(2) });
  expect(world.task(2)).toMatchObject({ status: { run: { pastBudget: true } } });
});

test("what tools say never lowers what was spent, and is cut where it is absurd", () => {
  const world = nightly(4, 4);
  endAgent(world, 1, spentEnd(-50, -3));
  endAgent(world, 2, spentEnd(Number.NaN, Number.NaN));
  expect(world.state.budgets.accounts.get("night")).toBeUndefined();
  endAgent(world, 3, spentEnd(Number.POSITIVE_INFINITY, 1e300));
  expect(world.state.budgets.accounts.get("night")?.total).toEqual({ usd: 1_000_000, tokens: 1e12 });
});

test("ten times a tenth of a dollar is a dollar", () => {
  const world = budgeted({ day: { usd: 1 } }, 1);
  world.submit(...Array.from({ length: 11 }, () => agentSpec("claude")));
  for (let id = 1; id <= 10; id += 1) {
    expect(world.plan()).toEqual([id]);
    endAgent(world, id, spentEnd(0.1));
  }
  expect(world.plan()).toEqual([]);
});

test("who waits costs nothing: the end of others looks at none of them", () => {
  const world = nightly(2000);
  endAgent(world, 1, spentEnd(20));
  world.plan();
  expect(world.state.waiting.parked.size).toBe(1999);
  const { moves } = world.state.waiting;
  world.submit(spec({ group: "night" }), spec({ group: "night" }));
  for (const id of world.plan()) world.end(id);
  for (const id of world.plan()) world.end(id);
  expect(world.state.waiting.moves).toBe(moves);
});

test("a group that is forgotten has spent nothing when it is made again; what all have spent stays", () => {
  const world = nightly(1);
  endAgent(world, 1, spentEnd(20));
  world.do({ type: "remove-group", name: "night" });
  expect(world.state.budgets.reached.size).toBe(0);
  expect([...world.state.budgets.accounts.keys()]).toEqual(["*"]);
});

test("what a group has spent can be forgotten when nothing else is known of it any more", () => {
  const world = new World(1);
  world.submit(inGroup("once"));
  world.plan();
  endAgent(world, 1, spentEnd(20));
  world.state.groups.delete("once");
  expect(world.do({ type: "remove-group", name: "once" })).toEqual(["group.removed"]);
  expect([...world.state.budgets.accounts.keys()]).toEqual(["*"]);
  for (const name of ["once", "*"])
    expect(() => world.do({ type: "remove-group", name })).toThrow("there is no such group");
});

test("the next daemon knows what was spent, and what was told", () => {
  const world = nightly(3, 2);
  world.spending.set(1, { usd: 20, tokens: 0 });
  expect(world.do({ type: "report-spending", id: 1, attempt: 1, turned: true })).toEqual(["budget.reached"]);
  restart(world);
  expect(world.do({ type: "report-spending", id: 1, attempt: 1, turned: true })).toEqual([]);
  endAgent(world, 1, spentEnd(19));
  expect(world.plan()).toEqual([]);
  expect(world.why(3)).toBe("budget of group night: 20.00 of 20.00 dollars spent");
  restart(world);
  expect(world.plan()).toEqual([]);
});
