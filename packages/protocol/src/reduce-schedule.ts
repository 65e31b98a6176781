/** How an event changes a schedule; shared by the daemon's state and by clients that fold events. */
import type { TaskEvent } from "./event.ts";
import { statusReason } from "./info.ts";
import type { Firing, Schedule, ScheduleSpec } from "./schedule.ts";
import type { Task } from "./task.ts";

type ScheduleEvent = Extract<TaskEvent, { type: `schedule.${string}` }>;

/** The schedule after `event`, or undefined when it is no more. */
export function reduceSchedule(schedule: Schedule | undefined, event: ScheduleEvent): Schedule | undefined {
  if (event.type === "schedule.added") return added(event);
  if (schedule === undefined || schedule.name !== event.name) return schedule;
  switch (event.type) {
    case "schedule.changed":
      return {
        ...schedule,
        spec: event.spec,
        anchor: goesOn(schedule, event) ? schedule.anchor : laterOf(schedule, event),
      };
    case "schedule.paused":
      return { ...schedule, paused: true };
    case "schedule.resumed":
      return { ...schedule, paused: false, anchor: laterOf(schedule, event) };
    case "schedule.fired":
      return {
        ...withFiring(schedule, firingOf(schedule, event)),
        anchor: event.cause === "run" ? schedule.anchor : Math.max(schedule.anchor, event.due),
        fired: schedule.fired + (event.cause === "run" ? 0 : 1),
      };
    case "schedule.skipped":
      return {
        ...withFiring(schedule, firingOf(schedule, event)),
        anchor: Math.max(schedule.anchor, event.to),
        skipped: schedule.skipped + (event.count ?? 1000),
      };
    case "schedule.removed":
      return undefined;
  }
}

function added({ name, spec, at }: Extract<TaskEvent, { type: "schedule.added" }>): Schedule {
  const none = { firings: 0, fired: 0, skipped: 0, last: null, lastSuccess: null };
  return { name, createdAt: at, spec, paused: false, anchor: at, ...none };
}

/** The times stay as they are, so that what is due just now is due; those of a schedule that had ended were not missed. */
function goesOn({ spec, fired }: Schedule, { spec: next, at }: Extract<ScheduleEvent, { type: "schedule.changed" }>) {
  const sameTimes = JSON.stringify([spec.when, spec.zone]) === JSON.stringify([next.when, next.zone]);
  const hasEnded =
    (spec.maxRuns !== undefined && fired >= spec.maxRuns) || (spec.until !== undefined && spec.until < at);
  return sameTimes && !hasEnded;
}

/** Never back: no time is due twice. */
function laterOf({ anchor }: Schedule, { at }: ScheduleEvent): number {
  return Math.max(anchor, at);
}

function withFiring(schedule: Schedule, last: Firing): Schedule {
  return { ...schedule, firings: last.number, last };
}

/** The entry of the history that an event makes; `schedule` is as it was before. */
export function firingOf(
  { firings }: Pick<Schedule, "firings">,
  event: Extract<ScheduleEvent, { type: "schedule.fired" | "schedule.skipped" }>,
): Firing {
  const open = {
    number: firings + 1,
    decidedAt: event.at,
    state: null,
    startedAt: null,
    finishedAt: null,
    reason: null,
  };
  const { due } = event;
  if (event.type === "schedule.fired")
    return { ...open, due, to: due, count: 1, cause: event.cause, task: event.task, skipped: null };
  const { to, count, why, note } = event;
  return { ...open, due, to, count, cause: "due", task: null, skipped: { why, note } };
}

/** What the end of a firing's task says of the firing. */
export type FiringEnd = Pick<Firing, "state" | "startedAt" | "finishedAt" | "reason">;

export function firingEnd({ status }: Task): FiringEnd | undefined {
  if (!("finishedAt" in status)) return undefined;
  const { state, startedAt, finishedAt } = status;
  return { state, startedAt, finishedAt, reason: statusReason(status) };
}

/** Unique in all time, and the same whenever the firing is decided anew. */
export function firingUid({ uid }: Pick<ScheduleSpec, "uid">, number: number): string {
  return `${uid}.${number}`;
}

/** The schedule once one of its tasks has ended. */
export function withTaskEnd(schedule: Schedule, task: Task): Schedule {
  const end = firingEnd(task);
  const link = task.schedule;
  // The uid tells it from a schedule of the same name that was there before.
  if (end === undefined || link === undefined || task.uid !== firingUid(schedule.spec, link.firing)) return schedule;
  const { last } = schedule;
  const isLast = last !== null && last.number === link.firing && last.task === task.id;
  const { finishedAt } = end;
  const succeeded = end.state === "succeeded" && finishedAt !== null;
  return {
    ...schedule,
    last: isLast ? { ...last, ...end } : last,
    lastSuccess: succeeded ? { task: task.id, due: link.due, finishedAt } : schedule.lastSuccess,
  };
}
