/** A gigabyte of output through a task, beside the same command writing to a file by itself. */
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type BenchDaemon, withDaemon } from "../daemon.ts";
import { childPids, cpuTicks, endedChildrenTicks, HAS_PROC, rssMegabytes } from "../process-figures.ts";
import { runScript } from "../program.ts";
import { alternate, finding, type Finding, type Row } from "../row.ts";

const GIB = 2 ** 30;
const LINE = "a line of output as a compiler, a test runner or a server writes it, of about a hundred bytes or so\n";
const WRITER = `yes '${LINE.trim()}' | head -c ${GIB}`;
const MS_PER_TICK = 10;
/** For the daemon's memory while it runs. */
const LOOK_MS = 20;
const KEPT_BYTES = 101 * 2 ** 20;
const CUT_MS = 30_000;

/** Percentages are of the processor time of what writes. */
type Figures = {
  ours: number[];
  alone: number[];
  rss: number[];
  daemon: number[];
  silent: number[];
  helpers: number[];
};

export const output1gb: Row = {
  name: "output-1gb",
  about: "1 GB of output through a task",
  run: async ({ quick, say, newFolder }) => {
    if (!HAS_PROC) {
      say("There is no /proc: skipped");
      return [];
    }
    const dir = newFolder();
    const figures: Figures = { ours: [], alone: [], rss: [], daemon: [], silent: [], helpers: [] };
    await withDaemon({ dir }, async (daemon) => {
      await runTask(daemon, "true");
      await alternate(quick ? 3 : 7, [
        () => measureTask(daemon, figures),
        async () => {
          const file = join(dir, "alone");
          const startedAt = performance.now();
          await runScript(`{ ${WRITER}; } >>${file}`, daemon.env);
          figures.alone.push(performance.now() - startedAt);
          rmSync(file);
        },
      ]);
    });
    return findings(figures);
  },
};

async function measureTask(daemon: BenchDaemon, figures: Figures): Promise<void> {
  const ticks = () => ({ daemon: cpuTicks(daemon.pid), helpers: endedChildrenTicks(daemon.pid) });
  const [before, rssBefore] = [ticks(), rssMegabytes(daemon.pid)];
  let rssMost = rssBefore;
  const timer = setInterval(() => (rssMost = Math.max(rssMost, rssMegabytes(daemon.pid))), LOOK_MS);
  const { wallMs, cpuMs, id } = await runTask(daemon, WRITER);
  clearInterval(timer);
  const file = join(daemon.dir, "state/claudine/runs/0", `${id}.1.stdout`);
  await untilCut(file, daemon.pid);
  const after = ticks();
  const share = (used: number) => (100 * MS_PER_TICK * used) / cpuMs;
  figures.ours.push(wallMs);
  figures.rss.push(rssMost - rssBefore);
  figures.daemon.push(share(after.daemon - before.daemon));
  figures.helpers.push(share(after.helpers - before.helpers));
  if (statSync(file).size !== GIB) throw new Error("The task has not written a gigabyte");
  await daemon.client.call("task.remove", { selector: [`${id}`] });
  // What any task costs that takes as long: the start, samples, the end.
  const silentBefore = ticks().daemon;
  await runTask(daemon, `sleep ${wallMs / 1000}`);
  figures.silent.push(share(ticks().daemon - silentBefore));
}

/** Until what is over the limit was given back. */
async function untilCut(file: string, pid: number): Promise<void> {
  const isCut = () => statSync(file).blocks * 512 <= KEPT_BYTES && childPids(pid).length <= 1;
  for (const until = performance.now() + CUT_MS; !isCut(); await delay(LOOK_MS))
    if (performance.now() > until) throw new Error("The output was not cut to its limit");
}

async function runTask(
  { client }: BenchDaemon,
  script: string,
): Promise<{ id: number; wallMs: number; cpuMs: number }> {
  const startedAt = performance.now();
  const { ids } = await client.call("task.submit", {
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
    cwd: "/",
    umask: 0o077,
    tasks: [{ command: ["/bin/sh", "-c", script] }],
  });
  const { tasks } = await client.call("task.wait", { selector: ids.map(String) });
  const [task] = tasks;
  if (task?.state !== "succeeded") throw new Error(`The task ended as ${task?.state}`);
  return { id: task.id, wallMs: performance.now() - startedAt, cpuMs: task.usage.cpuMs };
}

function findings({ ours, alone, rss, daemon, silent, helpers }: Figures): Finding[] {
  const row = "output-1gb";
  const reference = { name: "the same command into a file", figures: alone };
  const ofOutput = daemon.map((share, index) => share - (silent[index] ?? 0));
  return [
    finding(
      { row, what: "1 GB through a task, submit to end", unit: "ms", goal: { of: "ratio", atMost: 1.1 } },
      { ours, reference },
    ),
    finding({ row, what: "growth of the daemon's RSS", unit: "MB", goal: { of: "figure", atMost: 10 } }, { ours: rss }),
    finding(
      { row, what: "CPU of the daemon, of the writer's, beside a silent task's", unit: "%" },
      { ours: daemon, reference: { name: "a task as long that writes nothing", figures: silent } },
    ),
    finding({ row, what: "of that for output", unit: "%", goal: { of: "figure", atMost: 2 } }, { ours: ofOutput }),
    finding({ row, what: "CPU for giving 0.9 GB back at the end, of the writer's", unit: "%" }, { ours: helpers }),
  ];
}
