/** Where the daemon has a control group of its own, nothing that a task starts gets away from it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { CLIENT, start } from "./support/program.ts";
import { isRunning } from "./support/process.ts";
import { until } from "./support/until.ts";

/** Where control groups of the second version are; undefined when this user can make none. */
function findRoot(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
  return / \/ (\S+) .* - cgroup2 /.exec(readFileSync("/proc/self/mountinfo", "utf8"))?.[1];
}

const root = findRoot();
/** Groups with limits of memory: the controller may belong to the first version, or to nobody. */
const hasMemory =
  root !== undefined && readFileSync(join(root, "cgroup.subtree_control"), "utf8").split(/\s+/).includes("memory");
if (!hasMemory) process.stderr.write("The tests of limits of memory are skipped: no such controller in cgroup2\n");
if (root === undefined) process.stderr.write("The tests of control groups are skipped: they need root and cgroup2\n");

/** A daemon that a command has started inside of a group that is named as systemd would. */
async function startInGroup(config?: string): Promise<{ rig: Rig; group: string }> {
  const rig = await startDaemon({ daemon: false, ...(config === undefined ? {} : { config }) });
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
  // A group that gives controllers on holds no process; then the daemon before has made one for itself in it.
  const script = 'own=$0; [ -d "$0/daemon" ] && own=$0/daemon; echo $$ > "$own/cgroup.procs"; exec "$@"';
  const args = ["-c", script, group, ...CLIENT, "daemon", verb];
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

const HOG = "const kept = []; setInterval(() => kept.push(Buffer.alloc(20e6, 1)), 5)";

describe.skipIf(!hasMemory)("a limit of memory", () => {
  test("is kept by the kernel, also under the next daemon, and what is beyond it ends with the reason", async () => {
    // Nobody looks for an hour.
    const { rig, group } = await startInGroup("autoscale: off\nsampleInterval: 1h\n");
    const hog = `until [ -e go ]; do sleep 0.01; done; '${process.execPath}' -e '${HOG}' & wait`;
    const id = await rig.submit("--no-autostart", "--memory-max", "200M", hog);
    const { uid, attempt } = await rig.started(id);
    expect(readFileSync(join(group, `run-${uid}.${attempt}`, "memory.max"), "utf8")).toBe(`${200 * 2 ** 20}\n`);
    await daemonIn(rig, group, "restart");
    await writeFile(rig.file("go"), "");
    expect(await rig.ended(id)).toMatchObject({
      state: "failed",
      reason: "used more than the 200M of memory that it may use: ended by SIGKILL",
    });
    expect((await rig.claudine("events")).stdout).toContain("is being ended with SIGKILL (memory)");
    expect(runGroups(group)).toEqual([]);
  });
});
