/** `claudine remove` and `claudine clean`: tasks and their output are forgotten, ids are not used again. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startDaemon, type Rig } from "./support/daemon.ts";
import { until } from "./support/until.ts";

/** Files of runs, of all tasks. */
async function runFiles(rig: Rig): Promise<string[]> {
  const entries = await readdir(join(rig.home.stateDir, "runs"), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .toSorted();
}

test("remove forgets the task and the files of all its runs", async () => {
  const rig = await startDaemon();
  const { task: kept } = await rig.ran("echo kept");
  const { task } = await rig.ran("echo out; echo err >&2");
  await rig.claudine("retry", String(task.id));
  await rig.ended(task.id);
  // Whether an index of times is there, too, depends on how long they ran.
  const kinds = ["record", "stderr", "stdout"];
  const ofTask = (await runFiles(rig)).filter((name) => name.startsWith(`${task.id}.`) && !name.endsWith(".index"));
  expect(ofTask).toEqual([1, 2].flatMap((attempt) => kinds.map((kind) => `${task.id}.${attempt}.${kind}`)));
  expect(await rig.claudine("remove", String(task.id))).toMatchObject({
    code: 0,
    stdout: "",
    stderr: `Removed task ${task.id}\n`,
  });
  const others = async () => (await runFiles(rig)).filter((name) => !name.startsWith(`${kept.id}.`));
  await until("its files to be gone", async () => (await others()).length === 0);
  expect(await rig.claudine("show", String(task.id))).toMatchObject({ code: 66 });
  expect(await rig.claudine("logs", String(task.id))).toMatchObject({ code: 66 });
  expect(await rig.claudine("list", "-q")).toMatchObject({ stdout: `${kept.id}\n` });
});

test("ids are never used again, not even after a restart", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran("true");
  await rig.claudine("remove", "all");
  await rig.down();
  await rig.up();
  expect(await rig.submit("true")).toBe(task.id + 1);
});

test("a waiting task can be removed, a running one not", async () => {
  const rig = await startDaemon();
  const held = await rig.submit("--held", "true");
  const running = await rig.submit("exec sleep 1000");
  await rig.started(running);
  expect(await rig.claudine("remove", String(held))).toMatchObject({ code: 0 });
  const refused = await rig.claudine("remove", String(running));
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Cannot remove task ${running}: it is running`),
  });
  expect(refused.stderr).toContain("claudine kill");
  expect(await rig.claudine("remove", "all")).toMatchObject({
    code: 0,
    stderr: "No task matches all in a state that allows it: nothing was done\n",
  });
});

test("clean removes what has ended, by state and group, and tells first with --dry-run", async () => {
  const rig = await startDaemon();
  const { task: good } = await rig.ran("true");
  const { task: bad } = await rig.ran("false");
  const { task: built } = await rig.ran("-g", "build", "true");
  const held = await rig.submit("--held", "true");
  const dry = await rig.claudine("clean", "--dry-run", "--json");
  expect(JSON.parse(dry.stdout)).toMatchObject({ ids: [good.id, bad.id, built.id], output: { swept: [] } });
  expect(JSON.parse((await rig.claudine("clean", "-g", "build", "--json")).stdout)).toEqual([built.id]);
  expect(JSON.parse((await rig.claudine("clean", "--older-than", "1h", "--json")).stdout)).toEqual([]);
  expect(JSON.parse((await rig.claudine("clean", "--state", "succeeded", "--json")).stdout)).toEqual([good.id]);
  expect(await rig.claudine("clean")).toMatchObject({ code: 0, stdout: "", stderr: `Removed task ${bad.id}\n` });
  expect(await rig.claudine("list", "-q")).toMatchObject({ stdout: `${held}\n` });
  await until("all files to be gone", async () => (await runFiles(rig)).length === 0);
});
