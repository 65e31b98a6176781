/** `claudine wait`: returns when tasks are where one wants them, and says so by its exit code. */
import { writeFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { createRig, startDaemon, TELLS_REQUESTS, type Rig } from "./support/daemon.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig({ config: `slots: 8\n${TELLS_REQUESTS}` });
  return () => rig[Symbol.asyncDispose]();
});

const untilFile = (name: string) => `until [ -e ${name} ]; do sleep 0.01; done`;

/** A `claudine wait` that has asked its question. */
const waiting = (...args: string[]) => rig.asking("task.wait", ["wait", ...args]);

test("returns when all have ended, whatever their end", async () => {
  const one = await rig.submit(`${untilFile("one")}; exit 3`);
  const two = await rig.submit("true");
  const wait = await waiting(String(one), String(two));
  await rig.ended(two);
  expect(wait.child.exitCode).toBeNull();
  await writeFile(rig.file("one"), "");
  expect(await wait.ended).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

test("--for success exits 1 at the first that has failed, while others still run", async () => {
  const good = await rig.submit("true");
  const bad = await rig.submit("exit 3");
  const long = await rig.submit("exec sleep 1000");
  expect(await rig.claudine("wait", "--for", "success", String(good))).toMatchObject({ code: 0 });
  const ended = await rig.claudine("wait", "--for", "success", `${good},${bad},${long}`);
  expect(ended).toMatchObject({ code: 1, stdout: "", stderr: `Task ${bad} failed: exit code 3\n` });
  await rig.claudine("kill", String(long));
});

test("--for running returns when the command executes, and exits 1 when it never will", async () => {
  const id = await rig.submit("--held", "exec sleep 1000");
  const wait = await waiting("--for", "running", String(id));
  await rig.claudine("release", String(id));
  expect(await wait.ended).toMatchObject({ code: 0 });
  expect(await rig.show(id)).toMatchObject({ state: "running", pid: expect.any(Number) });
  await rig.claudine("kill", String(id));
  expect(await rig.claudine("wait", "--for", "running", String(id))).toMatchObject({ code: 0 });
  const never = await rig.submit("--held", "true");
  const hopeless = await waiting("--for", "running", String(never));
  await rig.claudine("cancel", String(never));
  expect(await hopeless.ended).toMatchObject({ code: 1 });
});

test("a group, by option and by selector", async () => {
  const id = await rig.submit("-g", "waited", untilFile("group"));
  const [byOption, bySelector] = [await waiting("-g", "waited"), await waiting("group:waited")];
  await writeFile(rig.file("group"), "");
  expect(await Promise.all([byOption.ended, bySelector.ended])).toMatchObject([{ code: 0 }, { code: 0 }]);
  expect(await rig.show(id)).toMatchObject({ state: "succeeded" });
});

test("without a task, everything that is not finished, but not what is held", async () => {
  const own = await startDaemon();
  await own.submit("--held", "true");
  await own.submit("sleep 0.1");
  expect(await own.claudine("wait")).toMatchObject({ code: 0 });
  expect(await own.status()).toMatchObject({ counts: { held: 1, succeeded: 1, running: 0 } });
  expect(await own.claudine("wait", "running")).toMatchObject({ code: 0 });
});

test("--timeout exits 124, and the task goes on", async () => {
  const id = await rig.submit("exec sleep 1000");
  const ended = await rig.claudine("wait", "--timeout", "50ms", String(id));
  expect(ended).toMatchObject({ code: 124, stdout: "" });
  expect(ended.stderr).toContain("Waited 50ms");
  expect(await rig.show(id)).toMatchObject({ state: "running" });
  await rig.claudine("kill", String(id));
});

test("a task that is removed while it is waited for ends the wait", async () => {
  const [one, two] = [await rig.submit("--held", "true"), await rig.submit("--held", "true")];
  const [finished, success] = [await waiting(String(one)), await waiting("--for", "success", String(two))];
  await rig.claudine("remove", `${one},${two}`);
  expect(await finished.ended).toMatchObject({ code: 0 });
  expect(await success.ended).toMatchObject({ code: 1 });
});

test("--json tells whether it was reached, and the tasks", async () => {
  const { task } = await rig.ran("exit 3");
  const { stdout, code } = await rig.claudine("wait", "--json", "--for", "success", String(task.id));
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ reached: false, tasks: [{ id: task.id, state: "failed", exitCode: 3 }] });
});

test("a task that is not there", async () => {
  const { task } = await rig.ran("true");
  expect(await rig.claudine("wait", `${task.id},99999`)).toMatchObject({
    code: 66,
    stderr: expect.stringContaining("Cannot wait for task 99999: there is no such task"),
  });
  expect(await rig.claudine("wait", "--for", "dinner", String(task.id))).toMatchObject({ code: 2, stdout: "" });
});

test.for(["label:typo", "group:typo", "90000-90009"])("%s, which no task has", async (word) => {
  const { task } = await rig.ran("true");
  expect(await rig.claudine("wait", "--for", "success", word, String(task.id))).toMatchObject({
    code: 66,
    stdout: "",
    stderr: expect.stringContaining(`Cannot wait for ${word}: no task matches`),
  });
});

test("Ctrl-C ends the waiting with 130", async () => {
  const id = await rig.submit("exec sleep 1000");
  const wait = await waiting(String(id));
  wait.child.kill("SIGINT");
  expect(await wait.ended).toMatchObject({ code: 130, stdout: "" });
  await rig.claudine("kill", String(id));
});
