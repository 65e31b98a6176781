/** The metrics as Prometheus reads them. Loaded when somebody asks for the first time: prom-client is not small. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { STATES, type HostSample, type StateCounts } from "@claudine/protocol";
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
  groups: readonly GroupFacts[];
  host: HostSample;
  diskFreeBytes: number | null;
};

export type Exposition = { contentType: string; text: string };

type Labels = Readonly<Record<string, string>>;
type Value = { labels?: Labels; value: number };

export async function expose(facts: MetricFacts): Promise<Exposition> {
  const registry = new Registry();
  addDaemon(registry, facts);
  addTasks(registry, facts);
  addGroups(registry, facts.groups);
  addHost(registry, facts);
  return { contentType: registry.contentType, text: await registry.metrics() };
}

function gauge(registry: Registry, name: string, about: string, values: readonly Value[]): void {
  const metric = new Gauge({ name, help: about, labelNames: namesOf(values), registers: [registry] });
  for (const { labels = {}, value } of values) metric.set(labels, value);
}

function counter(registry: Registry, name: string, about: string, values: readonly Value[]): void {
  const metric = new Counter({ name, help: about, labelNames: namesOf(values), registers: [registry] });
  for (const { labels = {}, value } of values) metric.inc(labels, value);
}

function namesOf(values: readonly Value[]): string[] {
  return Object.keys(values[0]?.labels ?? {});
}

type Counted = { labels?: Labels; buckets: Buckets };

/** The package's own one takes values only one by one, and these were counted before it was loaded. */
class CountedHistogram extends Histogram {
  readonly #described: { name: string; help: string };
  readonly #series: readonly Counted[];

  constructor(registry: Registry, described: { name: string; help: string }, series: readonly Counted[]) {
    super({ ...described, registers: [registry] });
    this.#described = described;
    this.#series = series;
  }

