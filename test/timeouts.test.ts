/** `submit --timeout`, `--idle-timeout`, `--warn-signal`, `--grace`: what takes too long is ended. */
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { startDaemon, type Rig } from "./support/daemon.ts";
import { until } from "./support/until.ts";

async function eventsOf(rig: Rig, id: number): Promise<string[]> {
  const client = await rig.client();
  const { events } = await client.call("event.list", {});
  return events.flatMap((event) => ("id" in event && event.id === id ? [event.type] : []));
}

/** Nobody counts the time of the task until its script has said that it is ready for what comes then. */
async function begun(rig: Rig, ...args: string[]): Promise<void> {
  await rig.up({ CLAUDINE_CRASH_AT: "after-launch" });
  await rig.claudine("submit", "--no-autostart", ...args);
  await rig.daemon?.ended;
  await until("the script to be ready", () => existsSync(rig.file("ready")));
  await rig.up();
}

test("a task that runs too long is warned about and ended", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("--timeout", "500ms", "exec sleep 1000");
  const task = await rig.ended(id);
  expect(task).toMatchObject({
    state: "timed-out",
    signal: "SIGTERM",
    reason: "ran longer than 500ms: ended by SIGTERM",
  });
  expect(task.usage.wallMs).toBeGreaterThanOrEqual(500);
  expect(await eventsOf(rig, id)).toEqual([
    "task.submitted",
    "run.admitted",
    "run.started",
    "run.warned",
    "run.stopping",
    "run.finished",
  ]);
});

test("the signal before the timeout comes first, and a task that then ends well has succeeded", async () => {
  const rig = await startDaemon({ daemon: false });
  const script = 'trap "echo saved; exit 0" USR1; touch ready; while :; do sleep 0.01; done';
  await begun(rig, "--timeout", "60s", "--warn-signal", "USR1@59.5s", script);
  const task = await rig.ended(1);
  expect(task).toMatchObject({ state: "succeeded" });
  expect(await rig.output(1)).toBe("saved\n");
  expect(await eventsOf(rig, task.id)).toContain("run.signalled");
});

test("SIGKILL follows when the task's own grace is over", async () => {
  const rig = await startDaemon({ daemon: false, config: "grace: 1d\n" });
  const script = 'trap "" TERM; touch ready; while :; do sleep 0.01; done';
  await begun(rig, "--timeout", "300ms", "--grace", "100ms", script);
  expect(await rig.ended(1)).toMatchObject({ state: "timed-out", signal: "SIGKILL" });
});

test("a task that falls silent is ended, one that writes is not", async () => {
  const rig = await startDaemon();
  const silent = await rig.submit("--idle-timeout", "5s", "echo once; exec sleep 1000");
  const busy = await rig.submit("--idle-timeout", "5s", "for i in $(seq 12); do echo $i; sleep 0.5; done");
  expect(await rig.ended(silent)).toMatchObject({
    state: "timed-out",
    reason: "wrote nothing for 5.0s: ended by SIGTERM",
  });
  expect(await rig.output(silent)).toBe("once\n");
  expect(await rig.ended(busy)).toMatchObject({ state: "succeeded" });
});

test("what timed out is tried again", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("--timeout", "5s", "--retries", "1", "[ $CLAUDINE_RUN = 2 ] || exec sleep 1000");
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded", attempt: 2 });
});

test("the time goes on while no daemon is there", async () => {
  const rig = await startDaemon();
  const limits = [
    ["--timeout", "6s"],
    ["--idle-timeout", "6s"],
  ];
  const ids = await Promise.all(limits.map((limit) => rig.submit(...limit, "exec sleep 1000")));
  const starts = await Promise.all(ids.map((id) => rig.started(id)));
  await rig.down("SIGKILL");
  await until("both to be over", () => starts.every(({ startedAt }) => Date.now() > startedAt + 6000));
  await rig.up();
  for (const id of ids) expect((await rig.ended(id)).state).toBe("timed-out");
  const client = await rig.client();
  const { events } = await client.call("event.list", {});
  const upAt = events.findLast(({ type }) => type === "daemon.started")?.at ?? 0;
  const stops = events.filter(({ type }) => type === "run.stopping");
  expect(stops).toHaveLength(2);
  // Counted anew it would take all of it again.
  for (const { at } of stops) expect(at - upAt).toBeLessThan(6000);
});

test("a client of another kind may name the signal as it likes, if there is one", async () => {
  const rig = await startDaemon();
  const client = await rig.client();
  const submit = (signal: string) =>
    client.call("task.submit", {
      env: {},
      cwd: "/",
      umask: 0o22,
      tasks: [{ command: ["true"], held: true, limits: { timeoutMs: 9000, warnSignal: { signal, beforeMs: 1000 } } }],
    });
  const { ids } = await submit("usr1");
  expect((await rig.show(ids[0] ?? 0)).limits?.warnSignal?.signal).toBe("SIGUSR1");
  await expect(submit("nope")).rejects.toThrow('"nope" is not a signal');
  const edits = [{ id: 1, changes: { limits: { timeoutMs: 9000, warnSignal: { signal: "x", beforeMs: 1 } } } }];
  await expect(client.call("task.edit", { edits })).rejects.toThrow('"x" is not a signal');
});

test("show says the limits in words", async () => {
  const rig = await startDaemon();
  const id = await rig.submit(
    "--held",
    "--timeout",
    "1h30m",
    "--idle-timeout",
    "10m",
    "--warn-signal",
    "int@60",
    "true",
  );
  expect((await rig.claudine("show", String(id))).stdout).toContain(
    "Timeout     1h30m; 10m without output; SIGINT 1m before\n",
  );
});
