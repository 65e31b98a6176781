/** What tasks of several groups share: nothing lies idle that somebody could use, and nobody is passed for ever. */
import { compareRanks, rankOf } from "@claudine/protocol/rank";
import type { Needs, Task } from "@claudine/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { totalOf, wantsOf } from "./counted.ts";
import { spec, World } from "./fixtures.ts";
import { groupOf, slotsOf, totalSlotsOf, widthOf } from "./groups.ts";

const GROUPS = ["a", "b", "c"] as const;
const group = fc.constantFrom(...GROUPS);

const task = fc.record({
  group,
  priority: fc.constantFrom(0, 0, 1),
  needs: fc.constantFrom<Needs[]>(
    {},
    { locks: ["l"] },
    { locks: ["l", "m"] },
    { claims: { gpu: 1 } },
    { claims: { gpu: 2 } },
    { locks: ["m"], claims: { gpu: 1 } },
    { slots: 2 },
    { slots: 2, locks: ["l"] },
  ),
});

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("submit" as const), tasks: fc.array(task, { maxLength: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("end" as const), at: fc.nat(5) }) },
  fc.record({ do: fc.constant("group" as const), name: group, paused: fc.boolean() }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function take(world: World, one: Step): void {
  switch (one.do) {
    case "submit":
      world.now += 1;
      return void (one.tasks.length > 0 && world.submit(...one.tasks.map((each) => spec(each))));
    case "group":
      return void world.do({ type: "set-group", name: one.name, paused: one.paused });
    case "end": {
      const running = [...world.state.inFlight];
      const id = running[one.at % Math.max(1, running.length)];
      return void (id !== undefined && world.end(id));
    }
  }
}

const free = ({ state }: World, name: string): number =>
  totalOf(state, name) - (state.waiting.counted.get(name)?.used.size ?? 0);

const isPaused = ({ state }: World, { group: name }: Task): boolean => groupOf(state, name).paused;

function couldStart(world: World, one: Task): boolean {
  const { state } = world;
  const own = groupOf(state, one.group);
  const width = widthOf(state, one);
  const hasSlots = own.used + width <= slotsOf(state, own) && state.used + width <= totalSlotsOf(state);
  return !own.paused && hasSlots && wantsOf(one).every(({ name, count }) => free(world, name) >= count);
}

/** Whether what there is may be kept for a task that comes first: wide ones keep slots, and who lacks units those. */
function keepsFrom(world: World, first: Task, other: Task): boolean {
  if (isPaused(world, first)) return false;
  const ranks = [first, other].map((one) => rankOf(one, world.state.settings));
  if (compareRanks(ranks[0] ?? [], ranks[1] ?? []) >= 0) return false;
  const lacked = wantsOf(first).filter(({ name, count }) => free(world, name) < count);
  if (lacked.length === 0) return widthOf(world.state, first) > 1;
  return wantsOf(other).some(({ name }) => lacked.some((lack) => lack.name === name));
}

/** What waits for units, and for nothing else, is not passed by a later one of the same resource. */
function checkPassed(world: World, admitted: readonly Task[]): void {
  const { state } = world;
  if (totalSlotsOf(state) !== Number.POSITIVE_INFINITY) return;
  for (const id of state.waiting.parked.keys()) {
    const one = state.live.get(id);
    const own = one === undefined ? undefined : groupOf(state, one.group);
    if (one?.needs?.claims === undefined || one.needs.locks !== undefined) continue;
    if (own === undefined || own.paused || own.used >= slotsOf(state, own)) continue;
    // The slots that are free are kept for a wide one of its group: it waits for these as well.
    if (queuedOf(world).some((first) => first.group === one.group && isWideBefore(world, first, one))) continue;
    for (const other of admitted.filter(({ needs }) => needs?.claims !== undefined)) {
      const [before, after] = [other, one].map((each) => rankOf(each, state.settings));
      expect(compareRanks(before ?? [], after ?? [])).toBeLessThan(0);
    }
  }
}

const queuedOf = ({ state }: World): Task[] =>
  [...state.live.values()].filter(({ status }) => status.state === "queued");

function isWideBefore(world: World, first: Task, other: Task): boolean {
  const [before, after] = [first, other].map((one) => rankOf(one, world.state.settings));
  return widthOf(world.state, first) > 1 && compareRanks(before ?? [], after ?? []) < 0;
}

function checkNothingIdle(world: World): void {
  const queued = queuedOf(world);
  for (const one of queued)
    if (couldStart(world, one)) expect(queued.some((first) => keepsFrom(world, first, one))).toBe(true);
}

const submit = (...tasks: Extract<Step, { do: "submit" }>["tasks"]): Step => ({ do: "submit", tasks });
const end = (at: number): Step => ({ do: "end", at });
const oneUnit = { claims: { gpu: 1 } };
const lockAndUnit = { locks: ["m"], ...oneUnit };

/** The run that ends frees a lock and a unit; who waited for the lock was once offered the unit, and another comes before it. */
const BACK_FOR_A_LOCK: Step[] = [
  submit(
    { group: "a", priority: 0, needs: { locks: ["l", "m"] } },
    { group: "c", priority: 0, needs: lockAndUnit },
    { group: "a", priority: 0, needs: { claims: { gpu: 2 } } },
  ),
  submit(
    { group: "c", priority: 0, needs: {} },
    { group: "a", priority: 0, needs: {} },
    { group: "c", priority: 1, needs: oneUnit },
  ),
  submit({ group: "a", priority: 0, needs: lockAndUnit }),
  submit({ group: "b", priority: 0, needs: {} }),
  ...[0, 0, 1, 5].map(end),
  submit({ group: "a", priority: 1, needs: oneUnit }, { group: "c", priority: 1, needs: oneUnit }),
  ...[1, 0, 0].map(end),
];

test("locks, units and slots lie idle only for one that comes first, and are not taken past it", () => {
  const steps = fc.array(step, { minLength: 5, maxLength: 40 });
  const totals = fc.constantFrom(undefined, 3, 4);
  fc.assert(
    fc.property(steps, totals, (all, totalSlots) => {
      const world = new World(2, { resources: { gpu: 2 }, totalSlots });
      for (const one of all) {
        take(world, one);
        const before = queuedOf(world);
        const ids = new Set(world.plan());
        checkPassed(
          world,
          before.filter(({ id }) => ids.has(id)),
        );
        checkNothingIdle(world);
      }
    }),
    { numRuns: 1000, examples: [[BACK_FOR_A_LOCK, undefined]] },
  );
});
