/** A world with schedules, for the tests of the core. */
import type { Schedule, ScheduleSpec } from "@claudine/protocol";
import { spec, World } from "./fixtures.ts";

export const SECOND = 1000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const { uid: _, ...own } = spec();
export const task: ScheduleSpec["task"] = own;

export type Rules = Partial<Omit<ScheduleSpec, "task">> & { task?: Partial<ScheduleSpec["task"]> };

/** A world at 0:00 with a schedule that is due each minute. */
export function scheduled({ task: more = {}, ...rules }: Rules = {}, slots = 10): World {
  const world = new World(slots);
  world.now = 0;
  add(world, "s", { ...rules, task: more });
  return world;
}

export function add(world: World, name: string, { task: more = {}, ...rules }: Rules = {}): void {
  const when = { kind: "every", everyMs: MINUTE, from: world.now } as const;
  const whole: ScheduleSpec = { uid: `uid-${name}`, when, zone: "UTC", ...rules, task: { ...task, ...more } };
  world.do({ type: "declare-schedules", declare: { kind: "add", schedule: { name, spec: whole } } });
}

export function schedule(world: World): Schedule {
  const found = world.state.schedules.all.get("s");
  if (found === undefined) throw new Error("it is gone");
  return found;
}

/** Due times that became tasks, and those that were skipped with why. */
export function firings(world: World): (string | number | null)[][] {
  return world.events.flatMap((event): (string | number | null)[][] => {
    if (event.type === "schedule.fired") return [[event.due / MINUTE, event.cause]];
    if (event.type !== "schedule.skipped") return [];
    return [[event.due / MINUTE, event.to / MINUTE, event.count, event.why]];
  });
}

export const hourly = { when: { kind: "every", everyMs: HOUR, from: 0 } } as const;
/** In hours. */
export const inHours = (world: World) =>
  firings(world).map((row) => row.map((one) => (typeof one === "number" ? one / 60 : one)));
