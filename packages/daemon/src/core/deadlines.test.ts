import { expect, test } from "vitest";
import type { TaskSpec } from "@claudine/protocol";
import { one, spec, World } from "./fixtures.ts";
import { wakeAt } from "./plan.ts";

/** One running task, started at 1000. */
function running(change: Partial<TaskSpec>): World {
  const world = new World();
  world.submit(spec(change));
  world.plan();
  world.started(1);
  return world;
}

test("a run is warned, told to end and killed, each when its time has come", () => {
  const world = running({ limits: { timeoutMs: 10_000, graceMs: 500 } });
  expect(wakeAt(world.state, world.facts())).toBe(10_000);
  expect(world.at(9999)).toEqual([]);
  expect(world.at(10_000)).toEqual(["run.warned"]);
  expect(world.at(10_999)).toEqual([]);
  expect(world.at(11_000)).toEqual(["run.stopping"]);
  expect(world.events.at(-1)).toMatchObject({ cause: "timeout", killAt: 11_500, note: "ran longer than 10.0s" });
  expect(world.at(11_500)).toEqual(["run.escalated"]);
  world.end(1, 143);
  expect(world.task(1)?.status).toMatchObject({ state: "timed-out", note: "ran longer than 10.0s" });
});

test("the signal that the task wants comes before the timeout, once", () => {
  const world = running({ limits: { timeoutMs: 10_000, warnSignal: { signal: "SIGUSR1", beforeMs: 4000 } } });
  expect(world.at(7000)).toEqual(["run.signalled"]);
  expect(world.events.at(-1)).toMatchObject({ signal: "SIGUSR1", early: true });
  expect(world.at(9999)).toEqual([]);
  expect(world.at(11_000)).toEqual(["run.warned", "run.stopping"]);
});

test("a start that is told late does not move the timeout", () => {
  const world = new World();
  world.submit(spec({ limits: { timeoutMs: 5000 } }));
  world.plan();
  const process = { pid: 7, startTicks: "1", bootId: "b" };
  world.now = 3000;
  world.do({ type: "report-started", id: 1, attempt: 1, process, startedAt: 1000 });
  expect(world.at(6000)).toEqual(["run.warned", "run.stopping"]);
});

test("a paused run is continued before it is told to end", () => {
  const world = running({ limits: { timeoutMs: 1000 } });
  world.do({ type: "pause", targets: one(1) });
  expect(world.at(2000)).toEqual(["run.warned", "run.resumed", "run.stopping"]);
});

test("silence ends a run, and whatever it writes puts that off", () => {
  const world = running({ limits: { idleTimeoutMs: 1000 } });
  world.written.set(1, 1900);
  expect(world.at(2000)).toEqual([]);
  expect(wakeAt(world.state, world.facts())).toBe(2900);
  expect(world.at(2899)).toEqual([]);
  expect(world.at(2900)).toEqual(["run.stopping"]);
  expect(world.events.at(-1)).toMatchObject({ cause: "idle-timeout", note: "wrote nothing for 1.0s" });
});

test("a paused run may be silent", () => {
  const world = running({ limits: { idleTimeoutMs: 1000 } });
  world.do({ type: "pause", targets: one(1) });
  expect(world.at(5000)).toEqual([]);
  expect(wakeAt(world.state, world.facts())).toBe(6000);
});

test("a run that uses more memory than it may is ended at once, and has failed", () => {
  const world = running({ needs: { memoryMaxBytes: 1000 } });
  const over = (rssBytes: number) => world.do({ type: "report-memory", id: 1, attempt: 1, rssBytes });
  expect(over(1000)).toEqual([]);
  expect(over(2048)).toEqual(["run.stopping"]);
  expect(world.events.at(-1)).toMatchObject({ cause: "memory", signal: "SIGKILL" });
  expect(over(4096)).toEqual([]);
  world.end(1, 137);
  expect(world.task(1)?.status).toMatchObject({
    state: "failed",
    note: "used 2.0K of memory, and may use 1.0K",
  });
});

test("a run that writes more than it may is asked to end once, and has failed", () => {
  const world = running({ limits: { outputMaxBytes: 1024, whenOutputFull: "kill" } });
  const over = () => world.do({ type: "report-output", id: 1, attempt: 1, bytes: 4096, maxBytes: 1024 });
  expect(over()).toEqual(["run.stopping"]);
  expect(world.events.at(-1)).toMatchObject({ cause: "output", signal: "SIGTERM" });
  expect(over()).toEqual([]);
  world.end(1, 143);
  expect(world.task(1)?.status).toMatchObject({ state: "failed", note: "wrote 4.0K of output, and may write 1.0K" });
  expect(over()).toEqual([]);
});

test("somebody who asked first is the cause", () => {
  const world = running({ limits: { timeoutMs: 1000 } });
  world.do({ type: "stop", targets: one(1), cause: "kill", signal: "SIGTERM", graceMs: 9000, note: null });
  expect(world.at(2000)).toEqual([]);
  world.end(1, 143);
  expect(world.task(1)?.status.state).toBe("cancelled");
});

test("a task starts when its time has come, and the timer is set for it", () => {
  const world = new World();
  world.submit(spec({ notBefore: 5000 }), spec());
  expect(world.plan()).toEqual([2]);
  expect(world.why(1)).toBe("starts in 4.0s");
  expect(wakeAt(world.state, world.facts())).toBe(5000);
  expect(world.at(4999)).toEqual([]);
  expect(world.at(5000)).toEqual(["run.admitted"]);
});

test.each([
  ["set forward by a day, or the machine asleep for one", 86_400_000],
  ["set back by a day", -86_400_000],
])("a wall clock that is %s takes no silence for longer than it was, and lets none go on for ever", (_, jumpMs) => {
  const world = running({ limits: { idleTimeoutMs: 1000 } });
  expect(world.at(1900)).toEqual([]);
  world.written.set(1, 1950);
  world.now = 1990;
  world.setWall(jumpMs);
  expect(world.at(2000)).toEqual([]);
  world.written.set(1, world.wall + 500);
  expect(world.at(2900)).toEqual([]);
  const from = world.events.length;
  for (let now = 3000; now <= 5000; now += 100) world.at(now);
  expect(world.events.slice(from).map(({ type }) => type)).toEqual(["run.stopping"]);
  expect(world.events.at(-1)?.at).toBeLessThanOrEqual(jumpMs + 4000);
});

test("the time of a pause is no silence: who is resumed has all of it again", () => {
  const world = running({ limits: { idleTimeoutMs: 1000 } });
  world.now = 1500;
  world.do({ type: "pause", targets: one(1) });
  expect(world.at(9900)).toEqual([]);
  expect(world.at(10_800)).toEqual([]);
  world.do({ type: "resume", targets: one(1) });
  expect(world.at(11_799)).toEqual([]);
  expect(world.at(11_800)).toEqual(["run.stopping"]);
});

test("a start that is told when the clock was set since does not move the timeout either", () => {
  const world = new World();
  world.submit(spec({ limits: { timeoutMs: 5000 } }));
  world.plan();
  world.now = 3000;
  world.setWall(86_400_000);
  const process = { pid: 7, startTicks: "1", bootId: "b" };
  world.do({ type: "report-started", id: 1, attempt: 1, process, startedAt: 1000 });
  expect(world.at(7999)).toEqual(["run.warned"]);
  expect(world.at(8000)).toEqual(["run.stopping"]);
});
