/** `claudine pause` and `claudine resume`: the whole process tree stands still, and goes on. */
import { writeFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";
import { isStopped } from "./support/process.ts";
import { until } from "./support/until.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig({ config: "slots: 8\n" });
  return () => rig[Symbol.asyncDispose]();
});

test("every process stands still, also in a session of its own, and goes on", async () => {
  const id = await rig.submit(
    "setsid sh -c 'echo $$ > far; until [ -e go ]; do sleep 0.01; done' & echo $$ > near; wait; exit 4",
  );
  const pids = [await rig.pidIn("near"), await rig.pidIn("far")];
  expect(await rig.claudine("pause", String(id))).toMatchObject({ code: 0, stdout: "", stderr: `Paused task ${id}\n` });
  await until("both to stand still", () => pids.every(isStopped));
  expect(await rig.show(id)).toMatchObject({ state: "paused", reason: null, finishedAt: null });
  await writeFile(rig.file("go"), "");
  expect(await rig.claudine("resume", String(id))).toMatchObject({ code: 0, stderr: `Resumed task ${id}\n` });
  expect(await rig.ended(id)).toMatchObject({ state: "failed", exitCode: 4 });
});

test("pause right after submit stops what has just been started", async () => {
  const id = await rig.submit("exec sleep 1000");
  await rig.inState(id, "running");
  await rig.claudine("pause", String(id));
  const { pid, state } = await rig.started(id);
  expect(state).toBe("paused");
  await until("it to stand still", () => isStopped(pid));
  await rig.claudine("kill", String(id));
});

test("all that run, by a word", async () => {
  const ids = [await rig.submit("exec sleep 1000"), await rig.submit("exec sleep 1000")];
  await Promise.all(ids.map((id) => rig.started(id)));
  const paused = await rig.claudine("pause", "running", "--json");
  expect(JSON.parse(paused.stdout)).toMatchObject(ids.map((id) => ({ id, state: "paused" })));
  const resumed = await rig.claudine("resume", "paused", "--json");
  expect(JSON.parse(resumed.stdout)).toMatchObject(ids.map((id) => ({ id, state: "running" })));
  await rig.claudine("kill", "running");
});

test("the time of the pause counts as wall time", async () => {
  const id = await rig.submit("until [ -e end-it ]; do sleep 0.01; done");
  const { startedAt } = await rig.started(id);
  await rig.claudine("pause", String(id));
  await writeFile(rig.file("end-it"), "");
  await rig.claudine("resume", String(id));
  const task = await rig.ended(id);
  expect(task.usage.wallMs).toBe((task.finishedAt ?? 0) - (startedAt ?? 0));
});

test("what does not run is refused", async () => {
  const id = await rig.submit("--held", "true");
  expect(await rig.claudine("pause", String(id))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Cannot pause task ${id}: it is held`),
  });
  expect(await rig.claudine("resume", String(id))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Cannot resume task ${id}: it is held`),
  });
  expect(await rig.claudine("pause", "99999")).toMatchObject({
    code: 66,
    stderr: expect.stringContaining("Cannot pause task 99999: there is no such task"),
  });
});
