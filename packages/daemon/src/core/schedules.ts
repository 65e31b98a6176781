/** The schedules in memory: which is due first, and which tasks of each have not ended. */
import {
  ClaudineError,
  firingUid,
  type Dependency,
  type Schedule,
  type Task,
  type TaskEvent,
  type TaskId,
} from "@claudine/protocol";
import type { Facts } from "./decide.ts";
import { createHeap, type Heap } from "./heap.ts";
import type { State } from "./state.ts";

export type Schedules = {
  all: Map<string, Schedule>;
  /** Names of those that are in the store and are not understood. */
  unread: ReadonlySet<string>;
  /** Those that are due at some time, the next first. */
  due: Heap<string>;
  dueAt: Map<string, number>;
  /** Their unfinished tasks. */
  tasks: Map<string, Set<TaskId>>;
};

export function createSchedules(unread: Iterable<string>): Schedules {
  return { all: new Map(), unread: new Set(unread), due: createHeap(), dueAt: new Map(), tasks: new Map() };
}

type ScheduleEvent = Extract<TaskEvent, { type: `schedule.${string}` }>;

export function isScheduleEvent(event: TaskEvent): event is ScheduleEvent {
  return event.type.startsWith("schedule.");
}

export function setSchedule(state: State, name: string, schedule: Schedule | undefined): void {
  const { all, due, dueAt } = state.schedules;
  if (schedule === undefined) all.delete(name);
  else all.set(name, schedule);
  const next = schedule === undefined ? null : nextDueOf(state, schedule);
  if (next === null) {
    due.delete(name);
    dueAt.delete(name);
    return;
  }
  due.set(name, [next]);
  dueAt.set(name, next);
}

/** The due times of a schedule that goes on; neither its pause nor the number of its runs counts. */
export function duesOf({ calendar }: Pick<State, "calendar">, { spec }: Pick<Schedule, "spec">) {
  const { when, zone, until = Number.POSITIVE_INFINITY } = spec;
  return (after: number): number | null => {
    const next = calendar.next(when, zone, after);
    return next === null || next > until ? null : next;
  };
}

export function nextDueOf(state: State, schedule: Schedule): number | null {
  return schedule.paused || hasRunOut(schedule) ? null : duesOf(state, schedule)(schedule.anchor);
}

export function hasRunOut({ spec, fired }: Schedule): boolean {
  return spec.maxRuns !== undefined && fired >= spec.maxRuns;
}

export function firstDue({ all, due, dueAt }: Schedules): { schedule: Schedule; due: number } | undefined {
  const name = due.peek();
  const schedule = name === undefined ? undefined : all.get(name);
  const at = name === undefined ? undefined : dueAt.get(name);
  return schedule === undefined || at === undefined ? undefined : { schedule, due: at };
}

/** In the order of their ids; without those of a schedule of the same name that was there before. */
export function unfinishedOf(
  state: Pick<State, "schedules" | "live">,
  { name, spec }: Pick<Schedule, "name" | "spec">,
): Task[] {
  return [...(state.schedules.tasks.get(name) ?? [])]
    .toSorted((a, b) => a - b)
    .flatMap((id) => state.live.get(id) ?? [])
    .filter(({ uid, schedule: link }) => link !== undefined && uid === firingUid(spec, link.firing));
}

export function linkFiring({ tasks }: Schedules, { id, schedule }: Task): void {
  if (schedule === undefined) return;
  const known = tasks.get(schedule.name);
  if (known === undefined) tasks.set(schedule.name, new Set([id]));
  else known.add(id);
}

export function unlinkFiring({ tasks }: Schedules, { id, schedule }: Task): void {
  if (schedule === undefined) return;
  const known = tasks.get(schedule.name);
  known?.delete(id);
  if (known?.size === 0) tasks.delete(schedule.name);
}

export function noSuchSchedule({ schedules }: Pick<State, "schedules">, verb: string, name: string): ClaudineError {
  if (schedules.unread.has(name)) return notUnderstood(verb, name);
  return new ClaudineError("not_found", `Cannot ${verb}: there is no schedule ${name}`, {
    hint: "`claudine schedule list` shows every schedule",
  });
}

/** One that is in the store all the same: nothing may take its place. */
export function notUnderstood(verb: string, name: string): ClaudineError {
  return new ClaudineError("wrong_state", `Cannot ${verb}: schedule ${name} is not understood`, {
    hint: "`claudine doctor` says why, `claudine doctor --fix` sets it aside",
  });
}

type Wish = { verb: string; names: readonly string[] };

/**
 * What a task waits for that depends on the last success of schedules: the task that is under way, else nothing more, as
 * there was a success. @throws ClaudineError not_found, wrong_state
 */
export function lastSuccesses({ state, lookup }: Pick<Facts, "state" | "lookup">, { verb, names }: Wish): Dependency[] {
  return names.flatMap((name): Dependency[] => {
    const schedule = state.schedules.all.get(name);
    if (schedule === undefined) throw noSuchSchedule(state, verb, name);
    const underWay = unfinishedOf(state, schedule).at(-1);
    if (underWay !== undefined) return [{ id: underWay.id, on: "success" }];
    const id = schedule.lastSuccess?.task;
    if (id === undefined)
      throw new ClaudineError("wrong_state", `Cannot ${verb}: schedule ${name} has not succeeded yet`, {
        hint: `\`claudine schedule run ${name}\` runs it now`,
      });
    return lookup(id)?.status.state === "succeeded" ? [{ id, on: "success" }] : [];
  });
}
