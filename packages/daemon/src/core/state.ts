/** What the scheduler knows: the unfinished tasks and the indexes that keep every event cheap. */
import type { StateCounts, Task, TaskId } from "@claudine/protocol";
import { createHeap, type Heap } from "./heap.ts";
import { specText } from "./size.ts";

export type GroupState = {
  name: string;
  /** Set by a person; undefined follows the configuration. */
  slots: number | undefined;
  /** Runs that take a slot: running and paused. */
  running: number;
  /** Queued tasks, the next to start first. */
  ready: Heap<TaskId>;
};

export type State = {
  nextId: number;
  lastSeq: number;
  defaultSlots: number;
  /** Unfinished tasks; finished ones live in the store. */
  live: Map<TaskId, Task>;
  /** The unfinished tasks that run or are paused. */
  inFlight: Set<TaskId>;
  groups: Map<string, GroupState>;
  /** Running tasks that were asked to end, by the time SIGKILL follows. */
  stopping: Heap<TaskId>;
  counts: StateCounts;
  /** Characters of the unfinished tasks' commands, as they are all kept in memory. */
  text: number;
};

export const DEFAULT_GROUP = "default";

export type Seed = {
  nextId: number;
  lastSeq: number;
  defaultSlots: number;
  counts: StateCounts;
  groups: Iterable<{ name: string; slots: number }>;
  tasks: Iterable<Task>;
};

/** The state as the store has it. */
export function createState(seed: Seed): State {
  const state: State = {
    nextId: seed.nextId,
    lastSeq: seed.lastSeq,
    defaultSlots: seed.defaultSlots,
    live: new Map(),
    inFlight: new Set(),
    groups: new Map(),
    stopping: createHeap(),
    counts: { ...seed.counts },
    text: 0,
  };
  groupOf(state, DEFAULT_GROUP);
  for (const { name, slots } of seed.groups) groupOf(state, name).slots = slots;
  for (const task of seed.tasks) indexTask(state, undefined, task);
  return state;
}

export function groupOf(state: State, name: string): GroupState {
  const known = state.groups.get(name);
  if (known !== undefined) return known;
  if (state.groups.size >= IDLE_GROUPS_FROM) dropIdleGroups(state);
  const group: GroupState = { name, slots: undefined, running: 0, ready: createHeap() };
  state.groups.set(name, group);
  return group;
}

/** So many are kept without a look at whether they are still used. */
const IDLE_GROUPS_FROM = 500;

function dropIdleGroups(state: State): void {
  for (const group of state.groups.values()) if (!isUsed(group)) state.groups.delete(group.name);
}

/** Somebody gave it slots, or something waits or runs in it. */
export function isUsed({ name, slots, running, ready }: GroupState): boolean {
  return name === DEFAULT_GROUP || slots !== undefined || running > 0 || ready.size > 0;
}

export function slotsOf(state: State, group: GroupState): number {
  return group.slots ?? state.defaultSlots;
}

/** Moves a task from one version to the next in every index. */
export function indexTask(state: State, before: Task | undefined, after: Task | undefined): void {
  if (before !== undefined) unindex(state, before);
  if (after !== undefined) index(state, after);
}

function unindex(state: State, task: Task): void {
  if (!state.live.delete(task.id)) return;
  state.text -= specText(task);
  const group = groupOf(state, task.group);
  group.ready.delete(task.id);
  state.stopping.delete(task.id);
  if (state.inFlight.delete(task.id)) group.running -= 1;
}

function index(state: State, task: Task): void {
  const { status } = task;
  if ("finishedAt" in status) return;
  state.live.set(task.id, task);
  state.text += specText(task);
  const group = groupOf(state, task.group);
  if (status.state === "queued") group.ready.set(task.id, [-task.priority, status.order]);
  if (!("run" in status)) return;
  group.running += 1;
  state.inFlight.add(task.id);
  const { stopping } = status.run;
  if (stopping !== undefined && !stopping.killed) state.stopping.set(task.id, [stopping.killAt]);
}
