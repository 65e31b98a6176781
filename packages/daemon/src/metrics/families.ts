/** What the metrics are: names, words and values. Base units, and labels that cannot become many. */
import { STATES, type HostSample, type ScheduleState, type StateCounts } from "@claudine/protocol";
import { GROUPS_AT_MOST, OTHER_GROUPS, type Buckets, type Tally } from "./tally.ts";

export type GroupFacts = { name: string; slots: number; used: number; queued: number };

/** What is so at the moment of asking. */
export type MetricFacts = {
  tally: Tally;
  version: string;
  startedAt: number;
  rssBytes: number;
  cpuSeconds: number;
  connections: number;
  accepting: boolean;
  lastSeq: number;
  counts: StateCounts;
  schedules: Readonly<Record<ScheduleState, number>>;
  groups: readonly GroupFacts[];
  host: HostSample;
  diskFreeBytes: number | null;
};

export type Labels = Readonly<Record<string, string>>;
type Value = { labels?: Labels; value: number };
export type Counted = { labels?: Labels; buckets: Buckets };

export type Family = { name: string; help: string } & (
  | { type: "gauge" | "counter"; values: readonly Value[] }
  | { type: "histogram"; series: readonly Counted[] }
);

export function familiesOf(facts: MetricFacts): Family[] {
  const all = [
    ...daemonFamilies(facts),
    ...taskFamilies(facts),
    ...runFamilies(facts.tally),
    ...scheduleFamilies(facts),
    ...agentFamilies(facts.tally),
    ...groupFamilies(facts.groups),
    ...hostFamilies(facts),
  ];
  // What is not known is left out: as a 0 without labels it would be another series.
  return all.filter((family) => family.type === "histogram" || family.values.length > 0);
}

type Values = number | readonly Value[];

function gauge(name: string, help: string, values: Values): Family {
  return { type: "gauge", name, help, values: listOf(values) };
}

function counter(name: string, help: string, values: Values): Family {
  return { type: "counter", name, help, values: listOf(values) };
}

function listOf(values: Values): readonly Value[] {
  return typeof values === "number" ? [{ value: values }] : values;
}

function daemonFamilies(facts: MetricFacts): Family[] {
  const { version, startedAt, rssBytes, cpuSeconds, connections, accepting, lastSeq } = facts;
  const name = (rest: string) => `claudine_daemon_${rest}`;
  return [
    gauge("claudine_build_info", "Always 1, with the version of the daemon", [{ labels: { version }, value: 1 }]),
    gauge(name("start_time_seconds"), "When the daemon started, in Unix time", startedAt / 1000),
    gauge(name("resident_memory_bytes"), "Memory of the daemon", rssBytes),
    counter(name("cpu_seconds_total"), "Processor time of the daemon", cpuSeconds),
    gauge(name("connections"), "Clients that are connected", connections),
    gauge(name("accepting"), "1 while it takes tasks, 0 while it cannot", accepting ? 1 : 0),
    counter("claudine_events_total", "Events in the journal, also of daemons before", lastSeq),
  ];
}

function taskFamilies({ counts, tally }: MetricFacts): Family[] {
  const states = STATES.map((state) => ({ labels: { state }, value: counts[state] }));
  const submitted = [...tally.submitted].map(([group, value]) => ({ labels: { group }, value }));
  return [
    gauge("claudine_tasks", "Tasks in each state", states),
    counter("claudine_tasks_submitted_total", "Tasks submitted since the daemon started", submitted),
  ];
}

function runFamilies(tally: Tally): Family[] {
  const { cpuSeconds, readBytes, writeBytes, waitSeconds, peakBytes } = tally;
  const finished = [...tally.finished].flatMap(([group, byState]) =>
    [...byState].map(([state, value]) => ({ labels: { group, state }, value })),
  );
  const modes = Object.entries(cpuSeconds).map(([mode, value]) => ({ labels: { mode }, value }));
  const times = [...tally.runSeconds].map(([state, buckets]) => ({ labels: { state }, buckets }));
  const histogram = (name: string, help: string, series: readonly Counted[]): Family => ({
    type: "histogram",
    name: `claudine_run_${name}`,
    help,
    series,
  });
  return [
    counter("claudine_runs_finished_total", "Runs that ended since the daemon started", finished),
    counter("claudine_runs_cpu_seconds_total", "Processor time of runs that ended", modes),
    counter("claudine_runs_storage_read_bytes_total", "Read by runs that ended", readBytes),
    counter("claudine_runs_storage_written_bytes_total", "Written by runs that ended", writeBytes),
    histogram("wait_seconds", "From when a run was queued to when it started", [{ buckets: waitSeconds }]),
    histogram("duration_seconds", "From the start of a run to its end", times),
    histogram("peak_memory_bytes", "Largest resident memory of a run", [{ buckets: peakBytes }]),
  ];
}

