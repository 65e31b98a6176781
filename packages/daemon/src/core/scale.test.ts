import { expect, test } from "vitest";
import { PLAIN_CALENDAR, spec, World } from "./fixtures.ts";
import { rescale, RESCALE_MS, type Scale } from "./scale.ts";
import { createState } from "./state.ts";

const CORES = 4;
const GIB = 2 ** 30;

type Moment = { busyPerTask: number; others: number; pressure?: number };

/** The course of a machine whose load comes from the tasks that run; gives the extra slots second by second. */
function simulate(seconds: number, at: (second: number) => Moment): number[] {
  let scale: Scale = { extra: 0, changedAt: 0 };
  return Array.from({ length: seconds }, (_, second) => {
    const { busyPerTask, others, pressure = 0 } = at(second);
    const busyCpus = Math.min(CORES, others + busyPerTask * (CORES + scale.extra));
    const host = { cores: CORES, busyCpus, memoryFreeBytes: 4 * GIB, memoryPressure: pressure, load: null };
    scale = rescale(scale, { now: second * 1000, host, wanted: true, slots: CORES, reserveBytes: GIB });
    return scale.extra;
  });
}

const changes = (course: readonly number[]): number =>
  course.filter((extra, second) => second > 0 && extra !== course[second - 1]).length;

test("tasks that mostly wait are joined by others, up to a limit", () => {
  const course = simulate(120, () => ({ busyPerTask: 0.02, others: 0 }));
  expect(course.at(-1)).toBe(3 * CORES);
  expect(course).toEqual(course.toSorted((a, b) => a - b));
});

test("tasks that keep the cores busy are left alone", () => {
  expect(new Set(simulate(120, () => ({ busyPerTask: 1, others: 0 })))).toEqual(new Set([0]));
});

test("it stops where the machine is busy enough, and does not go to and fro there", () => {
  const course = simulate(600, (second) => ({ busyPerTask: 0.5, others: 0.1 * (second % 2) }));
  expect(course.at(-1)).toBeGreaterThan(0);
  expect(changes(course.slice(60))).toBe(0);
});

test("when others need the machine it gives way, and takes it back afterwards", () => {
  const course = simulate(300, (second) => ({ busyPerTask: 0.3, others: second >= 100 && second < 200 ? 4 : 0 }));
  expect(course[99]).toBeGreaterThan(1);
  expect(course[199]).toBe(0);
  expect(course.at(-1)).toBeGreaterThan(1);
  expect(changes(course)).toBeLessThanOrEqual(3 * (course[99] ?? 0) + 2);
});

test("a load that jumps each second changes little", () => {
  const course = simulate(600, (second) => ({ busyPerTask: 0, others: second % 2 === 0 ? 0 : 4 }));
  expect(changes(course)).toBeLessThanOrEqual(600 / (RESCALE_MS / 1000));
});

test("memory that runs short takes slots away", () => {
  const course = simulate(200, (second) => ({ busyPerTask: 0.02, others: 0, pressure: second < 100 ? 0 : 40 }));
  expect(course[99]).toBeGreaterThan(10);
  expect(course.at(-1)).toBe(0);
});

test("the scheduler starts more than its slots only where they follow the machine, and looks again by itself", () => {
  for (const slotsFollow of [true, false]) {
    const world = new World(2, { slotsFollow });
    world.host = { cores: 2, busyCpus: 0.1, memoryFreeBytes: 8 * GIB, memoryPressure: null, load: null };
    world.submit(...Array.from({ length: 5 }, () => spec()));
    expect(world.plan()).toHaveLength(2);
    world.now = 20_000;
    expect(world.plan()).toHaveLength(slotsFollow ? 1 : 0);
  }
});

test("the next daemon begins with as many slots as are in use", () => {
  const before = new World(6);
  before.submit(...Array.from({ length: 8 }, () => spec()));
  expect(before.plan()).toHaveLength(6);
  const { nextId, lastSeq, counts, settings, live } = before.state;
  const follow = { ...settings, defaultSlots: 2, slotsFollow: true };
  const seed = {
    nextId,
    lastSeq,
    counts,
    groups: [],
    history: [],
    schedules: [],
    unreadSchedules: [],
    calendar: PLAIN_CALENDAR,
    tasks: live.values(),
  };
  const after = new World();
  after.state = createState({ ...seed, settings: follow });
  expect(after.state.scale.extra).toBe(4);
  after.end(1);
  expect(after.plan()).toEqual([7]);
  expect(createState({ ...seed, settings: { ...follow, slotsFollow: false } }).scale.extra).toBe(0);
});
