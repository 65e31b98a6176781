/** `claudine cancel`: takes tasks out, whether they wait or run. */
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";
import { isRunning } from "./support/process.ts";
import { until } from "./support/until.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig({ config: "slots: 2\n" });
  return () => rig[Symbol.asyncDispose]();
});

test("a waiting task is cancelled at once and never runs", async () => {
  const id = await rig.submit("--held", "touch must-not-be-there");
  expect(await rig.claudine("cancel", String(id))).toMatchObject({
    code: 0,
    stdout: "",
    stderr: `Cancelled task ${id}\n`,
  });
  expect(await rig.show(id)).toMatchObject({
    state: "cancelled",
    reason: null,
    attempt: 0,
    startedAt: null,
    exitCode: null,
    signal: null,
    finishedAt: expect.any(Number),
  });
  expect(await rig.claudine("release", String(id))).toMatchObject({ code: 1 });
});

test("a running task is ended, and cancel returns when it has", async () => {
  const id = await rig.submit("exec sleep 1000");
  const { pid } = await rig.started(id);
  expect(await rig.claudine("cancel", String(id))).toMatchObject({ code: 0 });
  expect(isRunning(pid)).toBe(false);
  expect(await rig.show(id)).toMatchObject({
    state: "cancelled",
    signal: "SIGTERM",
    reason: "cancelled: ended by SIGTERM",
  });
});

test("--reason is kept with the task", async () => {
  const [held, running] = [await rig.submit("-s", "true"), await rig.submit("exec sleep 1000")];
  await rig.started(running);
  await rig.claudine("cancel", `${held},${running}`, "--reason", "wrong branch");
  expect(await rig.show(held)).toMatchObject({ state: "cancelled", reason: "wrong branch" });
  expect(await rig.show(running)).toMatchObject({ state: "cancelled", reason: "wrong branch: ended by SIGTERM" });
});

test("--grace is the time before SIGKILL", async () => {
  const id = await rig.submit("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  await until("the trap to be set", async () => (await rig.output(id)) !== "");
  expect(await rig.claudine("cancel", "--grace", "50ms", String(id))).toMatchObject({ code: 0 });
  expect(await rig.show(id)).toMatchObject({ state: "cancelled", signal: "SIGKILL" });
});

test("a whole group, the waiting and the running", async () => {
  await rig.claudine("parallel", "1", "-g", "nightly");
  const { stdout } = await rig.claudine("submit", "-g", "nightly", "--array", "1-5", "exec sleep 1000");
  const ids = stdout.trimEnd().split("\n").map(Number);
  await rig.started(ids[0] ?? 0);
  const { stdout: json, code } = await rig.claudine("cancel", "group:nightly", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(json)).toMatchObject(ids.map((id) => ({ id, state: "cancelled" })));
  expect(await rig.claudine("list", "-q", "running")).toMatchObject({ stdout: "" });
});

test("what has ended is refused", async () => {
  const { task } = await rig.ran("true");
  expect(await rig.claudine("cancel", String(task.id))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Cannot cancel task ${task.id}: it has already finished (succeeded)`),
  });
});
