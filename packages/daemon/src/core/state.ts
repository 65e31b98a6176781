/** What the scheduler knows: the unfinished tasks and the indexes that keep every event cheap. */
import type { Account, AgentLimit, BudgetReached, Schedule, StateCounts, Task, TaskId } from "@claudine/protocol";
import { createProviders, type Providers } from "./agent-limits.ts";
import { createAlike, type Alike } from "./alike.ts";
import { createBudgets, type Budgets } from "./budgets.ts";
import { createBatches, type Batches } from "./batches.ts";
import type { Calendar } from "./calendar.ts";
import { DEFAULT_GROUP, groupOf, setGroup, type GroupSeed, type GroupState } from "./groups.ts";
import { createFollowers, type Followers } from "./followers.ts";
import { createHeap, type Heap } from "./heap.ts";
import { indexTask } from "./indexes.ts";
import { learnFrom, type Kinds } from "./kinds.ts";
import { createRelief, type Relief } from "./pressure.ts";
import { scaleInUse, type Scale } from "./scale.ts";
import { createSchedules, setSchedule, type Schedules } from "./schedules.ts";
import type { Settings } from "./settings.ts";
import { createWaiting, type Waiting } from "./waiting.ts";

export type State = {
  nextId: number;
  lastSeq: number;
  settings: Settings;
  /** Unfinished tasks; finished ones live in the store. */
  live: Map<TaskId, Task>;
  /** The unfinished tasks that run or are paused. */
  inFlight: Set<TaskId>;
  /** Those of them that are paused. */
  paused: Set<TaskId>;
  groups: Map<string, GroupState>;
  /** Slots in use, of all groups together. */
  used: number;
  /** Slots of all groups together, set by a person; undefined follows the configuration. */
  totalSlots: number | undefined;
  waiting: Waiting;
  providers: Providers;
  budgets: Budgets;
  /** Slots beyond the configured ones. */
  scale: Scale;
  relief: Relief;
  kinds: Kinds;
  batches: Batches;
  /** Unfinished tasks by their keys. */
  keys: Map<string, TaskId>;
  alike: Alike;
  followers: Followers;
  /** Running tasks for which something is due, by when. */
  deadlines: Heap<TaskId>;
  /** Runs that may not be silent for long: when to look, and what the last look found. */
  idle: Map<TaskId, { lookAt: number; silence?: Silence }>;
  schedules: Schedules;
  calendar: Calendar;
  counts: StateCounts;
  /** Characters of the unfinished tasks' commands, as they are all kept in memory. */
  text: number;
};

/** Since when, on the steady clock, there was no sign of life; `signs` tells whether there is another. */
export type Silence = { from: number; signs: string };

/** What the store knows; the settings come from the configuration. */
export type StoredSeed = Omit<Seed, "settings" | "calendar">;

export type Seed = {
  nextId: number;
  lastSeq: number;
  settings: Settings;
  counts: StateCounts;
  groups: Iterable<GroupSeed>;
  tasks: Iterable<Task>;
  schedules: Iterable<Schedule>;
  /** Of providers of agents; none unless given. */
  limits?: Iterable<AgentLimit>;
  /** What agents have spent, by group, and the budgets that were told to be used up; none unless given. */
  accounts?: Iterable<[string, Account]>;
  reached?: Iterable<BudgetReached>;
  /** Those that are in the store and are not understood. */
  unreadSchedules: Iterable<string>;
  calendar: Calendar;
  /** Tasks that ended not long ago, the newest last: what their kinds need is learned from them. */
  history: Iterable<Task>;
};

/** The state as the store has it. */
export function createState(seed: Seed): State {
  const state: State = {
    nextId: seed.nextId,
    lastSeq: seed.lastSeq,
    settings: seed.settings,
    live: new Map(),
    inFlight: new Set(),
    paused: new Set(),
    groups: new Map(),
    used: 0,
    totalSlots: undefined,
    waiting: createWaiting(),
    providers: createProviders(seed.limits ?? []),
    budgets: createBudgets(seed.accounts ?? [], seed.reached ?? []),
    scale: { extra: 0, changedAt: 0 },
    relief: createRelief(),
    kinds: new Map(),
    batches: createBatches(),
    keys: new Map(),
    alike: createAlike(),
    followers: createFollowers(),
    deadlines: createHeap(),
    idle: new Map(),
    schedules: createSchedules(seed.unreadSchedules),
    calendar: seed.calendar,
    counts: { ...seed.counts },
    text: 0,
  };
  groupOf(state, DEFAULT_GROUP);
  for (const group of seed.groups) setGroup(state, group);
  for (const task of seed.history) learnFrom(state.kinds, task);
  for (const schedule of seed.schedules) setSchedule(state, schedule.name, schedule);
  for (const task of seed.tasks) indexTask(state, undefined, task);
  if (seed.settings.slotsFollow) state.scale = scaleInUse(state.groups.values(), seed.settings.defaultSlots);
  return state;
}
