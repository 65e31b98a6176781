/**
 * A systemd of a user's own, shut in: control groups, process numbers, mounts and units of its own, so that nothing of it
 * reaches the machine's. The socket and all files are in the home of the test and seen from both sides.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { onTestFinished } from "vitest";
import { type Rig, startDaemon } from "../support/daemon.ts";
import { signalIfThere } from "../support/home.ts";
import { CLAUDINE, type Ended, start } from "../support/program.ts";
import { until } from "../support/until.ts";

const SYSTEMD = "/lib/systemd/systemd";
const PROGRAMS = ["systemctl", "systemd-notify", "unshare", "nsenter", "mount"];
/** Where control groups can be made: the hierarchies of a machine with both versions, or the one of the second. */
const HIERARCHIES = ["/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"];
/** What a user's systemd wants to reach; empty here. */
const TARGETS = ["default", "basic", "sockets", "timers", "paths", "shutdown", "exit"];

/** Why systemd cannot run here; undefined when it can. */
export function whyNoSystemd(): string | undefined {
  if (process.platform !== "linux") return "only Linux has systemd";
  if (process.getuid?.() !== 0) return "shutting a systemd in needs root";
  if (!existsSync(SYSTEMD)) return `there is no ${SYSTEMD}`;
  const missing = PROGRAMS.find((name) => spawnSync("sh", ["-c", `command -v ${name}`]).status !== 0);
  if (missing !== undefined) return `there is no ${missing}`;
  if (hierarchies().length === 0) return "there are no control groups to put it in";
  return spawnSync("unshare", ["--pid", "--fork", "--mount", "true"]).status === 0
    ? undefined
    : "namespaces are not allowed here";
}

function hierarchies(): string[] {
  const own = HIERARCHIES.filter((path) => existsSync(join(path, "cgroup.procs")));
  return own.length > 1 ? own.filter((path) => path !== "/sys/fs/cgroup") : own;
}

export type Box = {
  rig: Rig;
  /** Runs a program inside, to its end. */
  run(...argv: string[]): Promise<Ended>;
  /** Runs `claudine` inside, which must succeed. @returns its stdout */
  claudine(...words: string[]): Promise<string>;
  /** One property of a unit. */
  property(unit: string, name: string): Promise<string>;
};

/** For one test. */
export async function openBox(): Promise<Box> {
  const rig = await startDaemon({ daemon: false });
  const units = join(rig.home.dir, "units");
  mkdirSync(units);
  for (const name of TARGETS) writeFileSync(join(units, `${name}.target`), `[Unit]\nDescription=${name}\n`);
  const env = {
    ...rig.env,
    SYSTEMD_UNIT_PATH: `${units}:${rig.env["XDG_CONFIG_HOME"]}/systemd/user`,
    DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent",
  };
  const init = await boot(rig, env);
  const run = (...argv: string[]) =>
    start("/usr/bin/nsenter", {
      args: ["--target", String(init), "--mount", "--pid", ...argv],
      env,
      cwd: rig.home.work,
    }).ended;
  await until(
    "systemd to answer",
    async () => (await run("systemctl", "--user", "show", "--property=Version")).code === 0,
  );
  return {
    rig,
    run,
    async claudine(...words) {
      const { code, stdout, stderr } = await run(process.execPath, CLAUDINE, ...words);
      if (code !== 0) throw new Error(`claudine ${words.join(" ")} exited with ${code}: ${stderr}`);
      return stdout;
    },
    async property(unit, name) {
      return (await run("systemctl", "--user", "show", `--property=${name}`, "--value", unit)).stdout.trim();
    },
  };
}

/** First of all the control groups are entered, so that systemd makes its own below them. */
const OUTER = 'for dir in $GROUPS_TO_ENTER; do echo $$ > "$dir/cgroup.procs"; done; exec "$@"';
/** The shell stays the first process: as that one systemd would take itself for the machine's. */
const INNER = `test $$ -eq 1 && mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && { ${SYSTEMD} --user & wait $!; }`;

/** @returns the pid, seen from here, of the first process inside */
async function boot(rig: Rig, env: Record<string, string>): Promise<number> {
  const groups = hierarchies().map((path) => join(path, `claudine-${basename(rig.home.dir)}`));
  for (const group of groups) mkdirSync(group);
  const inside = ["unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc", "sh", "-c", INNER];
  const outside = spawn("sh", ["-c", OUTER, "sh", ...inside], {
    env: { ...env, GROUPS_TO_ENTER: groups.join(" ") },
    stdio: "ignore",
  });
  onTestFinished(async () => {
    signalIfThere(outside.pid ?? 0, "SIGKILL");
    await until("the control groups to be empty", () => groups.every(removeGroup));
  });
  return until("the first process inside", () => {
    const [child] = readFileSync(`/proc/${outside.pid}/task/${outside.pid}/children`, "utf8").trim().split(" ");
    return child === undefined || child === "" ? undefined : Number(child);
  });
}

/** With all below it; false while it is in use. */
function removeGroup(path: string): boolean {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory() && !removeGroup(join(path, entry.name))) return false;
    rmdirSync(path);
    return true;
  } catch {
    return !existsSync(path);
  }
}
