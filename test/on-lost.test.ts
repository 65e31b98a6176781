/** `submit --on-lost`: what becomes of a task whose run is lost. */
import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { signalIfThere } from "./support/home.ts";
import { isRunning, statOf } from "./support/process.ts";
import { until } from "./support/until.ts";

/** Ends daemon, shim and task at once, so that nobody notes how the task ended, once its command runs. */
async function loseRun(rig: Rig, id: number): Promise<void> {
  const { pid, attempt } = await rig.started(id);
  const log = () => readFile(rig.file("log"), "utf8").catch(() => "");
  await until("the command to run", async () => (await log()).endsWith(`${attempt}\n`));
  const shim = Number(statOf(pid)?.[1]);
  await rig.down("SIGKILL");
  for (const one of [shim, pid]) signalIfThere(one, "SIGKILL");
  await until("it to be gone", () => !isRunning(pid));
  await rig.up();
}

const COMMAND = "echo $CLAUDINE_RUN >> log; until [ -e go ]; do sleep 0.01; done";

test("fail is the default: the task is lost, with a reason", async () => {
  const rig = await startDaemon();
  const ids = [await rig.submit(COMMAND), await rig.submit("--on-lost", "fail", "true")];
  await rig.ended(ids[1] ?? 0);
  await loseRun(rig, ids[0] ?? 0);
  expect(await rig.ended(ids[0] ?? 0)).toMatchObject({
    state: "lost",
    attempt: 1,
    reason: expect.stringContaining("vanished without a trace"),
  });
});

test("requeue runs it again, as often as the limit says", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("--on-lost", "requeue", "--lost-limit", "1", COMMAND);
  await loseRun(rig, id);
  await until("the second run", async () => (await rig.show(id)).attempt === 2);
  await loseRun(rig, id);
  expect(await rig.ended(id)).toMatchObject({ state: "lost", attempt: 2 });
  expect(await readFile(rig.file("log"), "utf8")).toBe("1\n2\n");
});

test("requeue alone allows three", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("--on-lost", "requeue", COMMAND);
  await writeFile(rig.file("go"), "");
  await rig.ended(id);
  const client = await rig.client();
  const { events } = await client.call("event.list", { since: 0 });
  expect(events.find(({ type }) => type === "task.submitted")).toMatchObject({ spec: { lostRetries: 3 } });
});

test("a limit without requeue, and another word, are refused", async () => {
  const rig = await startDaemon({ daemon: false });
  const limit = await rig.claudine("submit", "--lost-limit", "2", "true");
  expect(limit).toMatchObject({ code: 2, stderr: expect.stringContaining("--lost-limit goes with --on-lost requeue") });
  expect(await rig.claudine("submit", "--on-lost", "repeat", "true")).toMatchObject({ code: 2 });
});
