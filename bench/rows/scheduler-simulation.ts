/** Tasks of very different sizes on a virtual machine: admission by what they use, beside plain slots first in first out. */
import { spec } from "@claudine/daemon/core/fixtures";
import { createHeap } from "@claudine/daemon/core/heap";
import { kindOf } from "@claudine/daemon/core/kinds";
import type { Task, TaskId, TaskSpec } from "@claudine/protocol";
import { finding, type Row } from "../row.ts";
import { VirtualDaemon } from "../virtual-daemon.ts";

const GIB = 2 ** 30;
const MACHINE = { cores: 16, memoryBytes: 64 * GIB };
/** Who counts slots must count for the largest tasks, or they take each other's memory. */
const CAREFUL_SLOTS = 4;

/** What each kind of task uses and how long it takes; and how many of a hundred are of it. */
const KINDS = [
  { label: "lint", memoryBytes: 0.2 * GIB, cpus: 1, ms: 4000, share: 55 },
  { label: "test", memoryBytes: 1.5 * GIB, cpus: 1, ms: 30_000, share: 30 },
  { label: "build", memoryBytes: 4 * GIB, cpus: 2, ms: 60_000, share: 12 },
  { label: "train", memoryBytes: 15 * GIB, cpus: 1, ms: 300_000, share: 3 },
] as const;
const BY_KIND = new Map<string, (typeof KINDS)[number]>(
  KINDS.map((kind) => [kindOf({ label: kind.label, command: "true" }), kind]),
);
const GROUPS = ["ann", "ben", "cleo"];

/** As many as one call takes at most. */
const CALL = 100_000;

type Outcome = { makespanMs: number; busy: number; fairness: number; overMemory: number };

export const schedulerSimulation: Row = {
  name: "scheduler-simulation",
  about: "a virtual machine of 16 cores and 64 GB with tasks of 0.2 to 15 GB",
  run: async ({ quick, say }) => {
    const count = quick ? 20_000 : 1_000_000;
    const tasks = makeTasks(count);
    const ours = simulate(tasks, { slots: 1000, autoscale: true });
    const plain = simulate(tasks, { slots: CAREFUL_SLOTS, autoscale: false });
    if (ours.overMemory > 0) say(`Memory was overcommitted in ${ours.overMemory} of ${count} starts`);
    const row = "scheduler-simulation";
    const side = (what: string, unit: "h" | "%", value: (outcome: Outcome) => number) =>
      finding(
        { row, what: `${count.toLocaleString("en")} tasks: ${what}`, unit },
        { ours: [value(ours)], reference: { name: `${CAREFUL_SLOTS} slots, FIFO`, figures: [value(plain)] } },
      );
    return [
      side("makespan", "h", ({ makespanMs }) => makespanMs / 3_600_000),
      side("cores in use", "%", ({ busy }) => 100 * busy),
      side("fairness between groups (Jain)", "%", ({ fairness }) => 100 * fairness),
    ];
  },
};

/** The same tasks each time (mulberry32). */
function makeTasks(count: number): TaskSpec[] {
  let seed = 7;
  const random = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Array.from({ length: count }, () => {
    let left = random() * 100;
    const kind = KINDS.find(({ share }) => (left -= share) < 0) ?? KINDS[0];
    return spec({ label: kind.label, group: GROUPS[Math.floor(random() * GROUPS.length)] ?? "default" });
  });
}

/** All are submitted at the start; each takes its time and uses what its kind uses. */
function simulate(tasks: readonly TaskSpec[], how: { slots: number; autoscale: boolean }): Outcome {
  const use = { memoryBytes: 0, cpus: 0, busyMs: 0, overMemory: 0 };
  const daemon: VirtualDaemon = new VirtualDaemon(
    { defaultSlots: how.slots, totalSlots: how.slots, autoscale: how.autoscale },
    {
      host: () => ({
        cores: MACHINE.cores,
        busyCpus: use.cpus,
        memoryFreeBytes: MACHINE.memoryBytes - use.memoryBytes,
        memoryPressure: 0,
        load: null,
      }),
      used: (id) => {
        const kind = kindOfTask(daemon.state.live.get(id));
        return { cpus: kind.cpus, rssBytes: kind.memoryBytes, ageMs: Number.POSITIVE_INFINITY };
      },
    },
  );
  const ends = createHeap<TaskId>();
  const endsAt = new Map<TaskId, number>();
  const waits = new Map<string, number[]>(GROUPS.map((group) => [group, []]));
  const begin = (ids: readonly TaskId[]): void => {
    for (const id of ids) {
      const task = daemon.state.live.get(id);
      const kind = kindOfTask(task);
      use.memoryBytes += kind.memoryBytes;
      use.cpus += kind.cpus;
      use.busyMs += kind.cpus * kind.ms;
      if (use.memoryBytes > MACHINE.memoryBytes) use.overMemory += 1;
      endsAt.set(id, daemon.now + kind.ms);
      ends.set(id, [daemon.now + kind.ms]);
      waits.get(task?.group ?? "")?.push(daemon.now);
    }
  };
  const run = (specs: readonly TaskSpec[]): void => {
    for (let at = 0; at < specs.length; at += CALL) begin(daemon.submit(specs.slice(at, at + CALL)));
    runAll();
  };
  const runAll = (): void => {
    for (let id = ends.peek(); id !== undefined; id = ends.peek()) {
      const kind = kindOfTask(daemon.state.live.get(id));
      daemon.now = endsAt.get(id) ?? daemon.now;
      ends.delete(id);
      endsAt.delete(id);
      use.memoryBytes -= kind.memoryBytes;
      use.cpus -= kind.cpus;
      begin(daemon.end([id], () => ({ wallMs: kind.ms, cpuMs: kind.cpus * kind.ms, peakRssBytes: kind.memoryBytes })));
    }
  };
  // What is not known yet cannot be kept free: each kind has run once before.
  run(KINDS.map(({ label }) => spec({ label })));
  const startedAt = daemon.now;
  use.busyMs = 0;
  use.overMemory = 0;
  run(tasks);
  return {
    makespanMs: daemon.now - startedAt,
    busy: use.busyMs / ((daemon.now - startedAt) * MACHINE.cores),
    fairness: jain([...waits.values()].map((one) => one.reduce((sum, at) => sum + at, 0) / one.length)),
    overMemory: use.overMemory,
  };
}

function kindOfTask(task: Task | undefined): (typeof KINDS)[number] {
  return (task === undefined ? undefined : BY_KIND.get(kindOf(task))) ?? KINDS[0];
}

/** 1 when all wait equally long (Jain's index: square of the sum over n times the sum of squares). */
function jain(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum ** 2 / (values.length * values.reduce((total, value) => total + value ** 2, 0));
}
