import { expect, test } from "vitest";
import { createClock, type TimeMark } from "./clock.ts";

const DAY_MS = 86_400_000;

/** A machine whose clocks the test moves. */
function machine() {
  const at = { wall: 1_700_000_000_000, monotonic: 5000, bootId: "first" };
  return {
    at,
    pass(ms: number): void {
      at.wall += ms;
      at.monotonic += ms;
    },
    clock: (mark?: TimeMark) =>
      createClock({ wall: () => at.wall, monotonic: () => at.monotonic, bootId: at.bootId }, mark),
  };
}

test("a set wall clock and a suspended night do not move steady time", () => {
  const { at, pass, clock } = machine();
  const { steady, wall } = clock();
  const before = steady();
  at.wall += 3 * DAY_MS;
  at.wall -= 7 * DAY_MS;
  pass(10);
  expect([steady() - before, wall()]).toEqual([10, at.wall]);
});

test("the next daemon of the same boot goes on where the one before was, whatever the wall clock says", () => {
  const { at, pass, clock } = machine();
  const first = clock();
  at.wall += DAY_MS;
  pass(1000);
  const mark = first.mark();
  pass(500);
  at.wall -= 5 * DAY_MS;
  expect(clock(mark).steady()).toBe(first.steady());
  const third = clock(clock(mark).mark());
  pass(7);
  expect(third.steady()).toBe(first.steady());
});

test("across boots wall time counts, as it has passed since the last mark", () => {
  const { at, pass, clock } = machine();
  const first = clock();
  // Steady and wall time have parted long since: only what passed between the boots may count.
  at.wall += 30 * DAY_MS;
  pass(1000);
  const [mark, before] = [first.mark(), first.steady()];
  Object.assign(at, { bootId: "second", monotonic: 20, wall: at.wall + 3_600_000 });
  expect(clock(mark).steady() - before).toBe(3_600_000);
});

test("a machine that comes up before it went down stands still, and does not go back", () => {
  const { at, clock } = machine();
  const first = clock();
  const [mark, before] = [first.mark(), first.steady()];
  Object.assign(at, { bootId: "second", monotonic: 20, wall: 0 });
  const second = clock(mark);
  expect(second.steady()).toBe(before);
  at.wall = 1_800_000_000_000;
  at.monotonic += 40;
  expect(second.steady()).toBe(before + 40);
});

test("it is known since when the clocks go alike, by the next daemon too", () => {
  const { at, pass, clock } = machine();
  const first = clock();
  pass(10_000);
  expect(first.evenSince()).toBe(0);
  at.wall += DAY_MS;
  pass(50);
  const jumpedAt = first.steady();
  expect(first.evenSince()).toBe(jumpedAt);
  // A clock that runs a little too fast.
  pass(40_000);
  at.wall += 20;
  expect(first.evenSince()).toBe(jumpedAt);
  const second = clock(first.mark());
  expect(second.evenSince()).toBe(jumpedAt);
  const mark = second.mark();
  // While no daemon was there.
  at.wall -= 5 * DAY_MS;
  pass(7000);
  const third = clock(mark);
  expect(third.evenSince()).toBe(third.steady());
});
