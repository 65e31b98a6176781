import { NO_USAGE } from "@claudine/protocol";
import { expect, test } from "vitest";
import type { Command } from "./command.ts";
import { one, spec, World } from "./fixtures.ts";

const kill = (id: number, graceMs = 5000): Command => ({
  type: "stop",
  targets: one(id),
  cause: "kill",
  signal: "SIGTERM",
  graceMs,
  note: null,
});

test("ids count up and are not given again after a removal", () => {
  const world = new World();
  world.submit(spec(), spec());
  world.do({ type: "remove", targets: one(2) });
  world.submit(spec());
  expect([...world.state.live.keys()]).toEqual([1, 3]);
});

test("says why a task cannot be killed", () => {
  const world = new World();
  world.submit(spec());
  expect(() => world.do(kill(1))).toThrow("Cannot kill task 1: it is queued");
  world.plan();
  world.end(1, 3);
  expect(() => world.do(kill(1))).toThrow("Cannot kill task 1: it has already finished (failed)");
  expect(() => world.do(kill(7))).toThrow("Cannot kill task 7: there is no such task");
});

test("one named task that cannot leaves all as they are; matched ones are passed over", () => {
  const world = new World();
  world.submit(spec(), spec());
  const before = world.events.length;
  expect(() => world.do({ type: "hold", targets: { named: [1, 9], matched: [] }, why: { kind: "user" } })).toThrow(
    "task 9",
  );
  expect(world.events.length).toBe(before);
  expect(world.do({ type: "hold", targets: { named: [1], matched: [9] }, why: { kind: "user" } })).toEqual([
    "task.held",
  ]);
});

test("a run that was asked to end is cancelled, even when it exits with 0", () => {
  const world = new World();
  world.submit(spec());
  world.plan();
  world.do(kill(1));
  world.end(1, 0);
  expect(world.task(1)?.status).toMatchObject({ state: "cancelled", note: "killed" });
});

test("the first cause stays; a second request can only hasten the end", () => {
  const world = new World();
  world.submit(spec());
  world.plan();
  world.do({ type: "stop", targets: one(1), cause: "cancel", signal: "SIGTERM", graceMs: 1000, note: "not needed" });
  expect(world.do(kill(1, 9000))).toEqual([]);
  expect(world.do(kill(1, 10))).toEqual(["run.stopping"]);
  expect(world.do({ ...kill(1), signal: "SIGKILL" } as Command)).toEqual(["run.escalated"]);
  expect(world.do({ ...kill(1), signal: "SIGKILL" } as Command)).toEqual([]);
  world.end(1, 0);
  expect(world.task(1)?.status).toMatchObject({ state: "cancelled", note: "not needed" });
});

test("a paused run is continued before it is asked to end", () => {
  const world = new World();
  world.submit(spec());
  world.plan();
  world.do({ type: "pause", targets: one(1) });
  expect(world.do(kill(1))).toEqual(["run.resumed", "run.stopping"]);
});

test("reports of a run that is over are ignored", () => {
  const world = new World();
  world.submit(spec());
  world.plan();
  world.end(1);
  expect(world.end(1, 9)).toEqual([]);
  world.do({ type: "retry", targets: one(1) });
  world.plan();
  const stale: Command = {
    type: "report-started",
    id: 1,
    attempt: 1,
    process: { pid: 1, startTicks: "1", bootId: "b" },
    startedAt: 1,
  };
  expect(world.do(stale)).toEqual([]);
  expect(world.do({ ...stale, attempt: 2 })).toEqual(["run.started"]);
});

test("death by a signal is no success, and a lost run is lost", () => {
  const world = new World(3);
  world.submit(spec(), spec(), spec());
  world.plan();
  const end = {
    type: "report-ended",
    attempt: 1,
    startedAt: 1,
    finishedAt: 2,
    usage: {
      cpuMs: 0,
      userMs: 0,
      systemMs: 0,
      peakRssBytes: 0,
      avgRssBytes: 0,
      readBytes: 0,
      writeBytes: 0,
      wallMs: 0,
    },
  } as const;
  world.do({ ...end, id: 1, outcome: { kind: "signalled", signal: "SIGSEGV", coreDumped: true } });
  world.do({ ...end, id: 2, outcome: { kind: "lost", why: "vanished" } });
  world.do({ ...end, id: 3, outcome: { kind: "not-started", step: "exec", errno: "ENOENT", path: "nope" } });
  expect([1, 2, 3].map((id) => world.task(id)?.status.state)).toEqual(["failed", "lost", "failed"]);
});

test("a task whose secrets are gone is held and released only with a new environment", () => {
  const world = new World();
  world.submit(spec());
  world.plan();
  world.do({ type: "report-no-environment", id: 1, attempt: 1, names: ["MY_TOKEN"] });
  expect(world.task(1)?.status.state).toBe("held");
  expect(() => world.do({ type: "release", targets: one(1) })).toThrow("MY_TOKEN");
  world.do({ type: "release", targets: one(1), envId: "new" });
  expect(world.task(1)).toMatchObject({ envId: "new", status: { state: "queued" } });
});

test("a lost run is queued again as often as was asked for, and no more", () => {
  const world = new World();
  world.submit(spec({ lostRetries: 1 }));
  const lost = (attempt: number): Command => ({
    type: "report-ended",
    id: 1,
    attempt,
    outcome: { kind: "lost", why: "rebooted" },
    startedAt: null,
    finishedAt: 2,
    usage: NO_USAGE,
  });
  world.plan();
  expect(world.do(lost(1))).toEqual(["run.finished", "task.retried"]);
  expect(world.plan()).toEqual([1]);
  expect(world.do(lost(2))).toEqual(["run.finished"]);
  expect(world.task(1)?.status.state).toBe("lost");
});

test("a task that a person held is told to be without its secrets too", () => {
  const world = new World();
  world.do({ type: "submit", tasks: [{ spec: spec(), held: true }] });
  const why = { kind: "environment-lost", names: ["MY_TOKEN"] } as const;
  expect(world.do({ type: "hold", targets: one(1), why: { ...why, names: [...why.names] } })).toEqual(["task.held"]);
  expect(() => world.do({ type: "release", targets: one(1) })).toThrow("MY_TOKEN");
});
