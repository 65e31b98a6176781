/** Both shims: the perl one, and the Node one where there is no perl. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";
import { isRunning, isStopped } from "./support/process.ts";
import { until } from "./support/until.ts";

const REPORT = join(import.meta.dirname, "fixtures/report.mjs");

describe.for(["perl", "node"] as const)("with the %s shim", (shim) => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await createRig({ env: { CLAUDINE_SHIM: shim }, config: "slots: 4\n" });
    return () => rig[Symbol.asyncDispose]();
  });

  test("the daemon says which one it uses", async () => {
    expect(await rig.status()).toMatchObject({ launcher: shim });
  });

  test("words, directory, environment, output and exit code", async () => {
    const words = ["", "two\nlines", "ünï✓", "$HOME"];
    const { stdout, task } = await rig.ran("-w", "/", "-e", "A=1\n2", "node", REPORT, ...words);
    expect(JSON.parse(stdout)).toMatchObject({
      words,
      cwd: "/",
      umask: process.umask(),
      env: { A: "1\n2", CLAUDINE_TASK_ID: String(task.id) },
    });
    expect(await rig.ran("echo out; echo err >&2; exit 200")).toMatchObject({
      stdout: "out\n",
      stderr: "err\n",
      task: { exitCode: 200 },
    });
  });

  test.for(["TERM", "KILL", "SEGV", "HUP"])("death by SIG%s", async (signal) => {
    const { task } = await rig.ran(`kill -${signal} $$`);
    expect(task).toMatchObject({ state: "failed", exitCode: null, signal: `SIG${signal}` });
  });

  test("what cannot start", async () => {
    expect((await rig.ran("no-such-command", "x")).task.reason).toBe("could not start: ENOENT exec no-such-command");
    expect((await rig.ran("-w", "/no/such", "true")).task.reason).toBe("could not start: ENOENT chdir /no/such");
  });

  test("input by send", async () => {
    const id = await rig.submit("--stdin", "read line; echo got $line; cat");
    await rig.started(id);
    await rig.claudine("send", String(id), "this");
    const client = await rig.client();
    await client.call("task.send", { id, text: "rest", eof: true });
    expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
    expect(await rig.output(id)).toBe("got this\nrest");
  });

  test("pause, resume and kill of a tree", async () => {
    const id = await rig.submit("setsid sh -c 'echo $$ > far; exec sleep 1000' & wait");
    const far = await rig.pidIn("far");
    await rig.claudine("pause", String(id));
    await until("it to stand still", () => isStopped(far));
    await rig.claudine("resume", String(id));
    await until("it to go on", () => !isStopped(far));
    expect(await rig.claudine("kill", String(id))).toMatchObject({ code: 0 });
    expect(isRunning(far)).toBe(false);
  });

  test("a kill -9 of the daemon while tasks run and while they end", async () => {
    const running = await rig.submit("until [ -e later ]; do sleep 0.01; done; exit 11");
    const ending = await rig.submit("until [ -e now ]; do sleep 0.01; done; exit 12");
    const { pid } = await rig.started(ending);
    await rig.started(running);
    await rig.down("SIGKILL");
    await writeFile(rig.file("now"), "");
    await until("it to end", () => !isRunning(pid));
    await rig.up();
    expect(await rig.ended(ending)).toMatchObject({ state: "failed", exitCode: 12, attempt: 1 });
    expect(await rig.show(running)).toMatchObject({ state: "running", attempt: 1 });
    await writeFile(rig.file("later"), "");
    expect(await rig.ended(running)).toMatchObject({ exitCode: 11 });
  });

  test("a hundred trivial tasks", async () => {
    const { stdout } = await rig.claudine("submit", "--array", "1-100", "echo $CLAUDINE_ARRAY_INDEX");
    expect(await rig.claudine("wait", "queued", "running", "--for", "success")).toMatchObject({ code: 0 });
    const outputs = await Promise.all(
      stdout
        .trimEnd()
        .split("\n")
        .map((id) => rig.output(Number(id))),
    );
    expect(outputs).toEqual(outputs.map((_output, index) => `${index + 1}\n`));
  });
});
