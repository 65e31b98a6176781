/** What a schedule that is due becomes: a task, several after a time when nobody was there, or an entry that says why not. */
import {
  ClaudineError,
  firingUid,
  type EventBody,
  type FiringCause,
  type Overlap,
  type Schedule,
  type Task,
  type TaskSpec,
} from "@claudine/protocol";
import { lastDue } from "./calendar.ts";
import { checkRules } from "./check-rules.ts";
import type { Facts } from "./decide.ts";
import { withTimeout } from "./longest-timeout.ts";
import { whatWasMissed } from "./missed.ts";
import { checkRoom } from "./room.ts";
import { duesOf, firstDue, lastSuccesses, unfinishedOf } from "./schedules.ts";
import { endOf, replace, withDependencies } from "./submit.ts";

/** What is not later than this was not missed: the daemon was restarted, or the machine was busy. */
const LATE_MS = 60_000;
/** Tasks of one schedule that have not started: a command that is slower than its schedule fills no queue. */
const WAITING_AT_MOST = 100;

/** The events of what is due first, or undefined when nothing is. */
export function fireNext(facts: Facts): EventBody[] | undefined {
  const { state, wall } = facts;
  const found = firstDue(state.schedules);
  if (found === undefined || found.due > wall) return undefined;
  const { schedule, due } = found;
  const next = duesOf(state, schedule);
  const newest = lastDue(next, due, wall);
  const isLate = wall - newest > LATE_MS;
  if (due === newest && !isLate) return fire(facts, schedule, { due, cause: "due" });
  const end = isLate ? newest : lastDue(next, due, newest - 1);
  const way = whatWasMissed(schedule, { next, first: due, end, isNewest: isLate, wall });
  switch (way.kind) {
    case "skip":
      return [{ type: "schedule.skipped", name: schedule.name, why: "missed", ...way.skip }];
    case "fire":
      return fire(facts, schedule, { due, cause: "missed" });
    case "fail":
      return fail(facts, schedule, { due, cause: "missed" });
  }
}

export type Moment = { due: number; cause: FiringCause };

/** A task at once, by the schedule's way with those that have not ended. @throws ClaudineError when it was asked for by a person */
export function fire(facts: Facts, schedule: Schedule, moment: Moment): EventBody[] {
  const others = unfinishedOf(facts.state, schedule);
  const overlap = overlapOf(schedule, moment);
  const why = overlap === "skip" && others.length > 0 ? hasNotEnded(others) : tooMany(others, overlap);
  if (why !== undefined) return refuse(schedule, moment, { why: "overlap", note: why });
  try {
    const own = taskOf(facts, schedule, moment);
    const { group } = own;
    // What it waited for may be gone, and then counts as met.
    checkRules(facts, { verb: `run schedule ${schedule.name}`, group, rules: own, isAlone: false });
    const waits = waitsOf(own, overlap, others);
    const spec = withTimeout(facts.state.settings, waits);
    checkRoom(facts.state, [{ spec }]);
    const replaced = overlap === "replace" ? others.flatMap((task) => replace(facts, task)) : [];
    return [...replaced, ...submitted(facts, schedule, { moment, spec })];
  } catch (error) {
    if (!(error instanceof ClaudineError) || moment.cause === "run") throw error;
    return refuse(schedule, moment, { why: "refused", note: error.message });
  }
}

function waitsOf(own: TaskSpec, overlap: Overlap, others: readonly Task[]): TaskSpec {
  switch (overlap) {
    case "queue":
      return { ...own, follows: "schedule" };
    case "replace":
      return withDependencies(own, endOf(others));
    case "skip":
    case "all":
      return own;
  }
}

/** A task that never ran, for all to see. */
function fail(facts: Facts, schedule: Schedule, moment: Moment): EventBody[] {
  const spec = { ...taskOf(facts, { ...schedule, spec: { ...schedule.spec, afterSchedules: [] } }, moment) };
  const note = "missed: it was due while the daemon was down or the machine slept";
  return [...submitted(facts, schedule, { moment, spec }), { type: "task.failed", id: facts.state.nextId, note }];
}

function submitted(
  { state, now, wall }: Facts,
  schedule: Schedule,
  { moment, spec }: { moment: Moment; spec: TaskSpec },
): EventBody[] {
  const id = state.nextId;
  const ripe = spec.notBefore === undefined ? {} : { ripeAt: now + spec.notBefore - wall };
  return [
    { type: "schedule.fired", name: schedule.name, ...moment, task: id },
    { type: "task.submitted", id, spec, held: schedule.spec.held ?? false, ...ripe },
  ];
}

/** What is made up for comes one after the other: none of it is to be skipped for the one before. */
function overlapOf({ spec }: Schedule, { cause }: Moment): Overlap {
  const { overlap = "skip", missed } = spec;
  return cause === "missed" && missed === "catchup" && overlap !== "all" ? "queue" : overlap;
}

function hasNotEnded(others: readonly Task[]): string {
  return `task ${others.at(-1)?.id} of it has not ended`;
}

function tooMany(others: readonly Task[], overlap: string): string | undefined {
  const waiting = overlap === "replace" ? 0 : others.filter(({ status }) => !("run" in status)).length;
  return waiting < WAITING_AT_MOST ? undefined : `${waiting} tasks of it wait already`;
}

type Refusal = { why: "overlap" | "refused"; note: string };

/** @throws ClaudineError when it was asked for by a person */
function refuse({ name }: Schedule, { due, cause }: Moment, { why, note }: Refusal): EventBody[] {
  if (cause === "run")
    throw new ClaudineError("wrong_state", `Cannot run schedule ${name}: ${note}`, {
      hint: `\`claudine schedule edit ${name} --overlap queue\` lets them follow each other`,
    });
  return [{ type: "schedule.skipped", name, due, to: due, count: 1, why, note }];
}

function taskOf(facts: Facts, schedule: Schedule, { due, cause }: Moment): TaskSpec {
  const { name, spec, firings, lastSuccess } = schedule;
  const { task, zone, jitterMs = 0, afterSchedules = [] } = spec;
  const number = firings + 1;
  const after = (task.after ?? []).filter(({ id }) => facts.lookup(id) !== undefined || facts.isUnreadable(id));
  const previous = lastSuccess === null ? {} : { previousSuccessAt: lastSuccess.finishedAt };
  const delayMs = cause === "run" ? 0 : Math.round(shareOf(`${spec.uid} ${due}`) * jitterMs);
  const own: TaskSpec = {
    ...task,
    uid: firingUid(spec, number),
    ...(after.length === 0 ? {} : { after }),
    ...(delayMs === 0 ? {} : { notBefore: facts.wall + delayMs }),
    schedule: { name, firing: number, due, zone, ...previous },
  };
  const depends = lastSuccesses(facts, { verb: `run schedule ${name}`, names: afterSchedules });
  return withDependencies(after.length === 0 ? without(own) : own, depends);
}

function without({ after: _, ...spec }: TaskSpec): TaskSpec {
  return spec;
}

/** From 0 up to 1, always the same for a text (FNV-1a). */
function shareOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  // The low bits of neighbours differ, the high ones hardly do.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
