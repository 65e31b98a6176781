/** How long after its due time a command executes, among ten thousand schedules, and what these cost while none is due. */
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@claudine/client";
import { withDaemon } from "../daemon.ts";
import { cpuTicks, HAS_PROC, rssMegabytes } from "../process-figures.ts";
import { finding, type Finding, type Row } from "../row.ts";
import { percentile } from "../stats.ts";

const MANY = 10_000;
const SETTLE_MS = 5000;
const IDLE_MS = 10_000;

type Figures = { p50: number[]; p99: number[]; worst: number[]; ticks: number[]; rss: number[]; add: number[] };

export const schedulePrecision: Row = {
  name: "schedule-precision",
  about: "due time to exec with 10,000 schedules, and their cost while none is due",
  run: async ({ quick, newFolder }) => {
    const figures: Figures = { p50: [], p99: [], worst: [], ticks: [], rss: [], add: [] };
    for (let round = 0; round < (quick ? 1 : 3); round += 1) await measure(newFolder(), quick ? 20 : 100, figures);
    return findings(figures);
  },
};

async function measure(dir: string, firings: number, figures: Figures): Promise<void> {
  await withDaemon({ dir, slots: 50 }, async ({ pid, client }) => {
    const startedAt = performance.now();
    await declareMany(client);
    figures.add.push(performance.now() - startedAt);
    await delay(SETTLE_MS);
    const before = HAS_PROC ? cpuTicks(pid) : 0;
    await delay(IDLE_MS);
    if (HAS_PROC) figures.ticks.push(cpuTicks(pid) - before);
    if (HAS_PROC) figures.rss.push(rssMegabytes(pid));
    const delays = await delaysOf(client, firings);
    figures.p50.push(percentile(delays, 0.5));
    figures.p99.push(percentile(delays, 0.99));
    figures.worst.push(Math.max(...delays));
  });
}

const CALL = { env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" }, cwd: "/", umask: 0o077 };

/** On all days of the year but these, at all times of the day. */
async function declareMany(client: Client): Promise<void> {
  const soon = new Date();
  const months = Array.from({ length: 12 }, (_, index) => index + 1).filter(
    (month) => Math.abs(month - soon.getUTCMonth() - 1) > 1,
  );
  const schedules = Array.from({ length: MANY }, (_, index) => ({
    name: `s${index}`,
    when: {
      kind: "cron" as const,
      expression: `${index % 60} ${index % 24} ${(index % 28) + 1} ${months[index % months.length]} *`,
    },
    zone: ["UTC", "Europe/Berlin", "America/New_York"][index % 3] ?? "UTC",
    task: { command: ["true"] },
  }));
  await client.call("schedule.declare", { ...CALL, origin: "/bench", schedules });
}

async function delaysOf(client: Client, count: number): Promise<number[]> {
  const rules = { maxRuns: count, overlap: "all" as const };
  const schedule = {
    name: "tick",
    when: { kind: "every" as const, everyMs: 1000 },
    task: { command: ["true"] },
    ...rules,
  };
  await client.call("schedule.add", { ...CALL, schedule });
  for (;;) {
    const { firings } = await client.call("schedule.history", { name: "tick", limit: count });
    const delays = firings.flatMap(({ state, startedAt, due }) =>
      state === null || startedAt === null ? [] : [startedAt - due],
    );
    if (delays.length === count) return delays;
    await delay(500);
  }
}

function findings({ p50, p99, worst, ticks, rss, add }: Figures): Finding[] {
  const row = { row: "schedule-precision", unit: "ms" } as const;
  const precise = { of: "figure", atMost: 1000 } as const;
  return [
    finding({ ...row, what: "due time to exec, p50" }, { ours: p50 }),
    finding({ ...row, what: "due time to exec, p99" }, { ours: p99 }),
    finding({ ...row, what: "due time to exec, longest", goal: precise }, { ours: worst }),
    finding({ ...row, what: "declaring 10,000 schedules" }, { ours: add }),
    ...(ticks.length === 0
      ? []
      : [
          finding(
            { ...row, unit: "ticks", what: "CPU in 10 s, none due", goal: { of: "figure", atMost: 0 } },
            { ours: ticks },
          ),
          finding({ ...row, unit: "MB", what: "RSS with 10,000 schedules" }, { ours: rss }),
        ]),
  ];
}
