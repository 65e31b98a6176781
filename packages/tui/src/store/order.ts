/** The order of the table, kept up to date by merging what changed instead of sorting everything again. */
import type { LiveUsage } from "@claudine/protocol/host";
import { compareRanks, rankOf } from "@claudine/protocol/rank";
import { isFinished } from "@claudine/protocol/states";
import type { Task, TaskState } from "@claudine/protocol/task";
import type { SortKey } from "../keys.ts";
import type { Filter } from "./filter.ts";
import { hasFailed } from "./seen.ts";

export type Sort = { by: SortKey; down: boolean };

/** By attention a number, lowest first; else the name of the group. */
export type Section = number | string;

/** What decides the place of a task, as it was when it was put there. */
export type Entry = { task: Task; key: number | string; section: Section; place: readonly number[] };

export type OrderSpec = {
  sort: Sort;
  filter: Filter | undefined;
  now: number;
  live: ReadonlyMap<number, LiveUsage>;
  /** Of the daemon: so much waiting is worth a point of priority. */
  agingMs: number | undefined;
  /** Sections by group, whatever it is sorted by. */
  byGroup?: boolean;
  seen?(task: Task): boolean;
  /** What runs and does nothing but wait for its input, as far as one can tell. */
  awaitsInput?(task: Task): boolean;
};

/** Sections from what needs attention to what does not; failures that nobody has seen come first of all. */
const SECTIONS: Readonly<Record<TaskState, number>> = {
  running: 2,
  paused: 2,
  queued: 3,
  held: 3,
  failed: 4,
  lost: 4,
  "timed-out": 4,
  succeeded: 4,
  cancelled: 4,
  skipped: 4,
};

function needsAttention({ status }: Task): boolean {
  return "run" in status && status.run.attention !== undefined;
}

/** Whether the lines of the table stand in sections. */
export function hasSections({ by }: Sort, byGroup: boolean): boolean {
  return byGroup || by === "attention";
}

export function sortAll(tasks: Iterable<Task>, spec: OrderSpec): Entry[] {
  const entries: Entry[] = [];
  for (const task of tasks) if (spec.filter?.test(task) ?? true) entries.push(entryOf(task, spec));
  return entries.sort((one, other) => compare(one, other, spec));
}

/** The order after some tasks changed; an undefined one is gone. One pass over the rest. */
export function merge(
  entries: readonly Entry[],
  changed: ReadonlyMap<number, Task | undefined>,
  spec: OrderSpec,
): Entry[] {
  const present = [...changed.values()].filter((task) => task !== undefined);
  const fresh = sortAll(present, spec);
  const result: Entry[] = [];
  let next = 0;
  for (const entry of entries) {
    if (changed.has(entry.task.id)) continue;
    for (let one = fresh[next]; one !== undefined && compare(one, entry, spec) < 0; one = fresh[next]) {
      result.push(one);
      next += 1;
    }
    result.push(entry);
  }
  return [...result, ...fresh.slice(next)];
}

/** Those whose place depends on the time or on the last sample, so that they have to be put anew. */
export function outdated(entries: readonly Entry[], spec: OrderSpec): Task[] {
  const { by } = spec.sort;
  if (by === "cpu" || by === "memory")
    return entries.filter((entry) => "run" in entry.task.status || entry.key !== -1).map(({ task }) => task);
  if (by === "time") return entries.filter((entry) => !isFinished(entry.task.status.state)).map(({ task }) => task);
  return entries
    .filter(({ task, section, place }) => {
      const moved = section !== 4 && section !== sectionOf(task, spec);
      return moved || (task.status.state === "queued" && place[0] === 1 && !isLater(task, spec.now));
    })
    .map(({ task }) => task);
}

function entryOf(task: Task, spec: OrderSpec): Entry {
  return { task, key: keyOf(task, spec), section: sectionOf(task, spec), place: placeInSection(task, spec) };
}

function sectionOf(task: Task, spec: OrderSpec): Section {
  if (spec.byGroup === true) return task.group;
  if (hasFailed(task) && spec.seen?.(task) === false) return 0;
  return needsAttention(task) || spec.awaitsInput?.(task) === true ? 1 : SECTIONS[task.status.state];
}

/**
 * Running: the longest first, so that new ones join at the end; waiting: as the daemon would start them, then those whose
 * time has not come, then those held; finished: the newest first.
 */
function placeInSection(task: Task, spec: OrderSpec): readonly number[] {
  const { status } = task;
  switch (status.state) {
    case "queued":
      return isLater(task, spec.now) ? [1, status.notBefore ?? 0] : [0, ...rankOf(task, spec)];
    case "held":
      return [2, status.since, task.id];
    case "running":
    case "paused":
      return [status.run.started?.startedAt ?? status.run.admittedAt, task.id];
    case "succeeded":
    case "failed":
    case "cancelled":
    case "timed-out":
    case "lost":
    case "skipped":
      return [-status.finishedAt, -task.id];
  }
}

function isLater({ status }: Task, now: number): boolean {
  return status.state === "queued" && status.notBefore !== undefined && status.notBefore > now;
}

function keyOf(task: Task, { sort, live, now }: OrderSpec): number | string {
  switch (sort.by) {
    case "attention":
      return 0;
    case "id":
      return task.id;
    case "state":
      return `${SECTIONS[task.status.state]} ${task.status.state}`;
    case "time":
      return timeOf(task, now);
    case "cpu":
      return live.get(task.id)?.cpuPercent ?? -1;
    case "memory":
      return live.get(task.id)?.rssBytes ?? -1;
    case "label":
      return task.label ?? "\u{10ffff}";
    case "command":
      return task.command;
    case "group":
      return task.group;
    case "priority":
      return task.priority;
    case "attempt":
      return task.attempt;
  }
}

/** How long it runs or ran, or has waited. */
export function timeOf({ status, createdAt }: Task, now: number): number {
  switch (status.state) {
    case "queued":
    case "held":
      return now - createdAt;
    case "running":
    case "paused":
      return now - (status.run.started?.startedAt ?? status.run.admittedAt);
    case "succeeded":
    case "failed":
    case "cancelled":
    case "timed-out":
    case "lost":
    case "skipped":
      return status.startedAt === null ? 0 : status.finishedAt - status.startedAt;
  }
}

function compare(one: Entry, other: Entry, { sort, byGroup }: OrderSpec): number {
  const turned = sort.down ? -1 : 1;
  // The groups keep their order when what is in them is turned round.
  if (byGroup === true && one.section !== other.section) return one.section < other.section ? -1 : 1;
  const byKey = one.key === other.key ? 0 : one.key < other.key ? -turned : turned;
  if (byKey !== 0) return byKey;
  const turn = sort.by === "attention" ? turned : 1;
  const bySection = one.section === other.section ? 0 : one.section < other.section ? -1 : 1;
  // In the end by id: what compares as equal would stand where it changed last.
  return (bySection || compareRanks(one.place, other.place) || one.task.id - other.task.id) * turn;
}
