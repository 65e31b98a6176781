/** The order of the table, kept up to date by merging what changed instead of sorting everything again. */
import type { LiveUsage } from "@claudine/protocol/host";
import { compareRanks, rankOf } from "@claudine/protocol/rank";
import { isFinished } from "@claudine/protocol/states";
import type { Task, TaskState } from "@claudine/protocol/task";
import type { SortKey } from "../keys.ts";
import type { Filter } from "./filter.ts";

/** A failure stands at the top for so long. */
export const RECENT_MS = 10 * 60_000;

export type Sort = { by: SortKey; down: boolean };

/** What decides the place of a task, as it was when it was put there. */
export type Entry = { task: Task; key: number | string; section: number; place: readonly number[] };

export type OrderSpec = {
  sort: Sort;
  filter: Filter | undefined;
  now: number;
  live: ReadonlyMap<number, LiveUsage>;
  /** Of the daemon: so much waiting is worth a point of priority. */
  agingMs: number | undefined;
};

/** Sections from what needs attention to what does not; recent failures come first of all. */
const SECTIONS: Readonly<Record<TaskState, number>> = {
  running: 1,
  paused: 2,
  queued: 3,
  held: 4,
  failed: 5,
  lost: 5,
  "timed-out": 5,
  succeeded: 5,
  cancelled: 5,
  skipped: 5,
};

export function sortAll(tasks: Iterable<Task>, spec: OrderSpec): Entry[] {
  const entries: Entry[] = [];
  for (const task of tasks) if (spec.filter?.(task) ?? true) entries.push(entryOf(task, spec));
  return entries.sort((one, other) => compare(one, other, spec.sort));
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
    for (let one = fresh[next]; one !== undefined && compare(one, entry, spec.sort) < 0; one = fresh[next]) {
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
      const isOld = section === 0 && sectionOf(task, spec.now) !== 0;
      return isOld || (task.status.state === "queued" && place[0] === 1 && !isLater(task, spec.now));
    })
    .map(({ task }) => task);
}

function entryOf(task: Task, spec: OrderSpec): Entry {
  return { task, key: keyOf(task, spec), section: sectionOf(task, spec.now), place: placeInSection(task, spec) };
}

function sectionOf(task: Task, now: number): number {
  const { status } = task;
  const failed = status.state === "failed" || status.state === "lost" || status.state === "timed-out";
  return failed && now - status.finishedAt < RECENT_MS ? 0 : SECTIONS[status.state];
}

/**
 * Running: the longest first, so that new ones join at the end; queued: as the daemon would start them, those whose time
 * has not come last; finished: the newest first.
 */
function placeInSection(task: Task, spec: OrderSpec): readonly number[] {
  const { status } = task;
  switch (status.state) {
    case "queued":
      return isLater(task, spec.now) ? [1, status.notBefore ?? 0] : [0, ...rankOf(task, spec)];
    case "held":
      return [status.since, task.id];
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

function compare(one: Entry, other: Entry, sort: Sort): number {
  const turned = sort.down ? -1 : 1;
  const byKey = one.key === other.key ? 0 : one.key < other.key ? -turned : turned;
  if (byKey !== 0) return byKey;
  const turn = sort.by === "attention" ? turned : 1;
  const rest = one.section - other.section || compareRanks(one.place, other.place);
  // In the end by id: what compares as equal would stand where it changed last.
  return (rest || one.task.id - other.task.id) * turn;
}
