import { expect, test } from "vitest";
import { one } from "./fixtures.ts";
import { wakeAt } from "./plan.ts";
import { restart } from "./random-steps.ts";
import { add, firings, MINUTE, SECOND, schedule, scheduled } from "./schedule-fixtures.ts";

test("what is due becomes a task in the same turn, linked both ways, and is due no more", () => {
  const world = scheduled();
  expect(world.at(MINUTE - 1)).toEqual([]);
  expect(world.at(MINUTE)).toEqual(["schedule.fired", "task.submitted", "run.admitted"]);
  expect(world.task(1)).toMatchObject({ uid: "uid-s.1", schedule: { name: "s", firing: 1, due: MINUTE, zone: "UTC" } });
  expect(schedule(world)).toMatchObject({ anchor: MINUTE, fired: 1, last: { task: 1, state: null } });
  expect(world.at(MINUTE)).toEqual([]);
  world.end(1);
  expect(schedule(world)).toMatchObject({ last: { state: "succeeded" }, lastSuccess: { task: 1, due: MINUTE } });
  world.at(2 * MINUTE);
  expect(world.task(2)?.schedule).toMatchObject({ firing: 2, previousSuccessAt: MINUTE });
});

test("one timer: it says when the first of all schedules is due", () => {
  const world = scheduled();
  for (let one = 2; one < 50; one += 1)
    add(world, `s${one}`, { when: { kind: "every", everyMs: one * MINUTE, from: 0 } });
  const times = { now: 500, wall: 0 };
  expect(wakeAt(world.state, times)).toBe(MINUTE + 500);
  expect(wakeAt(world.state, times, false)).toBeUndefined();
});

test("nothing is due while nothing may start, and it is not lost by that", () => {
  const world = scheduled();
  world.now = MINUTE;
  expect(world.turn((turn) => turn.plan(false))).toEqual([]);
  expect(world.at(MINUTE + 30 * SECOND)).toContain("schedule.fired");
});

test("while a task of it has not ended the next time is skipped, queued, takes its place or runs beside it", () => {
  const skip = scheduled();
  skip.at(MINUTE);
  skip.at(2 * MINUTE);
  expect(firings(skip)).toEqual([
    [1, "due"],
    [2, 2, 1, "overlap"],
  ]);
  expect(schedule(skip).last).toMatchObject({ skipped: { note: "task 1 of it has not ended" } });

  const queue = scheduled({ overlap: "queue" });
  queue.at(MINUTE);
  expect(queue.at(2 * MINUTE)).toEqual(["schedule.fired", "task.submitted"]);
  queue.end(1, 1);
  expect(queue.plan()).toEqual([2]);

  const cancelled = scheduled({ overlap: "queue" });
  for (const minute of [1, 2, 3]) cancelled.at(minute * MINUTE);
  cancelled.do({ type: "stop", targets: one(2), cause: "cancel", signal: "SIGTERM", note: null });
  expect(cancelled.plan()).toEqual([]);
  cancelled.end(1);
  expect(cancelled.plan()).toEqual([3]);

  const replace = scheduled({ overlap: "replace" });
  replace.at(MINUTE);
  replace.started(1);
  expect(replace.at(2 * MINUTE)).toEqual(["run.stopping", "schedule.fired", "task.submitted"]);
  expect(replace.task(2)?.status.state).toBe("queued");
  replace.end(1);
  expect(replace.task(1)?.status.state).toBe("cancelled");
  expect(replace.plan()).toEqual([2]);

  const all = scheduled({ overlap: "all" });
  all.at(MINUTE);
  expect(all.at(2 * MINUTE)).toEqual(["schedule.fired", "task.submitted", "run.admitted"]);
});

test("a command that is slower than its schedule fills no queue", () => {
  const world = scheduled({ overlap: "queue" });
  for (let minute = 1; minute <= 150; minute += 1) world.at(minute * MINUTE);
  expect(world.state.live.size).toBe(101);
  expect(firings(world).at(-1)).toEqual([150, 150, 1, "overlap"]);
});

