/** What runs used over time, what they waited for, and the machine when they failed. */
import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";
import { until } from "./support/until.ts";

const QUICK = "slots: 1\nsampleInterval: 50ms\n";
const BUSY = "until [ -e go ]; do :; done";

type Metrics = {
  metrics: { attempt: number; points: { at: number; rssBytes: number }[]; waited: { parts: unknown[] } };
};

test("the course of a run is drawn, in ASCII too, and given to programs", async () => {
  const rig = await startDaemon({ config: QUICK });
  const task = { id: await rig.submit(BUSY) };
  const client = await rig.client();
  await until("three points", async () => (await client.call("run.course", task)).points.length >= 3);
  await writeFile(rig.file("go"), "");
  await rig.ended(task.id);
  const id = String(task.id);
  const { stdout } = await rig.claudineWith({ env: { LANG: "C.UTF-8" } }, "show", id, "--metrics");
  expect(stdout).toMatch(/CPU, percent of a core\n.*│.*█/);
  expect(stdout).toMatch(/\nMemory\n/);
  expect((await rig.claudine("show", id, "--metrics", "--ascii")).stdout).toMatch(/^[\n\u0020-\u007e]*$/);
  const { metrics } = JSON.parse((await rig.claudine("show", id, "--metrics", "--json")).stdout) as Metrics;
  expect(metrics.attempt).toBe(1);
  expect(metrics.points.length).toBeGreaterThan(1);
  expect(metrics.points.length).toBeLessThanOrEqual(80);
  expect(metrics.points.map(({ at }) => at)).toEqual(metrics.points.map(({ at }) => at).toSorted((a, b) => a - b));
  expect(metrics.points.at(-1)?.rssBytes).toBeGreaterThan(0);
});

test("it is there while the task runs, outlives the daemon and goes with the task", async () => {
  const rig = await startDaemon({ config: QUICK });
  const id = await rig.submit("exec sleep 1000");
  const course = async () => (await rig.client()).call("run.course", { id });
  const running = await until("three points", async () => {
    const { points } = await course();
    return points.length >= 3 && points;
  });
  await rig.claudine("kill", String(id));
  await rig.down();
  await rig.up();
  expect((await course()).points.length).toBeGreaterThanOrEqual(running.length);
  await rig.claudine("remove", String(id));
  await expect(course()).rejects.toMatchObject({ code: "not_found" });
});

test("what it waited for is told", async () => {
  const rig = await startDaemon({ config: "slots: 1\nsampleInterval: 1h\n" });
  const first = await rig.submit("exec sleep 1000");
  const second = await rig.submit("true");
  await rig.claudine("hold", String(second));
  const client = await rig.client();
  expect((await client.call("run.waited", { id: second })).parts.at(-1)?.why).toBe("room");
  await rig.claudine("release", String(second));
  await rig.claudine("kill", String(first));
  await rig.ended(second);
  const waited = await client.call("run.waited", { id: second });
  expect(waited).toMatchObject({ attempt: 1, complete: true });
  expect(new Set(waited.parts.map(({ why }) => why))).toEqual(new Set(["held", "room"]));
  expect(waited.parts.reduce((sum, { ms }) => sum + ms, 0)).toBe(waited.waitedMs);
  const { stdout } = await rig.claudine("show", String(second), "--metrics");
  expect(stdout).toMatch(/Waited +\S+: \S+ held, \S+ for a slot/);
  expect(stdout).toContain("too short to be sampled");
});

test("with a failure the machine is shown as it was then, without what programs were given", async () => {
  const rig = await startDaemon();
  await rig.submit("exec sleep 1000.0077");
  const { task } = await rig.ran("exit 3");
  const client = await rig.client();
  const snapshot = await until("the snapshot", async () => (await client.call("task.get", { id: task.id })).snapshot);
  expect(snapshot).toMatchObject({ cores: expect.any(Number), memTotalBytes: expect.any(Number) });
  expect(snapshot.at).toBeLessThanOrEqual(Date.now());
  if (process.platform === "linux") expect(snapshot.byMemory[0]?.name).not.toBe("");
  expect(JSON.stringify(snapshot)).not.toContain("1000.0077");
  expect((await rig.claudine("show", String(task.id))).stdout).toMatch(/Machine +at .*: CPU .*, memory .* available/);
  await rig.down();
  await rig.up();
  const again = await (await rig.client()).call("task.get", { id: task.id });
  expect(again.snapshot).toEqual(snapshot);
  const { task: fine } = await rig.ran("true");
  expect((await (await rig.client()).call("task.get", { id: fine.id })).snapshot).toBeNull();
});

test("a task that has not run has none, and neither has one that is not", async () => {
  const rig = await startDaemon({ config: QUICK });
  await rig.submit("exec sleep 1000");
  const queued = await rig.submit("true");
  expect(await rig.claudine("show", String(queued), "--metrics")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Cannot show the metrics of task ${queued}: it has not run yet`),
  });
  expect(await rig.claudine("show", "99", "--metrics")).toMatchObject({ code: 66 });
  const client = await rig.client();
  await expect(client.call("run.course", { id: queued, attempt: 7 })).rejects.toMatchObject({ code: "not_found" });
});
