import { expect, test } from "vitest";
import { add, firings, hourly, HOUR, inHours, MINUTE, schedule, scheduled } from "./schedule-fixtures.ts";

test.each([
  ["skip", [[1, 5, 5, "missed"]]],
  [
    "latest",
    [
      [1, 4, 4, "missed"],
      [5, "missed"],
    ],
  ],
  [
    "catchup",
    [
      [1, "missed"],
      [2, "missed"],
      [3, "missed"],
      [4, "missed"],
      [5, "missed"],
    ],
  ],
  [
    "fail",
    [
      [1, 4, 4, "missed"],
      [5, "missed"],
    ],
  ],
] as const)("five hours missed, ten minutes ago the last: %s", (missed, expected) => {
  const world = scheduled({ ...hourly, missed });
  world.at(5 * HOUR + 10 * MINUTE);
  const counts = expected.map((row) => row.map((one, at) => (at === 2 && typeof one === "number" ? one / 60 : one)));
  expect(inHours(world)).toEqual(counts);
  expect(world.at(5 * HOUR + 11 * MINUTE)).toEqual([]);
  world.now = 6 * HOUR;
  world.plan();
  expect(inHours(world).at(-1)).toEqual(
    missed === "skip" || missed === "fail" ? [6, "due"] : [6, 6, 1 / 60, "overlap"],
  );
});

test("what is at most a minute late is no more than late", () => {
  for (const missed of ["skip", "latest", "catchup", "fail"] as const) {
    const world = scheduled({ ...hourly, missed });
    world.at(HOUR + MINUTE);
    expect(firings(world)).toEqual([[60, "due"]]);
  }
});

test("what was missed and fails by --missed fail is a task that says so", () => {
  const world = scheduled({ ...hourly, missed: "fail" });
  world.at(HOUR + 2 * MINUTE);
  expect(world.task(1)?.status).toMatchObject({
    state: "failed",
    note: expect.stringContaining("missed"),
    outcome: null,
  });
  expect(schedule(world).last).toMatchObject({ task: 1, state: "failed" });
});

test("what is caught up comes one after the other, and new times wait for it", () => {
  const world = scheduled({ ...hourly, missed: "catchup" });
  world.at(3 * HOUR + 10 * MINUTE);
  expect([1, 2, 3].map((id) => world.task(id)?.status.state)).toEqual(["running", "queued", "queued"]);
  expect(world.why(3)).toBe("waits for task 1 to end");
  world.end(1);
  expect(world.plan()).toEqual([2]);
});

test("only so long ago is made up for, and only so many", () => {
  const recent = scheduled({ ...hourly, missed: "catchup", catchupWindowMs: 2.5 * HOUR });
  recent.at(5 * HOUR + 10 * MINUTE);
  expect(inHours(recent)).toEqual([
    [1, 2, 2 / 60, "missed"],
    [3, "missed"],
    [4, "missed"],
    [5, "missed"],
  ]);
  const tooOld = scheduled({ ...hourly, catchupWindowMs: MINUTE });
  tooOld.at(5 * HOUR + 10 * MINUTE);
  expect(inHours(tooOld)).toEqual([[1, 5, 5 / 60, "missed"]]);
  const many = scheduled({ ...hourly, missed: "catchup", overlap: "all" });
  many.at(1000 * HOUR + 10 * MINUTE);
  expect(inHours(many)[0]).toEqual([1, 900, 900 / 60, "missed"]);
  expect(firings(many).length).toBe(101);
});

test("how many a long night has skipped is counted up to a thousand", () => {
  const world = scheduled({ missed: "skip" });
  world.at(100_000 * MINUTE);
  expect(firings(world)).toEqual([
    [1, 99_999, null, "missed"],
    [100_000, "due"],
  ]);
});

test("a turn deals with so much of what was missed as takes little time, and the next ones with the rest", () => {
  const world = scheduled({ missed: "skip" });
  for (let index = 0; index < 200; index += 1) add(world, `s${index}`, { missed: "skip" });
  const { next, day } = world.state.calendar;
  world.state.calendar = {
    clockText: String,
    day,
    next(...asked) {
      // It takes a millisecond, on the steady clock.
      world.now += 1;
      world.aheadMs -= 1;
      return next(...asked);
    },
  };
  world.setWall(30.5 * MINUTE);
  const before = world.now;
  world.plan();
  expect(world.now - before).toBeLessThan(200);
  for (let turn = 1; turn < 200; turn += 1) world.plan();
  expect(firings(world).length).toBe(2 * 201);
  expect(world.plan()).toEqual([]);
});
