/** Where the daemon has a control group of its own, nothing that a task starts gets away from it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { CLAUDINE, start } from "./support/program.ts";
import { isRunning } from "./support/process.ts";
import { until } from "./support/until.ts";

/** Where control groups of the second version are; undefined when this user can make none. */
function findRoot(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
  return / \/ (\S+) .* - cgroup2 /.exec(readFileSync("/proc/self/mountinfo", "utf8"))?.[1];
}

const root = findRoot();
if (root === undefined) process.stderr.write("The tests of control groups are skipped: they need root and cgroup2\n");

/** A daemon that a command has started inside of a group that is named as systemd would. */
async function startInGroup(): Promise<{ rig: Rig; group: string }> {
  const rig = await startDaemon({ daemon: false });
  const group = join(root ?? "", `claudined-${basename(rig.home.dir)}`);
  mkdirSync(group);
  onTestFinished(async () => {
    await until("the group to be gone", () => {
      if (existsSync(join(group, "cgroup.kill"))) writeFileSync(join(group, "cgroup.kill"), "1");
      return removeGroup(group);
    });
  });
  await daemonIn(rig, group, "start");
  return { rig, group };
}

async function daemonIn(rig: Rig, group: string, verb: string): Promise<void> {
  const script = 'echo $$ > "$0/cgroup.procs"; exec "$@"';
  const args = ["-c", script, group, process.execPath, CLAUDINE, "daemon", verb];
  const { code, stderr } = await start("/bin/sh", { args, env: rig.env, cwd: rig.home.work }).ended;
  expect({ code, stderr }).toMatchObject({ code: 0 });
}

function removeGroup(path: string): boolean {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory()) removeGroup(join(path, entry.name));
    rmdirSync(path);
    return true;
  } catch {
    return !existsSync(path);
  }
}

const runGroups = (group: string) => readdirSync(group).filter((name) => name.startsWith("run-"));
/** Leaves session, parent and environment behind, so that only the group knows whose it is. */
const ESCAPE = "(env -i setsid sh -c 'echo $$ > far; exec sleep 1000' > /dev/null 2>&1 &) &";

describe.skipIf(root === undefined)("a run's own control group", () => {
  test("kill ends also what has hidden; the task knows nothing of the group, and it is gone afterwards", async () => {
    const { rig, group } = await startInGroup();
    const id = await rig.submit("--no-autostart", `env > vars; ${ESCAPE} exec sleep 1000`);
    const far = await rig.pidIn("far");
    const { uid, attempt } = await rig.started(id);
    expect(runGroups(group)).toEqual([`run-${uid}.${attempt}`]);
    expect(readFileSync(`/proc/${far}/cgroup`, "utf8")).toContain(`/run-${uid}.${attempt}\n`);
    expect(readFileSync(rig.file("vars"), "utf8")).not.toContain("CGROUP");
    expect(await rig.claudine("kill", "--grace", "100ms", String(id))).toMatchObject({ code: 0 });
    expect(isRunning(far)).toBe(false);
    expect(runGroups(group)).toEqual([]);
  });

  test("pause stops also what has hidden, resume lets it go on, and the next daemon can do both", async () => {
    const { rig, group } = await startInGroup();
    const counting = "(env -i setsid sh -c 'echo $$ > far; while :; do echo x >> count; sleep 0.01; done' &) &";
    const id = await rig.submit("--no-autostart", `${counting} exec sleep 1000`);
    const far = await rig.pidIn("far");
    const { uid, attempt } = await rig.started(id);
    const frozen = () => readFileSync(join(group, `run-${uid}.${attempt}/cgroup.events`), "utf8").includes("frozen 1");
    await rig.claudine("pause", String(id));
    await until("all to be frozen", frozen);
    await daemonIn(rig, group, "restart");
    expect(frozen()).toBe(true);
    await rig.claudine("resume", String(id));
    await until("none to be frozen", () => !frozen());
    expect(await rig.claudine("kill", "--grace", "100ms", String(id))).toMatchObject({ code: 0 });
    expect(isRunning(far)).toBe(false);
  });

  test("what a task leaves behind when it ends by itself goes on, and the group goes with it", async () => {
    const { rig, group } = await startInGroup();
    const { code } = await rig.claudine("submit", "--no-autostart", "--wait", ESCAPE);
    expect(code).toBe(0);
    const far = await rig.pidIn("far");
    expect(isRunning(far)).toBe(true);
    expect(runGroups(group)).toHaveLength(1);
    process.kill(far, "SIGKILL");
    await until("it to be gone", () => !isRunning(far));
    await writeFile(rig.file("go"), "");
    await until("its group to be removed with a later run", async () => {
      await rig.claudine("submit", "--no-autostart", "--wait", "true");
      return runGroups(group).length === 0;
    });
  });
});