test("a clock that is set back makes nothing due twice, nor one that is set forward and back again", () => {
  const world = scheduled({ overlap: "all" });
  world.at(3 * MINUTE);
  const before = firings(world);
  world.at(MINUTE);
  world.at(2 * MINUTE);
  world.at(3 * MINUTE);
  expect(firings(world)).toEqual(before);
  world.at(60 * 24 * MINUTE);
  world.at(4 * MINUTE);
  expect(firings(world).length).toBe(before.length + 2);
  world.at(60 * 24 * MINUTE);
  expect(firings(world).length).toBe(before.length + 2);
});

test("it ends by its number of runs, by its last time, and after its only one", () => {
  const runs = scheduled({ maxRuns: 2, overlap: "all" });
  for (let minute = 1; minute < 5; minute += 1) runs.at(minute * MINUTE);
  expect(firings(runs)).toEqual([
    [1, "due"],
    [2, "due"],
  ]);
  const until = scheduled({ until: 2 * MINUTE + 1, overlap: "all" });
  for (let minute = 1; minute < 5; minute += 1) until.at(minute * MINUTE);
  expect(firings(until)).toEqual([
    [1, "due"],
    [2, "due"],
  ]);
  const once = scheduled({ when: { kind: "at", at: MINUTE } });
  for (let minute = 1; minute < 5; minute += 1) once.at(minute * MINUTE);
  expect(firings(once)).toEqual([[1, "due"]]);
});

test("jitter delays the start, by as much whenever it is worked out, and not all by as much", () => {
  const delays = Array.from({ length: 20 }, (_, index) => {
    const world = scheduled({ jitterMs: 30 * SECOND, uid: `uid-${index}` });
    world.at(MINUTE);
    return (world.task(1)?.notBefore ?? MINUTE) - MINUTE;
  });
  expect(Math.max(...delays)).toBeLessThanOrEqual(30 * SECOND);
  expect(new Set(delays).size).toBeGreaterThan(15);
  expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(15 * SECOND);
});

test("a new daemon knows what was due", () => {
  const world = scheduled();
  world.now = MINUTE;
  const before = structuredClone(schedule(world));
  world.plan();
  const uid = world.task(1)?.uid;
  restart(world);
  expect(schedule(world).anchor).toBe(MINUTE);
  expect(world.plan()).toEqual([]);
  expect([uid, before.firings]).toEqual(["uid-s.1", 0]);
});

test("a prompt becomes an agent's task each time, with the same texts and what was asked of the agent", () => {
  const agent = { choices: [{ agent: "claude", model: "opus" }], textsId: "t", promptBytes: 3, budgetUsd: 1 };
  const world = scheduled({ task: { agent, command: "claude: Review it", argv: ["claude"] } });
  world.at(MINUTE);
  expect(world.task(1)).toMatchObject({ agent, command: "claude: Review it", schedule: { name: "s", firing: 1 } });
  world.do({ type: "tell", id: 1, said: { textsId: "more", bytes: 1 } });
  expect(world.end(1)).toEqual(["run.finished", "task.retried"]);
  world.plan();
  world.end(1);
  world.at(2 * MINUTE);
  expect(world.task(2)).toMatchObject({ agent, schedule: { firing: 2 } });
  expect(world.task(2)?.feedback).toBeUndefined();
});

test("a command in the place of a prompt takes it away", () => {
  const agent = { choices: [{ agent: "claude" }], textsId: "t", promptBytes: 3 };
  const world = scheduled({ task: { agent } });
  const changes = { task: { command: "true", argv: ["true"], agent: undefined } };
  world.do({ type: "declare-schedules", declare: { kind: "change", name: "s", changes } });
  expect(schedule(world).spec.task).not.toHaveProperty("agent");
});
