/** Memory and CPU of a daemon with nothing to do, beside an idle Node. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { submitMany, untilFinished, withDaemon } from "../daemon.ts";
import { notInstalled, peerProgram } from "../peers.ts";
import { childPids, cpuTicks, HAS_PROC, rssMegabytes } from "../process-figures.ts";
import { runScript } from "../program.ts";
import { alternate, finding, type Finding, type Row } from "../row.ts";

/** By then it has given back what it needed only for a while. */
const SETTLE_MS = 5000;
const IDLE_MS = 5000;
const MANY = 5000;

type Figures = { fresh: number[]; shim: number[]; ticks: number[]; used: number[]; node: number[]; pm2: number[] };

export const idle: Row = {
  name: "idle",
  about: "memory and CPU of a daemon that has nothing to do",
  run: async ({ quick, say, newFolder }) => {
    if (!HAS_PROC) {
      say("There is no /proc: skipped");
      return [];
    }
    const figures: Figures = { fresh: [], shim: [], ticks: [], used: [], node: [], pm2: [] };
    const pm2 = peerProgram("pm2");
    if (pm2 === undefined) say(notInstalled("pm2"));
    await alternate(quick ? 2 : 5, [
      () => measureDaemon(newFolder(), figures),
      async () => void figures.node.push(await idleNode()),
      async () => void (pm2 !== undefined && figures.pm2.push(await idlePm2(pm2, newFolder()))),
    ]);
    return findings(figures);
  },
};

async function measureDaemon(dir: string, figures: Figures): Promise<void> {
  await withDaemon({ dir }, async ({ pid, client }) => {
    await untilFinished(client, await submitMany(client, ["true"], { count: 1 }));
    await delay(SETTLE_MS);
    const pids = [pid, ...childPids(pid)];
    const ticks = () => pids.reduce((sum, one) => sum + cpuTicks(one), 0);
    const before = ticks();
    await delay(IDLE_MS);
    figures.ticks.push(ticks() - before);
    figures.fresh.push(rssMegabytes(pid));
    figures.shim.push(childPids(pid).reduce((sum, one) => sum + rssMegabytes(one), 0));
    await untilFinished(client, await submitMany(client, ["true"], { count: MANY }));
    await delay(SETTLE_MS);
    figures.used.push(rssMegabytes(pid));
  });
}

async function idleNode(): Promise<number> {
  const child = spawn(process.execPath, ["-e", "process.stdin.resume(); console.log()"], { stdio: "pipe" });
  await once(child.stdout, "data");
  const rss = rssMegabytes(child.pid ?? 0);
  const exited = once(child, "exit");
  child.stdin.end();
  await exited;
  return rss;
}

/** Its daemon, started by a `ping`, with no process to look after. */
async function idlePm2(pm2: string, dir: string): Promise<number> {
  const env = { ...process.env, PM2_HOME: dir };
  await runScript(`"${process.execPath}" "${pm2}" ping`, env);
  try {
    await delay(SETTLE_MS);
    return rssMegabytes(Number(readFileSync(join(dir, "pm2.pid"), "utf8")));
  } finally {
    await runScript(`"${process.execPath}" "${pm2}" kill`, env);
  }
}

function findings({ fresh, shim, ticks, used, node, pm2 }: Figures): Finding[] {
  const reference = { name: "an idle Node", figures: node };
  const memory = { row: "idle", unit: "MB", goal: { of: "figure", atMost: 65 } } as const;
  return [
    finding({ ...memory, what: "RSS after one task" }, { ours: fresh, reference }),
    ...(pm2.length === 0
      ? []
      : [
          finding(
            { row: "idle", unit: "MB", what: "RSS after one task" },
            { ours: fresh, reference: { name: "pm2, idle", figures: pm2 } },
          ),
        ]),
    finding({ ...memory, what: "RSS after 5,000 tasks" }, { ours: used, reference }),
    finding({ row: "idle", unit: "MB", what: "RSS of the shim" }, { ours: shim }),
    finding(
      { row: "idle", unit: "ticks", what: "CPU in 5 s, shim included", goal: { of: "figure", atMost: 0 } },
      { ours: ticks },
    ),
  ];
}
