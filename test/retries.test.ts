/** `submit --retries`: a task that fails runs again by itself, each time as a run of its own. */
import { expect, test } from "vitest";
import type { Run } from "@claudine/protocol/task";
import { startDaemon, type Rig } from "./support/daemon.ts";
import { until } from "./support/until.ts";

async function runsOf(rig: Rig, id: number): Promise<readonly Run[]> {
  const client = await rig.client();
  return (await client.call("task.get", { id })).runs;
}

test("until it succeeds, with output of its own each time", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("--retries", "5", "echo run $CLAUDINE_RUN; exit $((CLAUDINE_RUN < 3))");
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded", attempt: 3 });
  expect((await runsOf(rig, id)).map(({ attempt, state }) => [attempt, state])).toEqual([
    [1, "failed"],
    [2, "failed"],
    [3, "succeeded"],
  ]);
  expect(await rig.claudine("logs", String(id), "--run", "2")).toMatchObject({ stdout: "run 2\n" });
});

test("at most so often, and as often again when somebody asks for it", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("--retries", "2", "exit 7");
  expect(await rig.ended(id)).toMatchObject({ state: "failed", exitCode: 7, attempt: 3 });
  await rig.claudine("retry", String(id));
  expect(await rig.ended(id)).toMatchObject({ state: "failed", attempt: 6 });
});

test("only after the exit codes that are named", async () => {
  const rig = await startDaemon();
  const options = ["--retries", "3", "--retry-on-exit", "75,1-3"];
  expect(await rig.ended(await rig.submit(...options, "exit 4"))).toMatchObject({ state: "failed", attempt: 1 });
  expect(await rig.ended(await rig.submit(...options, "kill -9 $$"))).toMatchObject({ state: "failed", attempt: 1 });
  expect(await rig.ended(await rig.submit(...options, "[ $CLAUDINE_RUN = 1 ] && exit 75; exit 4"))).toMatchObject({
    exitCode: 4,
    attempt: 2,
  });
});

test("waits twice as long each time, and says so", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("--retries", "3", "--retry-delay", "100ms", "--backoff", "exponential", "exit 1");
  expect(await rig.ended(id)).toMatchObject({ state: "failed", attempt: 4 });
  const runs = await runsOf(rig, id);
  const gaps = runs.slice(1).map((run, index) => (run.startedAt ?? 0) - (runs[index]?.finishedAt ?? 0));
  for (const [index, least] of [100, 200, 400].entries()) expect(gaps[index]).toBeGreaterThanOrEqual(least);
  expect((await rig.claudine("show", String(id))).stdout).toContain(
    "Retries     at most 3; after 100ms, twice as long each time\n",
  );
});

test("the delay goes on over a restart of the daemon, and so does the count", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("--retries", "1", "--retry-delay", "1h", "[ $CLAUDINE_RUN = 2 ]");
  const { notBefore } = await until("the first run to have failed", async () => {
    const task = await rig.show(id);
    return task.state === "queued" && task.attempt === 1 ? task : undefined;
  });
  expect(notBefore).toBeGreaterThan(Date.now());
  await rig.down("SIGKILL");
  await rig.up();
  expect(await rig.show(id)).toMatchObject({ state: "queued", attempt: 1, notBefore });
  await rig.claudine("start", "--force", String(id));
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded", attempt: 2 });
});

test("what somebody ends is not tried again", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("--retries", "5", "exec sleep 1000");
  await rig.started(id);
  await rig.claudine("kill", String(id));
  expect(await rig.ended(id)).toMatchObject({ state: "cancelled", attempt: 1 });
});