function scheduleFamilies({ schedules, tally }: MetricFacts): Family[] {
  const states = Object.entries(schedules).map(([state, value]) => ({ labels: { state }, value }));
  const fired = [...tally.fired].map(([cause, value]) => ({ labels: { cause }, value }));
  const skipped = [...tally.skipped].map(([why, value]) => ({ labels: { why }, value }));
  return [
    gauge("claudine_schedules", "Schedules in each state", states),
    counter("claudine_schedule_firings_total", "Due times that became tasks since the daemon started", fired),
    counter("claudine_schedule_skipped_total", "Due times that did not since the daemon started", skipped),
  ];
}

function agentFamilies({ limits, costUsd, tokens }: Tally): Family[] {
  const byAgent = (sums: ReadonlyMap<string, number>) =>
    [...sums].map(([agent, value]) => ({ labels: { agent }, value }));
  return [
    counter(
      "claudine_agent_limits_total",
      "Limits of providers that were met since the daemon started",
      byAgent(limits),
    ),
    counter(
      "claudine_agent_cost_dollars_total",
      "What runs of agents that ended have cost in US dollars, as their tools count it",
      byAgent(costUsd),
    ),
    counter(
      "claudine_agent_tokens_total",
      "Tokens of runs of agents that ended, without those that came from a cache",
      byAgent(tokens),
    ),
  ];
}

function groupFamilies(all: readonly GroupFacts[]): Family[] {
  const groups = withOthers(all.toSorted((a, b) => b.used + b.queued - (a.used + a.queued)));
  const family = (name: string, help: string, value: (group: GroupFacts) => number) =>
    gauge(
      `claudine_group_${name}`,
      help,
      groups.map((group) => ({ labels: { group: group.name }, value: value(group) })),
    );
  return [
    family("slots", "Slots of a group", ({ slots }) => slots),
    family("slots_used", "Slots of a group that are in use", ({ used }) => used),
    family("queued_tasks", "Tasks of a group that wait", ({ queued }) => queued),
  ];
}

/** The busiest ones by name, all others together. */
function withOthers(sorted: readonly GroupFacts[]): readonly GroupFacts[] {
  const rest = sorted.slice(GROUPS_AT_MOST);
  if (rest.length === 0) return sorted;
  const sum = (value: (group: GroupFacts) => number) => rest.reduce((total, group) => total + value(group), 0);
  const others = {
    name: OTHER_GROUPS,
    slots: sum(({ slots }) => slots),
    used: sum(({ used }) => used),
    queued: sum(({ queued }) => queued),
  };
  return [...sorted.slice(0, GROUPS_AT_MOST), others];
}

function hostFamilies({ host, diskFreeBytes }: MetricFacts): Family[] {
  const name = (rest: string) => `claudine_host_${rest}`;
  const pressure = Object.entries(host.pressure).flatMap(([resource, percent]) =>
    percent === null ? [] : [{ labels: { resource }, value: percent / 100 }],
  );
  return [
    gauge(name("cpu_ratio"), "Share of all cores that was busy, 0 to 1", host.cpuPercent / 100),
    gauge(name("cores"), "Cores that can be used", host.usableCores),
    gauge(name("load1"), "Load average of a minute", host.load1),
    gauge(name("memory_bytes"), "Memory of the machine", host.memTotalBytes),
    gauge(name("memory_available_bytes"), "Memory that is available", host.memAvailableBytes),
    gauge(name("pressure_ratio"), "Share of the last 10 s in which something was stalled", pressure),
    gauge(
      name("state_disk_free_bytes"),
      "Free on the disk of the state folder",
      diskFreeBytes === null ? [] : diskFreeBytes,
    ),
  ];
}
