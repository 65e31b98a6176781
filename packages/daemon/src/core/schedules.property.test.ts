/** Whatever happens to the clock, the tasks and the daemon, each due time is dealt with once, and none is left out. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { restart } from "./random-steps.ts";
import { MINUTE, schedule, scheduled } from "./schedule-fixtures.ts";
import type { World } from "./fixtures.ts";

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 3 * MINUTE }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("sleep" as const), ms: fc.integer({ min: 0, max: 900 * MINUTE }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("set" as const), ms: fc.integer({ min: -99 * MINUTE, max: 99 * MINUTE }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("end" as const), exitCode: fc.integer({ min: 0, max: 1 }) }) },
  { weight: 1, arbitrary: fc.constant({ do: "restart" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "pause" as const }) },
  { weight: 2, arbitrary: fc.constant({ do: "resume" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "run" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("edit" as const), overlap: fc.constantFrom("skip", "queue", "replace") }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "wait" as const }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const rules = fc.record({
  missed: fc.constantFrom("skip", "catchup", "latest", "fail"),
  overlap: fc.constantFrom("skip", "queue", "replace", "all"),
  jitterMs: fc.constantFrom(0, 30_000),
  catchupWindowMs: fc.constantFrom(10 * MINUTE, 1000 * MINUTE),
} as const);

function take(world: World, one: Step): void {
  switch (one.do) {
    case "pass":
      world.now += one.ms;
      break;
    case "sleep":
    case "set":
      world.setWall(one.ms);
      break;
    case "end": {
      const [id] = world.state.inFlight;
      if (id !== undefined) world.end(id, one.exitCode);
      break;
    }
    case "restart":
      restart(world);
      break;
    case "pause":
    case "resume":
      world.do({ type: "pause-schedules", names: ["s"], paused: one.do === "pause" });
      break;
    case "run":
      try {
        world.do({ type: "run-schedule", name: "s" });
      } catch {
        // The one before has not ended.
      }
      break;
    case "edit":
      world.do({
        type: "declare-schedules",
        declare: { kind: "change", name: "s", changes: { overlap: one.overlap, task: { label: one.overlap } } },
      });
      break;
    case "wait":
      return;
  }
  // The daemon may be kept from acting for a while, as by a full disk.
  if (one.do !== "set" || one.ms % 2 === 0) world.plan();
}

test("each due time is accounted for once, in order, and what has passed is", () => {
  fc.assert(
    fc.property(rules, fc.array(step, { maxLength: 60, size: "max" }), (rule, steps) => {
      const world = scheduled(rule);
      for (const one of steps) take(world, one);
      world.do({ type: "pause-schedules", names: ["s"], paused: false });
      world.plan();
      world.plan();
      let last = 0;
      for (const event of world.events) {
        if (event.type !== "schedule.skipped" && (event.type !== "schedule.fired" || event.cause === "run")) continue;
        expect(event.due).toBe(last + MINUTE);
        last = event.type === "schedule.fired" ? event.due : event.to;
        if (event.type === "schedule.skipped" && event.count !== null)
          expect(event.count).toBe((last - event.due) / MINUTE + 1);
      }
      expect(last).toBe(Math.max(last, Math.floor(world.wall / MINUTE) * MINUTE));
      const { fired, firings } = schedule(world);
      const tasks = world.events.flatMap((event) => (event.type === "task.submitted" ? [event.spec.uid] : []));
      expect(new Set(tasks).size).toBe(tasks.length);
      expect(fired).toBeLessThanOrEqual(firings);
    }),
    { numRuns: 300 },
  );
});
