/** `claudine kill`: SIGTERM, a grace, SIGKILL, for every process of the task and for no other. */
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";
import { isRunning } from "./support/process.ts";
import { until } from "./support/until.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig({ config: "slots: 8\n" });
  return () => rig[Symbol.asyncDispose]();
});

/** A task whose shell has said that its traps are set. */
async function ready(script: string, ...options: string[]): Promise<number> {
  const id = await rig.submit(...options, script);
  await until("the task to be ready", async () => (await rig.output(id)).includes("ready"));
  return id;
}

test("ends a task with SIGTERM, and returns when it has ended", async () => {
  const id = await ready("echo ready; exec sleep 1000");
  const { pid } = await rig.started(id);
  const killed = await rig.claudine("kill", String(id));
  expect(killed).toMatchObject({ code: 0, stdout: "", stderr: `Killed task ${id}\n` });
  expect(isRunning(pid)).toBe(false);
  expect(await rig.show(id)).toMatchObject({
    state: "cancelled",
    reason: "killed: ended by SIGTERM",
    exitCode: null,
    signal: "SIGTERM",
    pid: null,
  });
});

test("a task that cleans up on SIGTERM gets the time for it, and its exit code is kept", async () => {
  const id = await ready("trap 'sleep 0.2; echo cleaned; exit 9' TERM; echo ready; while :; do sleep 0.01; done");
  expect(await rig.claudine("kill", String(id))).toMatchObject({ code: 0 });
  expect(await rig.output(id)).toBe("ready\ncleaned\n");
  expect(await rig.show(id)).toMatchObject({
    state: "cancelled",
    exitCode: 9,
    signal: null,
    reason: "killed: exit code 9",
  });
});

