/** `claudine retry`: a finished task runs again, as a new run that leaves the old one as it was. */
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
  return () => rig[Symbol.asyncDispose]();
});

test("a new run of the same task, with output of its own", async () => {
  const { task } = await rig.ran("echo run $CLAUDINE_RUN; exit $((2 - CLAUDINE_RUN))");
  expect(task).toMatchObject({ state: "failed", exitCode: 1, attempt: 1 });
  expect(await rig.claudine("retry", String(task.id))).toMatchObject({
    code: 0,
    stdout: "",
    stderr: `Queued again: task ${task.id}\n`,
  });
  expect(await rig.ended(task.id)).toMatchObject({
    id: task.id,
    uid: task.uid,
    state: "succeeded",
    exitCode: 0,
    attempt: 2,
    createdAt: task.createdAt,
    reason: null,
  });
  const { stdout } = await rig.claudine("show", String(task.id), "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    runs: [
      { attempt: 1, state: "failed" },
      { attempt: 2, state: "succeeded" },
    ],
  });
  expect(await rig.claudine("logs", String(task.id), "--run", "1")).toMatchObject({ stdout: "run 1\n" });
  expect(await rig.output(task.id)).toBe("run 2\n");
});

test("everything that failed, and nothing else", async () => {
  const { task: good } = await rig.ran("true");
  const { task: one } = await rig.ran("exit 1");
  const { task: two } = await rig.ran("no-such-command", "x");
  const { stdout } = await rig.claudine("retry", "failed", "--json");
  const ids = (JSON.parse(stdout) as { id: number }[]).map(({ id }) => id);
  expect(ids).toEqual([one.id, two.id]);
  await Promise.all(ids.map((id) => rig.ended(id)));
  expect((await rig.show(good.id)).attempt).toBe(1);
});

test("a cancelled and a killed task can be tried again", async () => {
  const held = await rig.submit("--held", "true");
  await rig.claudine("cancel", String(held));
  await rig.claudine("retry", String(held));
  expect(await rig.ended(held)).toMatchObject({ state: "succeeded", attempt: 1 });
  const killed = await rig.submit("[ $CLAUDINE_RUN = 2 ] || exec sleep 1000");
  await rig.started(killed);
  await rig.claudine("kill", String(killed));
  await rig.claudine("retry", String(killed));
  expect(await rig.ended(killed)).toMatchObject({ state: "succeeded", attempt: 2 });
});

test("a retry comes after what already waits", async () => {
  const { task } = await rig.ran("-g", "line", "echo $CLAUDINE_RUN >> line");
  await rig.claudine("parallel", "1", "-g", "line");
  const blocker = await rig.submit("-g", "line", "exec sleep 1000");
  await rig.started(blocker);
  const waiting = await rig.submit("-g", "line", "echo waiting >> line");
  await rig.claudine("retry", String(task.id));
  expect(await rig.show(task.id)).toMatchObject({ state: "queued", startedAt: null, finishedAt: null, exitCode: null });
  await rig.claudine("kill", String(blocker));
  const [first, second] = await Promise.all([rig.ended(waiting), rig.ended(task.id)]);
  expect(second.startedAt).toBeGreaterThanOrEqual(first.finishedAt ?? Number.POSITIVE_INFINITY);
});

test("what has not ended is refused", async () => {
  const id = await rig.submit("--held", "true");
  expect(await rig.claudine("retry", String(id))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Cannot retry task ${id}: it is held`),
  });
});
