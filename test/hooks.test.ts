/** Commands that run when tasks have ended. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { startDaemon, type Rig } from "./support/daemon.ts";
import { writeConfig } from "./support/home.ts";
import { until } from "./support/until.ts";

const read = (rig: Rig, name: string) => readFile(rig.file(name), "utf8").catch(() => "");

async function submit(rig: Rig, task: { command: string; onFinish?: string; retry?: { limit: number } }) {
  const client = await rig.client();
  const { ids } = await client.call("task.submit", {
    env: { PATH: process.env["PATH"] ?? "", MINE: "yes" },
    cwd: rig.file("."),
    umask: 0o022,
    tasks: [task],
  });
  return ids[0] ?? 0;
}

test("what happened is in the environment of the hook, and the task's own variables too", async () => {
  const rig = await startDaemon();
  const onFinish = `echo "$CLAUDINE_TASK_ID $CLAUDINE_STATE $CLAUDINE_EXIT_CODE $CLAUDINE_REASON $MINE $(cat "$CLAUDINE_STDOUT")" > ${rig.file("told")}`;
  const id = await submit(rig, { command: "echo out; exit 3", onFinish });
  await rig.ended(id);
  await until("the hook to run", async () => (await read(rig, "told")) !== "");
  expect(await read(rig, "told")).toBe(`${id} failed 3 exit code 3 yes out\n`);
});

test("the callback runs once for each task, after its last retry", async () => {
  const rig = await startDaemon({ daemon: false });
  await writeConfig(
    rig.home,
    `autoscale: off\ncallback: 'echo "$CLAUDINE_TASK_ID $CLAUDINE_STATE $CLAUDINE_RUN" >> ${rig.file("all")}'\n`,
  );
  await rig.up();
  await rig.ended(await submit(rig, { command: "exit 1", retry: { limit: 2 } }));
  await rig.ended(await submit(rig, { command: "true" }));
  await until("both to be told", async () => (await read(rig, "all")).split("\n").length === 3);
  expect((await read(rig, "all")).split("\n").toSorted()).toEqual(["", "1 failed 3", "2 succeeded 1"]);
});

test("a task with a command that no program can be given ends like others, and so does its hook", async () => {
  const rig = await startDaemon();
  const command = `: ${"x".repeat(200_000)}`;
  const id = await submit(rig, { command, onFinish: `echo "$CLAUDINE_STATE" > ${rig.file("told")}` });
  await rig.ended(id);
  await until("the hook to run", async () => (await read(rig, "told")) === "failed\n");
});
