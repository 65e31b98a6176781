/** Tasks that start after those of their kind, or of their schedule, that came before them: one at a time, the oldest first. */
import { rankOf } from "@claudine/protocol/rank";
import type { Task, TaskId } from "@claudine/protocol";
import { leave } from "./counted.ts";
import { groupOf } from "./groups.ts";
import { createHeap, type Heap } from "./heap.ts";
import type { State } from "./state.ts";

/** Kept only where somebody follows. */
type Line = {
  /** Those that run, and those that only time, room, a slot or their turn keeps from it; by their ids. */
  standing: Heap<TaskId>;
  followers: Set<TaskId>;
  /** The followers that run. */
  running: Set<TaskId>;
  /** The follower whose turn it is. */
  next: TaskId | undefined;
};
type Place = "label" | "command" | "schedule";
export type Followers = Record<Place, Map<string, Line>>;

export function createFollowers(): Followers {
  return { label: new Map(), command: new Map(), schedule: new Map() };
}

type Spot = { place: Place; name: string };

function kindSpot({ label, command }: Task): Spot {
  return label === null ? { place: "command", name: command } : { place: "label", name: label };
}

/** It may stand in the way of those of its kind and of those of its schedule. */
function spotsOf(task: Task): Spot[] {
  const { schedule } = task;
  return [kindSpot(task), ...(schedule === undefined ? [] : [{ place: "schedule", name: schedule.name } as const])];
}

function followedSpot(task: Task): Spot | undefined {
  return task.follows === undefined ? undefined : spotsOf(task)[task.follows === "kind" ? 0 : 1];
}

function lineAt({ followers }: State, { place, name }: Spot): Line | undefined {
  return followers[place].get(name);
}

function linesOf(state: State, task: Task): Line[] {
  return spotsOf(task).flatMap((spot) => lineAt(state, spot) ?? []);
}

/** A task is unfinished from now on, or another version of it is. */
export function joinFollowers(state: State, task: Task): void {
  const spot = followedSpot(task);
  if (spot !== undefined) (lineAt(state, spot) ?? openLine(state, spot, task.id)).followers.add(task.id);
  if (!("run" in task.status)) return;
  stand(state, task);
  if (spot !== undefined) lineAt(state, spot)?.running.add(task.id);
}

/** Where `opener` stands is said later. */
function openLine(state: State, spot: Spot, opener: TaskId): Line {
  const line: Line = { standing: createHeap(), followers: new Set(), running: new Set(), next: undefined };
  state.followers[spot.place].set(spot.name, line);
  for (const id of membersOf(state, spot)) {
    const task = state.live.get(id);
    if (task !== undefined && id !== opener && isStanding(state, task)) line.standing.set(id, [id]);
  }
  return line;
}

function membersOf({ alike, schedules }: State, { place, name }: Spot): Iterable<TaskId> {
  switch (place) {
    case "label":
      return alike.byLabel.get(name) ?? [];
    case "command":
      return alike.byCommand.get(name) ?? [];
    case "schedule":
      return schedules.tasks.get(name) ?? [];
  }
}

/** Those that are held or wait for others let the younger ones pass: so nobody waits in a circle. */
function isStanding({ live, waiting }: State, { id, after = [], status }: Task): boolean {
  if (status.state !== "queued") return "run" in status;
  if (after.length === 0) return true;
  return !waiting.unjudged.has(id) && !waiting.later.has(id) && !after.some((one) => live.has(one.id));
}

/** Nothing but time, room, a slot or its turn keeps it from running. */
export function stand(state: State, task: Task): void {
  for (const line of linesOf(state, task)) line.standing.set(task.id, [task.id]);
}

/** It waits for others again, or is no more as it was; `settle` follows. */
export function standBack(state: State, task: Task): void {
  for (const line of linesOf(state, task)) {
    line.standing.delete(task.id);
    if (line.next === task.id) line.next = undefined;
  }
}

/** Undoes `joinFollowers`; `settle` follows. */
export function leaveFollowers(state: State, task: Task): void {
  standBack(state, task);
  const spot = followedSpot(task);
  const line = spot === undefined ? undefined : lineAt(state, spot);
  line?.followers.delete(task.id);
  line?.running.delete(task.id);
}

/** Whoever is next of those that this task may stand in the way of gets into its group's line; whoever is not leaves it. */
export function settle(state: State, task: Task): void {
  for (const spot of spotsOf(task)) {
    const line = lineAt(state, spot);
    if (line === undefined) continue;
    const next = nextOf(state, line);
    if (line.next !== undefined && line.next !== next?.id) withdraw(state, line.next);
    if (next !== undefined && line.next !== next.id)
      groupOf(state, next.group).ready.set(next.id, rankOf(next, state.settings));
    line.next = next?.id;
    if (line.followers.size === 0) state.followers[spot.place].delete(spot.name);
  }
}

function nextOf({ live, waiting }: State, { standing, followers, running }: Line): Task | undefined {
  const id = standing.peek();
  if (id === undefined || running.size > 0 || !followers.has(id) || waiting.later.has(id)) return undefined;
  return live.get(id);
}

function withdraw(state: State, id: TaskId): void {
  const task = state.live.get(id);
  if (task === undefined) return;
  groupOf(state, task.group).ready.delete(id);
  state.waiting.short.delete(id);
  leave(state, task);
}

/** Whom a task waits for that follows others. */
export function precursorOf(state: State, task: Task): TaskId | undefined {
  const spot = followedSpot(task);
  const line = spot === undefined ? undefined : lineAt(state, spot);
  if (line === undefined || line.next === task.id) return undefined;
  const oldest = line.standing.peek();
  if (oldest !== undefined && oldest < task.id) return oldest;
  const [running] = line.running;
  return running;
}
