/** The screen with many tasks and many events: frames, CPU, bytes, the way of a key, and memory over a long time. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { BusyDaemon } from "../busy-daemon.ts";
import { DIST } from "../daemon.ts";
import { cpuTicks, HAS_PROC, rssMegabytes } from "../process-figures.ts";
import { finding, type Finding, type Row } from "../row.ts";
import { percentile } from "../stats.ts";
import { Terminal } from "../terminal.ts";
import { findProgram } from "../program.ts";

const TASKS = 10_000;
/** Four events a round, fifty rounds a second. */
const ROUND_EVENTS = 4;
const ROUNDS_A_SECOND = 50;
const STEP_MS = 100;
const SETTLE_MS = 5000;
const HOUR_EVENTS = 3600 * ROUNDS_A_SECOND * ROUND_EVENTS;
/** Time-lapse: two seconds' events at once. */
const LAPSE_ROUNDS = 2 * ROUNDS_A_SECOND;
const LAPSE_STEP_MS = 25;

type Figures = Record<"frames" | "cpu" | "bytes" | "keys" | "rss" | "hourRss" | "growth", number[]>;

export const topFrame: Row = {
  name: "top-frame",
  about: "claudine top with 10,000 tasks and 200 events a second, 120 columns and 40 rows",
  run: async ({ quick, say, newFolder }) => {
    if (!HAS_PROC || findProgram("script") === undefined) {
      say("There is no /proc or no script: skipped");
      return [];
    }
    const figures: Figures = { frames: [], cpu: [], bytes: [], keys: [], rss: [], hourRss: [], growth: [] };
    for (let round = 0; round < (quick ? 1 : 3); round += 1) await measure(newFolder(), figures, quick);
    return findings(figures);
  },
};

async function measure(dir: string, figures: Figures, quick: boolean): Promise<void> {
  const daemon = new BusyDaemon(TASKS);
  const socket = join(dir, "run/claudined.sock");
  await daemon.listen(socket);
  const terminal = new Terminal(
    [process.execPath, join(DIST, "claudine.cjs"), "top", "--socket", socket, "--no-autostart"],
    {
      env: { PATH: process.env["PATH"], HOME: dir, XDG_STATE_HOME: dir, TERM: "xterm-256color", LANG: "C.UTF-8" },
      columns: 120,
      rows: 40,
    },
  );
  try {
    while (!daemon.hasListener) await delay(50);
    await busy(daemon, SETTLE_MS);
    await steady(daemon, terminal, { figures, seconds: quick ? 10 : 30 });
    await keys(daemon, terminal, figures);
    await lapse(daemon, terminal, { figures, events: quick ? HOUR_EVENTS / 10 : HOUR_EVENTS });
    await terminal.end("q");
  } finally {
    daemon.close();
  }
}

/** The events of `ms`, evenly. */
async function busy(daemon: BusyDaemon, ms: number): Promise<void> {
  for (const until = performance.now() + ms; performance.now() < until;) {
    await daemon.happen((ROUNDS_A_SECOND * STEP_MS) / 1000, Date.now());
    await delay(STEP_MS);
  }
}

type Part = { figures: Figures; seconds: number };

async function steady(daemon: BusyDaemon, terminal: Terminal, { figures, seconds }: Part): Promise<void> {
  const { pid, bytes, frames } = terminal;
  const [ticks, startedAt] = [cpuTicks(pid), performance.now()];
  await busy(daemon, seconds * 1000);
  const elapsed = (performance.now() - startedAt) / 1000;
  figures.frames.push((terminal.frames - frames) / elapsed);
  // A tick is a hundredth of a second.
  figures.cpu.push((cpuTicks(pid) - ticks) / elapsed);
  figures.bytes.push((terminal.bytes - bytes) / Math.max(1, terminal.frames - frames));
  figures.rss.push(rssMegabytes(pid));
}

/** While events go on. */
async function keys(daemon: BusyDaemon, terminal: Terminal, figures: Figures): Promise<void> {
  const times: number[] = [];
  for (let press = 0; press < 60; press += 1) {
    await busy(daemon, STEP_MS);
    times.push(await terminal.press(press % 10 < 5 ? "j" : "k"));
  }
  figures.keys.push(percentile(times, 0.95));
}

/** An hour's events as fast as they are taken; the memory after a tenth of it and at the end. */
async function lapse(
  daemon: BusyDaemon,
  terminal: Terminal,
  { figures, events }: { figures: Figures; events: number },
): Promise<void> {
  const { pid } = terminal;
  const steps = Math.max(10, Math.round(events / ROUND_EVENTS / LAPSE_ROUNDS));
  let early = 0;
  for (let step = 1; step <= steps; step += 1) {
    await daemon.happen(Math.round(events / ROUND_EVENTS / steps), Date.now());
    await delay(LAPSE_STEP_MS);
    if (step === Math.round(steps / 5)) early = await settledRss(daemon, pid);
  }
  const late = await settledRss(daemon, pid);
  figures.hourRss.push(late);
  figures.growth.push((late / early - 1) * 100);
}

async function settledRss(daemon: BusyDaemon, pid: number): Promise<number> {
  await busy(daemon, SETTLE_MS);
  return rssMegabytes(pid);
}

function findings({ frames, cpu, bytes, keys: keyTimes, rss, hourRss, growth }: Figures): Finding[] {
  const row = "top-frame";
  return [
    finding({ row, unit: "/s", what: "frames", goal: { of: "figure", atMost: 10 } }, { ours: frames }),
    finding({ row, unit: "%", what: "CPU of one core", goal: { of: "figure", atMost: 10 } }, { ours: cpu }),
    finding({ row, unit: "B", what: "written for a frame" }, { ours: bytes }),
    finding(
      { row, unit: "ms", what: "from a key to the screen, p95", goal: { of: "figure", atMost: 50 } },
      { ours: keyTimes },
    ),
    finding({ row, unit: "MB", what: "RSS", goal: { of: "figure", atMost: 120 } }, { ours: rss }),
    finding(
      { row, unit: "MB", what: "RSS after an hour's events", goal: { of: "figure", atMost: 120 } },
      { ours: hourRss },
    ),
    finding({ row, unit: "%", what: "growth of it from the first fifth to the end" }, { ours: growth }),
  ];
}
