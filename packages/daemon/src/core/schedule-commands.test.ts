import { ClaudineError, type TaskSpec } from "@claudine/protocol";
import { expect, test } from "vitest";
import type { ScheduleChange } from "./command.ts";
import { spec } from "./fixtures.ts";
import { wakeAt } from "./plan.ts";
import { add, firings, hourly, MINUTE, SECOND, schedule, scheduled, task } from "./schedule-fixtures.ts";

test("a pause is no time that was missed", () => {
  const world = scheduled();
  world.do({ type: "pause-schedules", names: ["s"], paused: true });
  expect(world.at(5 * MINUTE)).toEqual([]);
  expect(wakeAt(world.state, { now: 0, wall: 0 })).toBeUndefined();
  expect(world.do({ type: "pause-schedules", names: ["s"], paused: false })).toEqual([
    "schedule.skipped",
    "schedule.resumed",
  ]);
  expect(firings(world)).toEqual([[1, 5, 5, "paused"]]);
  world.at(6 * MINUTE);
  expect(firings(world).at(-1)).toEqual([6, "due"]);
});

test("what an ended schedule was not due for was not missed when it goes on", () => {
  const world = scheduled({ maxRuns: 1, overlap: "all" });
  world.at(MINUTE);
  world.at(60 * MINUTE + 1);
  world.do({ type: "declare-schedules", declare: { kind: "change", name: "s", changes: { maxRuns: 9 } } });
  world.at(61 * MINUTE);
  expect(firings(world)).toEqual([
    [1, "due"],
    [61, "due"],
  ]);
});

test("a change that was made from what it is no more is refused", () => {
  const world = scheduled();
  const from = world.state.schedules.all.get("s")?.spec;
  const change = (changes: ScheduleChange) =>
    world.do({ type: "declare-schedules", declare: { kind: "change", name: "s", changes, ...(from && { from }) } });
  expect(change({ task: { envId: "other" } })).toEqual(["schedule.changed"]);
  expect(() => change({ task: { envId: "third" } })).toThrow(
    "Cannot edit schedule s: somebody else has just changed it",
  );
});

test("a change that leaves the times alone loses none that is due just now", () => {
  const world = scheduled();
  world.now = MINUTE;
  world.do({ type: "declare-schedules", declare: { kind: "change", name: "s", changes: { overlap: "all" } } });
  world.plan();
  expect(firings(world)).toEqual([[1, "due"]]);
});

test("what would never be due is refused, and so is a name that is taken", () => {
  const world = scheduled();
  world.now = 10 * MINUTE;
  expect(() => add(world, "late", { when: { kind: "at", at: MINUTE } })).toThrow("its time is over");
  expect(() => add(world, "never", { when: { kind: "cron", expression: "x" } })).toThrow("no day ever fits it");
  expect(() => add(world, "ended", { until: 10 * MINUTE + 1 })).toThrow("it would not be due before --until");
  expect(() => add(world, "s")).toThrow("Cannot add schedule s: there is one already");
  expect(() => add(world, "x", { afterSchedules: ["none"] })).toThrow("there is no schedule none");
});

test("who runs it by hand gets a task, and is told when the one before has not ended", () => {
  const world = scheduled();
  world.now = 1;
  expect(world.do({ type: "run-schedule", name: "s" })).toEqual(["schedule.fired", "task.submitted"]);
  expect(() => world.do({ type: "run-schedule", name: "s" })).toThrow(
    "Cannot run schedule s: task 1 of it has not ended",
  );
  expect(schedule(world)).toMatchObject({ fired: 0, anchor: 0, firings: 1, last: { cause: "run" } });
});

test("a dependency on the last success of a schedule is one on the task that is under way, else it is met", () => {
  const world = scheduled();
  const submit = () => world.do({ type: "submit", tasks: [{ spec: spec(), held: false, afterSchedules: ["s"] }] });
  expect(submit).toThrow("Cannot submit: schedule s has not succeeded yet");
  world.at(MINUTE);
  submit();
  expect(world.task(2)?.after).toEqual([{ id: 1, on: "success" }]);
  world.end(1);
  submit();
  expect(world.task(3)?.after).toEqual([{ id: 1, on: "success" }]);
  expect(world.plan()).toEqual([2, 3]);
  for (const id of [2, 3]) world.end(id);
  world.do({ type: "remove", targets: { named: [1], matched: [] } });
  submit();
  expect(world.task(4)?.after).toBeUndefined();
});

test("a schedule that waits for one that has not succeeded says so in its history", () => {
  const world = scheduled({}, 10);
  add(world, "t", { afterSchedules: ["s"], when: { kind: "every", everyMs: 10 * SECOND, from: 0 } });
  world.at(10 * SECOND);
  expect(world.state.schedules.all.get("t")?.last?.skipped).toEqual({
    why: "refused",
    note: "Cannot run schedule t: schedule s has not succeeded yet",
  });
});

test("a schedule that was removed leaves its tasks, and one of the same name is another", () => {
  const world = scheduled();
  world.at(MINUTE);
  world.do({ type: "remove-schedules", names: ["s"] });
  expect(world.task(1)?.status.state).toBe("running");
  add(world, "s", { uid: "another" });
  world.at(2 * MINUTE);
  expect(firings(world).at(-1)).toEqual([2, "due"]);
  world.end(1);
  expect(schedule(world)).toMatchObject({ last: { task: 2, state: null }, lastSuccess: null });
});

