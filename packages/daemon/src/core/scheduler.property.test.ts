import { isFinished, type TaskId } from "@claudine/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { spec, World } from "./fixtures.ts";
import { explain } from "./explain.ts";
import { planNext } from "./plan.ts";
import { slotsOf } from "./groups.ts";
import { createState } from "./state.ts";

type Step =
  | { do: "submit"; priority: number; group: string }
  | { do: "end" | "pause" | "resume" | "hold" | "release" | "cancel" | "kill" | "retry" | "remove"; id: TaskId }
  | { do: "slots"; slots: number }
  | { do: "restart" };

const id = fc.integer({ min: 1, max: 12 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("submit" as const),
      priority: fc.integer({ min: -2, max: 2 }),
      group: fc.constantFrom("default", "b"),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom("end", "pause", "resume", "hold", "release", "cancel", "kill", "retry", "remove"),
      id,
    }),
  },
  fc.record({ do: fc.constant("slots" as const), slots: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant("restart" as const) }),
);

function take(world: World, one: Step): void {
  const targets = "id" in one ? { named: [], matched: [one.id] } : { named: [], matched: [] };
  switch (one.do) {
    case "submit":
      return world.submit(spec({ priority: one.priority, group: one.group }));
    case "slots":
      return void world.do({ type: "set-group", name: "default", slots: one.slots });
    case "restart":
      return restart(world);
    case "end":
      return void world.end(one.id);
    case "kill":
    case "cancel":
      return void world.do({ type: "stop", targets, cause: one.do, signal: "SIGTERM", graceMs: 10, note: null });
    case "hold":
      return void world.do({ type: "hold", targets, why: { kind: "user" } });
    case "pause":
    case "resume":
    case "release":
    case "retry":
    case "remove":
      return void world.do({ type: one.do, targets });
  }
}

/** What a new daemon reads from the store. */
function restart(world: World): void {
  const { nextId, lastSeq, settings, counts, live, groups } = world.state;
  const set = [...groups.values()].map(({ name, slots, paused }) => ({ name, slots, paused }));
  world.state = createState({ nextId, lastSeq, settings, counts, groups: set, tasks: [...live.values()] });
}

function check(world: World): void {
  const { state } = world;
  const tasks = [...state.live.values(), ...world.finished.values()];
  for (const group of state.groups.values()) {
    const running = tasks.filter((task) => task.group === group.name && "run" in task.status);
    expect(group.running).toBe(running.length);
    const waiting = tasks.filter((task) => task.group === group.name && task.status.state === "queued");
    expect(group.ready.size).toBe(waiting.length);
    // Every queued task waits for a slot that is taken, and can say so.
    if (waiting.length > 0) expect(group.running).toBeGreaterThanOrEqual(slotsOf(state, group));
    for (const task of waiting) expect(explain(world.facts(), task)).toContain("slot");
  }
  for (const [name, count] of Object.entries(state.counts)) {
    expect([name, count]).toEqual([name, tasks.filter((task) => task.status.state === name).length]);
  }
  for (const task of state.live.values()) expect(isFinished(task.status.state)).toBe(false);
}

test("whatever happens, limits hold, nothing that could run waits, and the indexes agree with the tasks", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const world = new World(2);
      const held = new Map<string, number>();
      for (const one of steps) {
        take(world, one);
        const before = new Map([...world.state.groups].map(([name, group]) => [name, group.running]));
        world.plan();
        for (const [name, group] of world.state.groups) {
          held.set(name, group.running);
          // A limit that was lowered lets what runs run, and starts nothing more.
          expect(group.running).toBeLessThanOrEqual(Math.max(slotsOf(world.state, group), before.get(name) ?? 0));
        }
        expect(planNext(world.facts(), true)).toBeUndefined();
        check(world);
      }
    }),
    { numRuns: 300 },
  );
});

test("a restart at any point changes no outcome", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, at) => {
      const [straight, restarted] = [new World(2), new World(2)];
      for (const [index, one] of steps.filter((each) => each.do !== "restart").entries()) {
        if (index === at) restart(restarted);
        for (const world of [straight, restarted]) {
          take(world, one);
          world.plan();
        }
      }
      expect(restarted.events).toEqual(straight.events);
    }),
    { numRuns: 200 },
  );
});
