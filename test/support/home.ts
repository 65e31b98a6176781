/** A user's world of its own: folders with short paths, and an environment that points to them. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { inject } from "vitest";
import { processesUnder } from "../setup/processes-under.ts";
import { until } from "./until.ts";

export type Env = Record<string, string>;

export type Home = {
  /** Everything of this home is in here. */
  dir: string;
  /** Where commands are run. */
  work: string;
  runtimeDir: string;
  stateDir: string;
  socket: string;
  configFile: string;
  /** Nothing of the environment of the tests themselves but the PATH and the time zone. */
  env: Env;
};

export async function makeHome(): Promise<Home> {
  const dir = await mkdtemp(join(inject("testRoot"), "h"));
  const at = (name: string) => join(dir, name);
  const { TZ } = process.env;
  for (const name of ["r", "s", "c/claudine", "home", "work", "tmp"])
    await mkdir(at(name), { recursive: true, mode: 0o700 });
  return {
    dir,
    work: at("work"),
    runtimeDir: at("r/claudine"),
    stateDir: at("s/claudine"),
    socket: at("r/claudine/claudined.sock"),
    configFile: at("c/claudine/config.yaml"),
    env: {
      PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
      HOME: at("home"),
      TMPDIR: at("tmp"),
      SHELL: "/bin/sh",
      LANG: "C.UTF-8",
      USER: "tester",
      XDG_RUNTIME_DIR: at("r"),
      XDG_STATE_HOME: at("s"),
      XDG_CONFIG_HOME: at("c"),
      // Where the tests have a zone of their own, days begin for all at the same time.
      ...(TZ === undefined ? {} : { TZ }),
    },
  };
}

export async function writeConfig(home: Home, yaml: string): Promise<void> {
  await writeFile(home.configFile, yaml);
}

/** Ends every process that works in this home and removes it. */
export async function razeHome(home: Home): Promise<void> {
  await until(`the processes of ${home.dir} to end`, async () => {
    const left = await processesUnder(home.dir);
    for (const { pid } of left) signalIfThere(pid, "SIGKILL");
    return left.length === 0;
  });
  await chmod(home.work, 0o700).catch(() => {});
  await rm(home.dir, { recursive: true, force: true, maxRetries: 5 });
}

export function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  // To the kernel that is the group of the tests themselves.
  if (pid <= 0) throw new Error("there is no process to be signalled");
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
