import { compareRanks, rankOf } from "@claudine/protocol/rank";
import { isFinished, type Task, type TaskId } from "@claudine/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { wantsOf } from "./counted.ts";
import { causes, explain } from "./explain.ts";
import type { World } from "./fixtures.ts";
import { slotsOf, totalSlotsOf } from "./groups.ts";
import { planNext } from "./plan.ts";
import { GROUPS, newWorld, RESOURCES, step, take, withAndWithoutRestart, type Step } from "./random-steps.ts";

type Use = ReadonlyMap<string, number>;

function useOf({ state }: World): Use {
  return new Map([...[...state.groups].map(([name, group]) => [name, group.used] as const), ["*", state.used]]);
}

/** A limit that was lowered lets what runs run, and starts nothing more; `start` goes past limits. */
function checkLimits(world: World, before: Use): void {
  const { state } = world;
  for (const group of state.groups.values())
    expect(group.used).toBeLessThanOrEqual(Math.max(slotsOf(state, group), before.get(group.name) ?? 0));
  expect(state.used).toBeLessThanOrEqual(Math.max(totalSlotsOf(state), before.get("*") ?? 0));
}

/** Nobody has what another has, and nobody has what there is not. */
function checkResources(tasks: readonly Task[]): void {
  const running = tasks.flatMap((task) => ("run" in task.status ? [{ task, run: task.status.run }] : []));
  const locks = running.flatMap(({ task }) => [...new Set(task.needs?.locks)]);
  expect(new Set(locks).size).toBe(locks.length);
  const units = running.flatMap(({ run }) => run.units?.["gpu"] ?? []);
  expect(new Set(units).size).toBe(units.length);
  for (const unit of units) expect(unit).toBeLessThan(RESOURCES.gpu);
  for (const { task, run } of running)
    expect(run.units?.["gpu"]?.length).toBe(wantsOf(task).find(({ name }) => name === "gpu")?.count);
}

function checkIndexes(world: World, tasks: readonly Task[]): void {
  const { state } = world;
  for (const group of state.groups.values()) {
    const own = tasks.filter((task) => task.group === group.name);
    expect(group.running).toBe(own.filter((task) => "run" in task.status).length);
    expect(group.queued).toBe(own.filter((task) => task.status.state === "queued").length);
  }
  for (const [name, count] of Object.entries(state.counts))
    expect([name, count]).toEqual([name, tasks.filter((task) => task.status.state === name).length]);
  for (const task of state.live.values()) expect(isFinished(task.status.state)).toBe(false);
}

function check(world: World, before: Use): void {
  const tasks = [...world.state.live.values(), ...world.finished.values()];
  checkLimits(world, before);
  checkResources(tasks);
  checkIndexes(world, tasks);
  expect(planNext(world.facts(), true)).toBeUndefined();
  for (const task of tasks) {
    if (task.status.state !== "queued") continue;
    const why = explain(world.facts(), task);
    // "Its turn" alone would mean that nothing keeps it from starting.
    expect(why).toMatch(/^(starts in|needs|waits for (?!its turn$))/);
  }
}

test("whatever happens, limits hold, nothing that could run waits, and everything that waits says why", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const world = newWorld();
      for (const one of steps) {
        take(world, one);
        const before = useOf(world);
        world.plan();
        check(world, before);
      }
    }),
    { numRuns: 1000 },
  );
});

/** Nobody starts before one of its group that waits for a slot only and comes first, or before what it depends on has ended. */
function checkOrder(world: World, before: ReadonlyMap<TaskId, Task>): void {
  const admitted = world.plan().flatMap((id) => {
    const task = before.get(id);
    return task === undefined ? [] : [task];
  });
  for (const { after = [] } of admitted) for (const { id } of after) expect(world.state.live.has(id)).toBe(false);
  checkFollowers(world, admitted);
  for (const task of world.state.live.values()) {
    // A slot that the rival has taken is named first, also where something else kept the task from taking it.
    const why = [...causes(world.facts(), task)];
    if (why.length === 0 || !why.every((cause) => /^waits for (a slot|\d+ slots|its turn)/.test(cause))) continue;
    const rivals = admitted.filter(({ group, status }) => group === task.group && status.state === "queued");
    for (const rival of rivals) {
      const ranks = [rival, task].map((one) => rankOf(one, world.state.settings));
      expect(compareRanks(ranks[0] ?? [], ranks[1] ?? [])).toBeLessThan(0);
    }
  }
}

/** Of those that follow each other one runs at a time, after all that came before it and wait for no others. */
function checkFollowers({ state }: World, admitted: readonly Task[]): void {
  for (const { id, label, command, follows } of admitted) {
    if (follows === undefined) continue;
    const kin = [...state.live.values()].filter(
      (one) => one.id !== id && one.label === label && (label !== null || one.command === command),
    );
    const before = kin.filter((one) => one.id < id || (one.follows !== undefined && "run" in one.status));
    for (const one of before) {
      expect(one.status.state).toMatch(/^(queued|held)$/);
      if (one.status.state === "queued") expect(one.after?.some((other) => state.live.has(other.id))).toBe(true);
    }
  }
}

const LARGE: Step = {
  do: "submit",
  rules: { needs: { memoryBytes: 40 } },
  after: [],
  otherwise: undefined,
  ifRunning: undefined,
};

test("what starts comes first in its line, and what it depends on has ended", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const world = newWorld();
      for (const one of steps) {
        take(world, one);
        checkOrder(world, new Map(world.state.live));
      }
    }),
    // The second lacks memory, and one of the batch takes the last slot.
    {
      numRuns: 1000,
      examples: [[[LARGE, { do: "memory", freeBytes: 50 }, LARGE, { do: "batch", size: 2, maxFails: 0 }]]],
    },
  );
});

test("a restart at any point changes no outcome", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, at) => {
      const { restarted, straight } = withAndWithoutRestart(steps, { begin: newWorld, take, at });
      expect(restarted.events).toEqual(straight.events);
    }),
    { numRuns: 500 },
  );
});

/** Lets everything run to its end: nothing is paused or held, and time goes on. */
function drain(world: World): void {
  for (const name of GROUPS) world.do({ type: "set-group", name, paused: false });
  for (let round = 0; round < 200 && world.state.live.size > 0; round += 1) {
    const ids = [...world.state.live.keys()];
    world.do({ type: "release", targets: { named: [], matched: ids } });
    world.plan();
    for (const id of world.state.inFlight) world.end(id);
    world.now += 1000;
  }
}

test("everything that is submitted comes to an end: no step leads into a deadlock", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps: readonly Step[]) => {
      const world = newWorld();
      for (const one of steps) {
        take(world, one);
        world.plan();
      }
      drain(world);
      expect([...world.state.live.keys()]).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