  getForPromString() {
    const { name } = this.#described;
    const values = this.#series.flatMap(({ labels = {}, buckets }) => {
      const { bounds, counts, sum, count } = buckets;
      const below = bounds.map((bound, index) => ({
        metricName: `${name}_bucket`,
        labels: { ...labels, le: String(bound) },
        value: counts[index] ?? 0,
      }));
      return [
        ...below,
        { metricName: `${name}_bucket`, labels: { ...labels, le: "+Inf" }, value: count },
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });
    return Promise.resolve({ ...this.#described, type: "histogram", values, aggregator: "sum" });
  }
}

function addDaemon(registry: Registry, facts: MetricFacts): void {
  const { version, startedAt, rssBytes, cpuSeconds, connections, accepting, lastSeq } = facts;
  const name = (rest: string) => `claudine_daemon_${rest}`;
  gauge(registry, "claudine_build_info", "Always 1, with the version of the daemon", [
    { labels: { version }, value: 1 },
  ]);
  gauge(registry, name("start_time_seconds"), "When the daemon started, in Unix time", [{ value: startedAt / 1000 }]);
  gauge(registry, name("resident_memory_bytes"), "Memory of the daemon", [{ value: rssBytes }]);
  counter(registry, name("cpu_seconds_total"), "Processor time of the daemon", [{ value: cpuSeconds }]);
  gauge(registry, name("connections"), "Clients that are connected", [{ value: connections }]);
  gauge(registry, name("accepting"), "1 while it takes tasks, 0 while it cannot", [{ value: accepting ? 1 : 0 }]);
  counter(registry, "claudine_events_total", "Events in the journal, also of daemons before", [{ value: lastSeq }]);
}

function addTasks(registry: Registry, { counts, tally }: MetricFacts): void {
  const states = STATES.map((state) => ({ labels: { state }, value: counts[state] }));
  gauge(registry, "claudine_tasks", "Tasks in each state", states);
  const submitted = [...tally.submitted].map(([group, value]) => ({ labels: { group }, value }));
  counter(registry, "claudine_tasks_submitted_total", "Tasks submitted since the daemon started", submitted);
  const finished = [...tally.finished].flatMap(([group, byState]) =>
    [...byState].map(([state, value]) => ({ labels: { group, state }, value })),
  );
  counter(registry, "claudine_runs_finished_total", "Runs that ended since the daemon started", finished);
  counter(registry, "claudine_runs_cpu_seconds_total", "Processor time of runs that ended", [
    { labels: { mode: "user" }, value: tally.cpuSeconds.user },
    { labels: { mode: "system" }, value: tally.cpuSeconds.system },
  ]);
  counter(registry, "claudine_runs_storage_read_bytes_total", "Read by runs that ended", [{ value: tally.readBytes }]);
  counter(registry, "claudine_runs_storage_written_bytes_total", "Written by runs that ended", [
    { value: tally.writeBytes },
  ]);
  addRunHistograms(registry, tally);
}

function addRunHistograms(registry: Registry, tally: Tally): void {
  const wait = { name: "claudine_run_wait_seconds", help: "From when a run was queued to when it started" };
  const time = { name: "claudine_run_duration_seconds", help: "From the start of a run to its end" };
  const peak = { name: "claudine_run_peak_memory_bytes", help: "Largest resident memory of a run" };
  const times = [...tally.runSeconds].map(([state, buckets]) => ({ labels: { state }, buckets }));
  for (const [about, series] of [
    [wait, [{ buckets: tally.waitSeconds }]],
    [time, times],
    [peak, [{ buckets: tally.peakBytes }]],
  ] as const)
    registry.registerMetric(new CountedHistogram(registry, about, series));
}

/** The busiest ones by name, all others together. */
function addGroups(registry: Registry, all: readonly GroupFacts[]): void {
  const sorted = all.toSorted((a, b) => b.used + b.queued - (a.used + a.queued));
  const rest = sorted.slice(GROUPS_AT_MOST);
  const sum = (value: (group: GroupFacts) => number) => rest.reduce((total, group) => total + value(group), 0);
  const others = {
    name: OTHER_GROUPS,
    slots: sum(({ slots }) => slots),
    used: sum(({ used }) => used),
    queued: sum(({ queued }) => queued),
  };
  const groups = rest.length === 0 ? sorted : [...sorted.slice(0, GROUPS_AT_MOST), others];
  const series = (value: (group: GroupFacts) => number) =>
    groups.map((group) => ({ labels: { group: group.name }, value: value(group) }));
  const add = (name: string, about: string, value: (group: GroupFacts) => number) =>
    gauge(registry, name, about, series(value));
  add("claudine_group_slots", "Slots of a group", ({ slots }) => slots);
  add("claudine_group_slots_used", "Slots of a group that are in use", ({ used }) => used);
  add("claudine_group_queued_tasks", "Tasks of a group that wait", ({ queued }) => queued);
}

function addHost(registry: Registry, { host, diskFreeBytes }: MetricFacts): void {
  const name = (rest: string) => `claudine_host_${rest}`;
  gauge(registry, name("cpu_ratio"), "Share of all cores that was busy, 0 to 1", [{ value: host.cpuPercent / 100 }]);
  gauge(registry, name("cores"), "Cores that can be used", [{ value: host.usableCores }]);
  gauge(registry, name("load1"), "Load average of a minute", [{ value: host.load1 }]);
  gauge(registry, name("memory_bytes"), "Memory of the machine", [{ value: host.memTotalBytes }]);
  gauge(registry, name("memory_available_bytes"), "Memory that is available", [{ value: host.memAvailableBytes }]);
  const pressure = Object.entries(host.pressure).flatMap(([resource, percent]) =>
    percent === null ? [] : [{ labels: { resource }, value: percent / 100 }],
  );
  gauge(registry, name("pressure_ratio"), "Share of the last 10 s in which something was stalled", pressure);
  if (diskFreeBytes !== null)
    gauge(registry, name("state_disk_free_bytes"), "Free on the disk of the state folder", [{ value: diskFreeBytes }]);
}
