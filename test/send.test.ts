/** `claudine send`: the standard input of a running task. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readRecord } from "../packages/daemon/src/runner/record.ts";
import { createRig, type Rig, startDaemon, TELLS_REQUESTS } from "./support/daemon.ts";
import { signalIfThere } from "./support/home.ts";
import { statOf } from "./support/process.ts";
import { until } from "./support/until.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig({ config: `slots: 8\n${TELLS_REQUESTS}` });
  return () => rig[Symbol.asyncDispose]();
});

test("without --stdin a task reads nothing", async () => {
  const { stdout, task } = await rig.ran("cat; echo end of input");
  expect({ stdout, state: task.state }).toEqual({ stdout: "end of input\n", state: "succeeded" });
});

test("a task gets the line it waits for", async () => {
  const id = await rig.submit("--stdin", 'read answer; echo "got $answer"');
  await rig.inState(id, "running");
  await rig.claudine("wait", "--for", "running", String(id));
  expect(await rig.claudine("send", String(id), "yes ✓")).toMatchObject({
    code: 0,
    stdout: "",
    stderr: `Sent 8 bytes to task ${id}\n`,
  });
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
  expect(await rig.output(id)).toBe("got yes ✓\n");
});

test("what is sent right after the submit arrives", async () => {
  const id = await rig.submit("--stdin", 'read answer; echo "got $answer"');
  expect(await rig.claudine("send", String(id), "early")).toMatchObject({ code: 0 });
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
  expect(await rig.output(id)).toBe("got early\n");
});

test("a start that nobody has noticed does not keep input from the task", async () => {
  const own = await startDaemon({ config: "sampleInterval: 1h\n" });
  const shim = Number(statOf((await own.started(await own.submit("exec sleep 1000"))).pid)?.[1]);
  signalIfThere(shim, "SIGSTOP");
  const id = await own.submit("--stdin", 'read answer; echo "got $answer"');
  // It is looked for 50 ms after it was admitted and then not for long: a later timer of the daemon comes after that.
  const client = await own.client();
  const waiting = client.call("task.wait", { selector: [String(id)], for: "running", timeoutMs: 100 });
  await expect(waiting).rejects.toMatchObject({ code: "timeout" });
  signalIfThere(shim, "SIGCONT");
  const record = join(own.home.stateDir, `runs/0/${id}.1.record`);
  await until("the start to be on record", () => readRecord(record).state === "started");
  expect(await own.claudine("send", String(id), "late")).toMatchObject({ code: 0 });
  await own.ended(id);
  expect(await own.output(id)).toBe("got late\n");
});

test("input stays open between sends, also when the task has not read yet", async () => {
  const id = await rig.submit("--stdin", "cat");
  await rig.started(id);
  await rig.claudine("send", "-n", String(id), "one ");
  await rig.claudine("send", String(id), "two");
  await rig.claudineWith({ input: "three\nfour" }, "send", String(id), "-");
  await until("all to arrive", async () => (await rig.output(id)) === "one two\nthree\nfour");
  expect(await rig.show(id)).toMatchObject({ state: "running" });
  await rig.claudine("kill", String(id));
});

test("the end of the input can be sent", async () => {
  const id = await rig.submit("--stdin", "sort; echo done");
  await rig.started(id);
  await rig.claudine("send", String(id), "b");
  expect(await rig.claudine("send", "--eof", String(id), "a")).toMatchObject({
    code: 0,
    stderr: `Sent 2 bytes to task ${id} and ended its input\n`,
  });
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
  expect(await rig.output(id)).toBe("a\nb\ndone\n");
});

test("a task that reads slowly gets all of it", async () => {
  const id = await rig.submit("--stdin", "until [ -e read-now ]; do sleep 0.01; done; head -c 300000 | wc -c");
  await rig.started(id);
  const send = await rig.asking("task.send", ["send", String(id), "-"], { input: "x".repeat(300_000) });
  await writeFile(rig.file("read-now"), "");
  expect(await send.ended).toMatchObject({ code: 0 });
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
  expect((await rig.output(id)).trim()).toBe("300000");
});

test("what a task does not read is refused with the numbers of the whole input", async () => {
  const id = await rig.submit("--stdin", "exec sleep 1000");
  await rig.started(id);
  const refused = await rig.claudineWith({ input: "x".repeat(100_000) }, "send", String(id), "-");
  expect(refused).toMatchObject({ code: 124, stderr: expect.stringContaining("it took 65536 of 100000 bytes") });
});

test("another daemon can send as well", async () => {
  const id = await rig.submit("--stdin", 'read a; read b; echo "$a $b"');
  await rig.started(id);
  await rig.claudine("send", String(id), "before");
  await rig.down("SIGKILL");
  await rig.up();
  expect(await rig.claudine("send", String(id), "after")).toMatchObject({ code: 0 });
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
  expect(await rig.output(id)).toBe("before after\n");
});

test("what cannot take input says why", async () => {
  const deaf = await rig.submit("exec sleep 1000");
  await rig.started(deaf);
  const refused = await rig.claudine("send", String(deaf), "x");
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Cannot send to task ${deaf}: it reads no input`),
  });
  expect(refused.stderr).toContain("--stdin");
  const held = await rig.submit("--stdin", "--held", "cat");
  expect(await rig.claudine("send", String(held), "x")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("it is held, not running"),
  });
  const closed = await rig.submit("--stdin", "exec <&-; exec sleep 1000");
  await rig.started(closed);
  await until("its input to be closed", async () => (await rig.claudine("send", String(closed), "x")).code === 1);
  expect(await rig.claudine("send", String(closed), "x")).toMatchObject({
    stderr: expect.stringContaining("it has closed its input"),
  });
  await rig.claudine("kill", "running");
});
