/** What is counted from the start of the daemon on, for who asks from time to time. Costs a few additions for an event. */
import type { FiringCause, SkipWhy, TaskEvent, TaskState } from "@claudine/protocol";
import type { Fact } from "../engine.ts";

/** Counts of values up to each bound, and of all. */
export type Buckets = { bounds: readonly number[]; counts: number[]; sum: number; count: number };

export type Tally = {
  submitted: Map<string, number>;
  /** By group and state. */
  finished: Map<string, Map<TaskState, number>>;
  cpuSeconds: { user: number; system: number };
  readBytes: number;
  writeBytes: number;
  waitSeconds: Buckets;
  runSeconds: Map<TaskState, Buckets>;
  peakBytes: Buckets;
  /** Due times of schedules that became tasks, and those that did not. */
  fired: Map<FiringCause, number>;
  skipped: Map<SkipWhy, number>;
  /** By agent: limits that were met, and US dollars as its tool counts them. */
  limits: Map<string, number>;
  costUsd: Map<string, number>;
  /** Likewise, as budgets count them. */
  tokens: Map<string, number>;
};

/** More are counted together: each is a series for ever. */
export const GROUPS_AT_MOST = 50;
export const OTHER_GROUPS = "(others)";

const SECONDS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400];
const BYTES = [2 ** 24, 2 ** 26, 2 ** 28, 2 ** 30, 2 ** 32, 2 ** 34, 2 ** 36];

export function createTally(): Tally {
  return {
    submitted: new Map(),
    finished: new Map(),
    cpuSeconds: { user: 0, system: 0 },
    readBytes: 0,
    writeBytes: 0,
    waitSeconds: bucketsOf(SECONDS),
    runSeconds: new Map(),
    peakBytes: bucketsOf(BYTES),
    fired: new Map(),
    skipped: new Map(),
    limits: new Map(),
    costUsd: new Map(),
    tokens: new Map(),
  };
}

function bucketsOf(bounds: readonly number[]): Buckets {
  return { bounds, counts: bounds.map(() => 0), sum: 0, count: 0 };
}

function observe(buckets: Buckets, value: number): void {
  buckets.sum += value;
  buckets.count += 1;
  for (const [index, bound] of buckets.bounds.entries())
    if (value <= bound) buckets.counts[index] = (buckets.counts[index] ?? 0) + 1;
}

/** Of a longer stretch no more are counted. */
const COUNTED_AT_MOST = 1000;

export function countFact(tally: Tally, { event, task }: Fact): void {
  if (event.type === "task.submitted") {
    const group = groupName(tally.submitted, event.spec.group);
    tally.submitted.set(group, (tally.submitted.get(group) ?? 0) + 1);
  }
  if (event.type === "schedule.fired") tally.fired.set(event.cause, (tally.fired.get(event.cause) ?? 0) + 1);
  if (event.type === "schedule.skipped")
    tally.skipped.set(event.why, (tally.skipped.get(event.why) ?? 0) + (event.count ?? COUNTED_AT_MOST));
  if (event.type === "agent.limited") add(tally.limits, event.agent, 1);
  if (event.type === "run.finished" && event.agent?.costUsd !== undefined && event.agent.costUsd !== null)
    add(tally.costUsd, event.agent.agent, event.agent.costUsd);
  if (event.type === "run.finished" && event.agent !== undefined && event.spent !== undefined)
    add(tally.tokens, event.agent.agent, event.spent.tokens);
  if (event.type === "run.finished") countRun(tally, event, task?.group ?? OTHER_GROUPS);
}

/** There are as many agents as the configuration names. */
function add(sums: Map<string, number>, agent: string, value: number): void {
  sums.set(agent, (sums.get(agent) ?? 0) + value);
}

function countRun(tally: Tally, event: Extract<TaskEvent, { type: "run.finished" }>, asked: string): void {
  const { state, usage, startedAt, queuedAt } = event;
  const group = groupName(tally.finished, asked);
  const states = tally.finished.get(group) ?? new Map<TaskState, number>();
  tally.finished.set(group, states.set(state, (states.get(state) ?? 0) + 1));
  tally.cpuSeconds.user += usage.userMs / 1000;
  tally.cpuSeconds.system += usage.systemMs / 1000;
  tally.readBytes += usage.readBytes;
  tally.writeBytes += usage.writeBytes;
  if (startedAt === null) return;
  if (queuedAt !== undefined) observe(tally.waitSeconds, Math.max(0, startedAt - queuedAt) / 1000);
  const time = tally.runSeconds.get(state) ?? bucketsOf(SECONDS);
  tally.runSeconds.set(state, time);
  observe(time, usage.wallMs / 1000);
  observe(tally.peakBytes, usage.peakRssBytes);
}

function groupName(known: ReadonlyMap<string, unknown>, group: string): string {
  return known.has(group) || known.size < GROUPS_AT_MOST ? group : OTHER_GROUPS;
}