test("a task that ignores SIGTERM gets SIGKILL after the grace", async () => {
  const id = await ready("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  await rig.started(id);
  const before = Date.now();
  expect(await rig.claudine("kill", "--grace", "300ms", String(id))).toMatchObject({ code: 0 });
  const task = await rig.show(id);
  expect(task).toMatchObject({ state: "cancelled", signal: "SIGKILL", reason: "killed: ended by SIGKILL" });
  expect(task.finishedAt).toBeGreaterThanOrEqual(before + 300);
  const client = await rig.client();
  const { events } = await client.call("event.list", { limit: 10_000 });
  expect(
    events.flatMap((event) => ("id" in event && event.id === id && event.type.startsWith("run.") ? [event.type] : [])),
  ).toEqual(["run.admitted", "run.started", "run.stopping", "run.escalated", "run.finished"]);
});

test("a second kill with SIGKILL ends the grace of the first", async () => {
  const id = await ready("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  const first = rig.open(["kill", "--grace", "1h", String(id)]);
  await until("the first to be under way", async () => (await rig.show(id)).stopping);
  expect(await rig.show(id)).toMatchObject({ state: "running", reason: "stopping with SIGTERM" });
  expect(await rig.claudine("kill", "-s", "KILL", String(id))).toMatchObject({ code: 0 });
  expect(await first.ended).toMatchObject({ code: 0 });
  expect(await rig.show(id)).toMatchObject({ state: "cancelled", signal: "SIGKILL" });
});

test.for(["TERM", "KILL"])("SIG%s reaches children, and grandchildren in sessions of their own", async (signal) => {
  const folder = await mkdtemp(rig.file("family"));
  const id = await rig.submit("sh", join(import.meta.dirname, "fixtures/family.sh"), folder);
  const names = ["child", "grandchild", "leader", "orphan"];
  await until("the family to be complete", async () => (await readdir(folder)).toSorted().join() === names.join());
  const pids = await Promise.all(names.map(async (name) => Number(await readFile(join(folder, name), "utf8"))));
  expect(pids.map(isRunning)).toEqual([true, true, true, true]);
  expect(await rig.claudine("kill", "-s", signal, "--grace", "2s", String(id))).toMatchObject({ code: 0 });
  expect(pids.map(isRunning)).toEqual([false, false, false, false]);
  expect(await rig.show(id)).toMatchObject({ state: "cancelled", signal: `SIG${signal}` });
});

test("a grandchild that ignores SIGTERM does not survive its leader", async () => {
  const id = await ready(
    "(trap '' TERM; echo $$ > stubborn; exec setsid sh -c 'echo $$ > stubborn; echo ready; while :; do sleep 0.01; done') & wait",
  );
  const stubborn = await rig.pidIn("stubborn");
  expect(await rig.claudine("kill", "--grace", "200ms", String(id))).toMatchObject({ code: 0 });
  expect(isRunning(stubborn)).toBe(false);
  expect(await rig.show(id)).toMatchObject({ state: "cancelled", signal: "SIGTERM" });
});

test.for(["USR1", "SIGUSR1", "usr1", "10"])("-s %s only signals", async (signal) => {
  const id = await ready("trap 'echo got it' USR1; echo ready; while :; do sleep 0.01; done");
  const sent = await rig.claudine("kill", "-s", signal, String(id));
  expect(sent).toMatchObject({ code: 0, stdout: "", stderr: `Sent ${signal} to task ${id}\n` });
  await until("the trap to have run", async () => (await rig.output(id)).includes("got it"));
  expect(await rig.show(id)).toMatchObject({ state: "running", stopping: false });
  await rig.claudine("kill", String(id));
});

test("-s INT ends it too, with the grace behind it", async () => {
  const id = await ready("trap 'exit 5' INT; trap '' TERM; echo ready; while :; do sleep 0.01; done");
  expect(await rig.claudine("kill", "-s", "INT", String(id))).toMatchObject({ code: 0 });
  expect(await rig.show(id)).toMatchObject({ state: "cancelled", exitCode: 5 });
});

test("a paused task is killed as well", async () => {
  const id = await ready("trap 'echo woke; exit 6' TERM; echo ready; while :; do sleep 0.01; done");
  await rig.claudine("pause", String(id));
  expect(await rig.claudine("kill", String(id))).toMatchObject({ code: 0 });
  expect(await rig.show(id)).toMatchObject({ state: "cancelled", exitCode: 6 });
  const stubborn = await ready("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  await rig.claudine("pause", String(stubborn));
  expect(await rig.claudine("kill", "--grace", "100ms", String(stubborn))).toMatchObject({ code: 0 });
  expect(await rig.show(stubborn)).toMatchObject({ state: "cancelled", signal: "SIGKILL" });
});

test("other tasks are left alone", async () => {
  const [one, two] = [await ready("echo ready; exec sleep 1000"), await ready("echo ready; exec sleep 1000")];
  await rig.claudine("kill", String(one));
  expect(await rig.show(two)).toMatchObject({ state: "running" });
  await rig.claudine("kill", String(two));
});

test("a task killed just when it was submitted ends once", async () => {
  const { stdout } = await rig.claudine("submit", "--array", "1-20", "-g", "early", "exec sleep 1000");
  expect(await rig.claudine("cancel", "group:early")).toMatchObject({ code: 0 });
  const states = await Promise.all(
    stdout
      .trimEnd()
      .split("\n")
      .map(async (id) => (await rig.show(Number(id))).state),
  );
  expect(new Set(states)).toEqual(new Set(["cancelled"]));
});

test("what does not run is refused, with the reason", async () => {
  const { task } = await rig.ran("true");
  expect(await rig.claudine("kill", String(task.id))).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining(`Cannot kill task ${task.id}: it has already finished (succeeded)`),
  });
  const held = await rig.submit("--held", "true");
  const refused = await rig.claudine("kill", String(held));
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`Cannot kill task ${held}: it is held`) });
  expect(refused.stderr).toContain("claudine cancel");
  const id = await ready("echo ready; exec sleep 1000");
  expect(await rig.claudine("kill", "-s", "NOSUCH", String(id))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"NOSUCH" is not a signal'),
  });
  expect(await rig.claudine("kill", "--grace", "soon", String(id))).toMatchObject({ code: 2 });
  expect(await rig.show(id)).toMatchObject({ state: "running" });
  await rig.claudine("kill", String(id));
});
