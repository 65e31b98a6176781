/** A daemon of the built product for one row, in folders of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect, type Client } from "@claudine/client";
import type { TaskId } from "@claudine/protocol";

export const DIST = join(import.meta.dirname, "../dist");

export type BenchDaemon = {
  pid: number;
  client: Client;
  /** The environment in which `claudine` finds this daemon. */
  env: NodeJS.ProcessEnv;
  dir: string;
  /** From the start of the process until it answered. */
  readyMs: number;
  /** Ends the process and leaves the folders, for the next `startDaemon` in them. */
  stop(): Promise<void>;
  /** SIGKILL: what runs goes on. */
  kill(): Promise<void>;
};

/** `program` is what runs the daemon's file: Node, unless told. */
export type DaemonOptions = { dir: string; slots?: number; program?: readonly string[]; config?: string };

const DEADLINE_MS = 30_000;

export async function withDaemon<T>(options: DaemonOptions, use: (daemon: BenchDaemon) => Promise<T>): Promise<T> {
  const daemon = await startDaemon(options);
  try {
    return await use(daemon);
  } finally {
    await daemon.stop();
  }
}

export async function startDaemon({
  dir,
  slots = 2,
  program = [],
  config: more = "",
}: DaemonOptions): Promise<BenchDaemon> {
  const env = environment(dir);
  const config = join(dir, "config/claudine");
  for (const folder of [config, join(dir, "run"), join(dir, "home")])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(config, "config.yaml"), `slots: ${slots}\nlog: { level: error }\n${more}`);
  const startedAt = performance.now();
  const [file = process.execPath, ...args] = program;
  const daemon = process.env["CLAUDINED"] ?? join(DIST, "claudined.mjs");
  const child = spawn(file, [...args, daemon], { env, cwd: dir, stdio: ["ignore", "ignore", "inherit"] });
  const client = await firstAnswer(env, child);
  const readyMs = performance.now() - startedAt;
  const { pid } = await client.call("daemon.status", {});
  return {
    pid,
    client,
    env,
    dir,
    readyMs,
    async stop() {
      await endTasks(client);
      client.close();
      await end(child);
    },
    async kill() {
      client.close();
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** What was set for this process must not slow a client down or lead it to another daemon. */
function environment(dir: string): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, CLAUDINE_SOCKET: _socket, ...rest } = process.env;
  return {
    ...rest,
    HOME: join(dir, "home"),
    XDG_RUNTIME_DIR: join(dir, "run"),
    XDG_STATE_HOME: join(dir, "state"),
    XDG_CONFIG_HOME: join(dir, "config"),
  };
}

async function firstAnswer(env: NodeJS.ProcessEnv, child: ChildProcess): Promise<Client> {
  const deadlineAt = performance.now() + DEADLINE_MS;
  while (child.exitCode === null && performance.now() < deadlineAt) {
    const client = await connect({ env, autostart: false }).catch(() => undefined);
    if (client !== undefined) return client;
    await delay(2);
  }
  throw new Error(`The daemon did not come up (exit code ${child.exitCode})`);
}

async function endTasks(client: Client): Promise<void> {
  await client.call("task.kill", { selector: ["running"], signal: "SIGKILL" }).catch(() => {});
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const guard = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
  await exited;
  clearTimeout(guard);
}

/** Submits `count` times the same command in one call. */
export async function submitMany(
  client: Client,
  command: string[],
  many: { count: number; group?: string; held?: boolean },
): Promise<TaskId[]> {
  const { count, ...rest } = many;
  const { ids } = await client.call("task.submit", {
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
    cwd: "/",
    umask: 0o077,
    tasks: Array.from({ length: count }, () => ({ command, ...rest })),
  });
  return ids;
}

export async function untilFinished(client: Client, ids: readonly TaskId[]): Promise<void> {
  const [first, last] = [ids[0] ?? 1, ids.at(-1) ?? 0];
  const { reached } = await client.call("task.wait", { selector: [`${first}-${last}`] });
  if (!reached) throw new Error("Some tasks did not finish");
}