test("nothing waits for, or takes the place of, a task of a schedule that was removed", () => {
  const world = scheduled();
  world.at(MINUTE);
  world.do({ type: "remove-schedules", names: ["s"] });
  add(world, "s", { uid: "another", overlap: "replace" });
  expect(() => world.do({ type: "submit", tasks: [{ spec: spec(), held: false, afterSchedules: ["s"] }] })).toThrow(
    "schedule s has not succeeded yet",
  );
  expect(world.at(2 * MINUTE)).toEqual(["schedule.fired", "task.submitted", "run.admitted"]);
  expect(world.task(1)?.status.state).toBe("running");
});

test("a change goes through although a schedule that it waits for is gone; only new ones must be there", () => {
  const world = scheduled();
  add(world, "t", { afterSchedules: ["s"] });
  world.do({ type: "remove-schedules", names: ["s"] });
  const change = (changes: ScheduleChange) =>
    world.do({ type: "declare-schedules", declare: { kind: "change", name: "t", changes } });
  expect(change({ overlap: "all" })).toEqual(["schedule.changed"]);
  expect(() => change({ afterSchedules: ["s", "u"] })).toThrow("there is no schedule u");
  expect(change({ afterSchedules: undefined })).toEqual(["schedule.changed"]);
  expect(() => change({ afterSchedules: ["s"] })).toThrow("there is no schedule s");
});

test("a budget is changed part by part, each task has it as it was, and a command has none", () => {
  const agent: TaskSpec["agent"] = { choices: [{ agent: "claude" }], textsId: "t", promptBytes: 1 };
  const world = scheduled({ overlap: "all", task: { agent, budget: { usd: 1 } } });
  const change = (task: NonNullable<ScheduleChange["task"]>) =>
    world.do({ type: "declare-schedules", declare: { kind: "change", name: "s", changes: { task } } });
  world.at(MINUTE);
  change({ budget: { tokens: 5 } });
  world.at(2 * MINUTE);
  change({ budget: { usd: null, tokens: null } });
  world.at(3 * MINUTE);
  expect([1, 2, 3].map((id) => world.task(id)?.budget)).toEqual([{ usd: 1 }, { usd: 1, tokens: 5 }, undefined]);
  const why = "Cannot edit schedule s: it runs a command, which has no budget";
  expect(() => change({ agent: undefined, budget: { usd: 1 } })).toThrow(why);
  expect(change({ agent: undefined, budget: null })).toEqual(["schedule.changed"]);
  expect(() => change({ budget: { usd: 1 } })).toThrow(why);
  expect(() => add(world, "t", { task: { budget: { usd: 1 } } })).toThrow("Cannot add schedule t: it runs a command");
});

test("a file's schedules are made so: what is so is left alone, and only its own go", () => {
  const world = scheduled();
  const named = (name: string, digest: string) => ({
    name,
    spec: { uid: `${name}-${digest}`, when: hourly.when, zone: "UTC", task, origin: "/f", digest },
  });
  const declare = (prune: boolean, ...schedules: ReturnType<typeof named>[]) =>
    world.do({
      type: "declare-schedules",
      declare: { kind: "reconcile", schedules, prune: prune ? "/f" : undefined },
    });
  expect(declare(false, named("a", "1"), named("b", "1"))).toEqual(["schedule.added", "schedule.added"]);
  expect(declare(true, named("a", "1"), named("b", "1"))).toEqual([]);
  expect(declare(false, named("a", "2"))).toEqual(["schedule.changed"]);
  expect(declare(true, named("a", "2"))).toEqual(["schedule.removed"]);
  const waiting = { name: "c", spec: { ...named("c", "1").spec, afterSchedules: ["d"] } };
  expect(() => declare(false, waiting)).toThrow("there is no schedule d");
  expect(declare(false, waiting, named("d", "1"))).toEqual(["schedule.added", "schedule.added"]);
  expect(declare(true, named("a", "2"))).toEqual(["schedule.removed", "schedule.removed"]);
  expect([...world.state.schedules.all.keys()]).toEqual(["s", "a"]);
  world.do({ type: "declare-schedules", declare: { kind: "change", name: "a", changes: { overlap: "all" } } });
  expect(declare(false, named("a", "2"))).toEqual(["schedule.changed"]);
});

test("schedules that would wait for each other are refused, with the circle", () => {
  const world = scheduled();
  add(world, "a", { afterSchedules: ["s"] });
  add(world, "b", { afterSchedules: ["a"] });
  const edit = (afterSchedules: string[]) =>
    world.do({ type: "declare-schedules", declare: { kind: "change", name: "s", changes: { afterSchedules } } });
  expect(() => edit(["b"])).toThrow("Cannot edit schedule s: it and others would wait for each other in a circle");
  expect(hintOf(() => edit(["b"]))).toBe("s after b after a after s");
  world.do({ type: "remove-schedules", names: ["s"] });
  expect(hintOf(() => add(world, "s", { afterSchedules: ["b"] }))).toBe("s after b after a after s");
});

test("a file may not declare a circle, in whatever order", () => {
  const world = scheduled();
  const declared = (name: string, after: string) => {
    const spec = world.state.schedules.all.get("s")?.spec ?? expect.fail("there is no schedule");
    return { name, spec: { ...spec, uid: name, afterSchedules: [after] } };
  };
  const declare = (...schedules: ReturnType<typeof declared>[]) =>
    world.do({ type: "declare-schedules", declare: { kind: "reconcile", schedules, prune: undefined } });
  expect(hintOf(() => declare(declared("x", "y"), declared("y", "x")))).toBe("x after y after x");
  expect(declare(declared("x", "y"), declared("y", "s"))).toEqual(["schedule.added", "schedule.added"]);
});

function hintOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return error instanceof ClaudineError ? error.hint : expect.fail(String(error));
  }
  return expect.fail("it was not refused");
}
