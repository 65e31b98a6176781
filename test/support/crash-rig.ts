/** Kills daemons with -9 wherever they are, starts them again in all ways, and looks at what is left. */
import { deepStrictEqual } from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { type Client, connect } from "@claudine/client";
import type { Task } from "@claudine/protocol/task";
import type { Rig } from "./daemon.ts";
import { signalIfThere } from "./home.ts";
import type { Ledger } from "./crash-ledger.ts";
import { CLAUDINED, start } from "./program.ts";
import { isRunning } from "./process.ts";
import { until } from "./until.ts";

export type Check = { name: string; level: "ok" | "warning" | "error"; message: string; hint: string | null };

/** Ends the daemon that answers, or none, right after `moment`. */
export async function killDaemon(rig: Rig, moment: () => Promise<unknown> = async () => {}): Promise<void> {
  const pid = (await rig.status())?.pid;
  if (pid === undefined) return;
  await moment();
  signalIfThere(pid, "SIGKILL");
  await until("the killed daemon to be gone", () => !isRunning(pid));
}

/** As a command does that finds no daemon. */
export async function autostart(rig: Rig): Promise<void> {
  const client: Client = await connect({ env: rig.env });
  await client.call("daemon.status", {}).finally(() => client.close());
}

/** `claudined --check-state`, while no daemon runs. */
export async function checkState(rig: Rig, ...more: string[]): Promise<Check[]> {
  const { stdout, stderr, code } = await start(CLAUDINED, { env: rig.env, cwd: "/", args: ["--check-state", ...more] })
    .ended;
  if (code !== 0) throw new Error(`--check-state ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Check[];
}

export async function expectSoundState(rig: Rig): Promise<void> {
  const checks = await checkState(rig);
  deepStrictEqual(
    checks.filter(({ level }) => level === "error"),
    [],
  );
}

/** Every process that carries the mark of a run is of a run that goes on. */
export async function expectNoOrphans(ledger: Ledger, rig: Rig, client: Client): Promise<void> {
  let orphans: string[] = [];
  await until("the processes of ended runs to be gone", async () => {
    const marks = await marksUnder(rig.home.dir);
    // What has started since is known by now.
    await ledger.check(client);
    const going = new Set([...ledger.tasks.values()].map(markOf));
    orphans = marks.filter((mark) => !going.has(mark));
    return orphans.length === 0;
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${orphans.join(", ")}`);
  });
}

function markOf({ uid, status }: Task): string | undefined {
  return "run" in status ? `${uid}.${status.run.attempt}` : undefined;
}

/** The marks of runs that live processes of this home carry. */
async function marksUnder(dir: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && isRunning(Number(name)));
  const environments = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, "utf8").catch(() => "")));
  return environments
    .filter((text) => text.includes(`CLAUDINE_SOCKET=${dir}/`))
    .flatMap((text) => /(?:^|\0)CLAUDINE_RUN_UID=([^\0]+)/.exec(text)?.[1] ?? []);
}
