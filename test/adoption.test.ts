/** What runs keeps running while the daemon ends or is killed, and the next daemon knows the exact outcome. */
import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readRecord } from "../packages/daemon/src/runner/record.ts";
import { startDaemon, TELLS_REQUESTS, type Rig } from "./support/daemon.ts";
import { signalIfThere } from "./support/home.ts";
import { isRunning, isStopped, statOf } from "./support/process.ts";
import { until } from "./support/until.ts";

/** Runs until the file `name` is there. */
const untilFile = (name: string) => `until [ -e ${name} ]; do sleep 0.01; done`;
const open = (rig: Rig, name: string) => writeFile(rig.file(name), "");
const recordOf = (rig: Rig, id: number) => readRecord(join(rig.home.stateDir, `runs/0/${id}.1.record`));

describe.for(["SIGTERM", "SIGKILL"] as const)("after %s to the daemon", (signal) => {
  test("a task goes on, and the next daemon takes it up with its process and output", async () => {
    const rig = await startDaemon();
    const id = await rig.submit(`echo before; ${untilFile("go")}; echo after; exit 42`);
    const { pid, startedAt } = await rig.started(id);
    await rig.down(signal);
    expect(isRunning(pid)).toBe(true);
    await rig.up();
    expect(await rig.show(id)).toMatchObject({ state: "running", pid, startedAt, attempt: 1 });
    await open(rig, "go");
    expect(await rig.ended(id)).toMatchObject({ state: "failed", exitCode: 42, startedAt, attempt: 1 });
    expect(await rig.output(id)).toBe("before\nafter\n");
  });

  test("what ends while no daemon is there has its exact outcome", async () => {
    const rig = await startDaemon({ config: "slots: 8\n" });
    const cases = [
      { command: `${untilFile("go")}; exit 0`, outcome: { state: "succeeded", exitCode: 0, signal: null } },
      { command: `${untilFile("go")}; exit 7`, outcome: { state: "failed", exitCode: 7, signal: null } },
      { command: `${untilFile("go")}; kill -TERM $$`, outcome: { state: "failed", exitCode: null, signal: "SIGTERM" } },
      { command: `${untilFile("go")}; kill -KILL $$`, outcome: { state: "failed", exitCode: null, signal: "SIGKILL" } },
    ] as const;
    const ids = await Promise.all(cases.map(({ command }) => rig.submit(command)));
    await Promise.all(ids.map((id) => rig.started(id)));
    await rig.down(signal);
    await open(rig, "go");
    // Not only the processes: the shim takes the time of an end when it has seen it.
    await until("all ends to be on record", () => ids.every((id) => recordOf(rig, id).state === "ended"));
    const over = Date.now();
    await rig.up();
    for (const [index, id] of ids.entries()) {
      const task = await rig.ended(id);
      expect(task).toMatchObject(cases[index]?.outcome ?? {});
      expect(task.finishedAt).toBeLessThanOrEqual(over);
      expect(task.usage.wallMs).toBe((task.finishedAt ?? 0) - (task.startedAt ?? 0));
      expect(task.usage.peakRssBytes).toBeGreaterThan(0);
    }
  });

  test("what waits starts once, in its order", async () => {
    const rig = await startDaemon({ config: "slots: 1\n" });
    const blocker = await rig.submit(untilFile("go"));
    await rig.started(blocker);
    const ids = [await rig.submit("echo 1 >> order"), await rig.submit("-o", "1", "echo 2 >> order")];
    await rig.down(signal);
    await rig.up();
    expect(await rig.status()).toMatchObject({ counts: { running: 1, queued: 2 } });
    await open(rig, "go");
    await Promise.all(ids.map((id) => rig.ended(id)));
    expect(await readFile(rig.file("order"), "utf8")).toBe("2\n1\n");
  });

  test("a task taken up can be paused, resumed, killed and metered", async () => {
    const rig = await startDaemon({ config: "sampleInterval: 100ms\n" });
    const id = await rig.submit("setsid sh -c 'echo $$ > far; exec sleep 1000' & while :; do :; done");
    const far = await rig.pidIn("far");
    const { pid } = await rig.started(id);
    await rig.down(signal);
    await rig.up();
    await until("a sample", async () => ((await rig.show(id)).cpuPercent ?? 0) > 0);
    await rig.claudine("pause", String(id));
    await until("both to stand still", () => isStopped(pid) && isStopped(far));
    await rig.down(signal);
    await rig.up();
    expect(await rig.show(id)).toMatchObject({ state: "paused" });
    await rig.claudine("resume", String(id));
    await until("both to go on", () => !isStopped(pid) && !isStopped(far));
    expect(await rig.claudine("kill", String(id))).toMatchObject({ code: 0 });
    expect([isRunning(pid), isRunning(far)]).toEqual([false, false]);
    expect(await rig.show(id)).toMatchObject({ state: "cancelled", signal: "SIGTERM" });
  });

  test("a client that follows sees everything once", async () => {
    const rig = await startDaemon();
    const id = await rig.submit(`echo one; ${untilFile("two")}; echo two; ${untilFile("three")}; echo three; exit 3`);
    const follow = rig.open(["follow", "--no-autostart", String(id)]);
    await until("the first line", () => follow.stdout() === "one\n");
    await rig.down(signal);
    await open(rig, "two");
    await rig.up();
    await until("the second line", () => follow.stdout() === "one\ntwo\n");
    await open(rig, "three");
    expect(await follow.ended).toMatchObject({ code: 3, stdout: "one\ntwo\nthree\n" });
  });

  test("a client that waits is told when it happens", async () => {
    const rig = await startDaemon({ config: TELLS_REQUESTS });
    const id = await rig.submit(`${untilFile("go")}; exit 9`);
    const wait = await rig.asking("task.wait", ["wait", "--no-autostart", "--for", "success", String(id)]);
    await rig.down(signal);
    await rig.up();
    expect(wait.child.exitCode).toBeNull();
    await open(rig, "go");
    expect(await wait.ended).toMatchObject({ code: 1, stderr: expect.stringContaining("exit code 9") });
  });
});

test("a paused task goes on when the daemon died between the wish to resume it and the signal", async () => {
  const rig = await startDaemon({ daemon: false });
  await rig.up({ CLAUDINE_CRASH_AT: "after-commit-run.resumed" });
  const id = await rig.submit("until [ -e go ]; do sleep 0.01; done; exit 3");
  const { pid } = await rig.started(id);
  await rig.claudine("pause", String(id));
  await until("it to stop", () => isStopped(pid));
  await rig.claudine("resume", "--no-autostart", String(id));
  await rig.daemon?.ended;
  await writeFile(rig.file("go"), "");
  await rig.up();
  expect(await rig.ended(id)).toMatchObject({ state: "failed", exitCode: 3, attempt: 1 });
});

test("a stop that was asked for is finished by the next daemon", async () => {
  const rig = await startDaemon({ daemon: false });
  // It dies when the grace is over and before it can send SIGKILL.
  await rig.up({ CLAUDINE_CRASH_AT: "before-commit-run.escalated" });
  const id = await rig.submit("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  await until("the trap to be set", async () => (await rig.output(id)) !== "");
  const { pid } = await rig.started(id);
  const kill = rig.open(["kill", "--no-autostart", "--grace", "100ms", String(id)]);
  expect(await rig.daemon?.ended).toMatchObject({ signal: "SIGKILL" });
  expect(isRunning(pid)).toBe(true);
  await rig.up();
  expect(await rig.ended(id)).toMatchObject({ state: "cancelled", signal: "SIGKILL" });
  expect(isRunning(pid)).toBe(false);
  await kill.ended;
});

test("what submit has answered is there after a kill -9 in the same moment", async () => {
  const rig = await startDaemon();
  const taken: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    taken.push(await rig.submit("--held", "-l", `round ${round}`, "true"));
    await rig.down("SIGKILL");
    await rig.up();
  }
  const { stdout } = await rig.claudine("list", "--json");
  const tasks = JSON.parse(stdout) as { id: number; label: string }[];
  expect(tasks.map(({ id, label }) => ({ id, label }))).toEqual(
    taken.map((id, round) => ({ id, label: `round ${round}` })),
  );
});

test("a daemon killed just as tasks start and end loses none and runs none twice", async () => {
  const rig = await startDaemon({ config: "slots: 4\n" });
  const { stdout } = await rig.claudine(
    "submit",
    "--array",
    "1-60",
    "echo $CLAUDINE_TASK_ID >> ran; exit $((CLAUDINE_ARRAY_INDEX % 3))",
  );
  const ids = stdout.trimEnd().split("\n").map(Number);
  for (let round = 0; round < 4; round += 1) {
    const { counts } = await until("some to have ended", async () => {
      const status = await rig.status();
      const ended = (status?.counts.succeeded ?? 0) + (status?.counts.failed ?? 0);
      return ended >= 10 * round ? status : undefined;
    });
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(60);
    await rig.down("SIGKILL");
    await rig.up();
  }
  for (const [index, id] of ids.entries()) {
    expect(await rig.ended(id)).toMatchObject({ exitCode: (index + 1) % 3, attempt: 1 });
  }
  const ran = (await readFile(rig.file("ran"), "utf8")).trimEnd().split("\n").map(Number);
  expect(ran.toSorted((a, b) => a - b)).toEqual(ids);
});

test("a task that vanished without a trace is lost, with a reason", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("exec sleep 1000");
  const { pid } = await rig.started(id);
  const shim = Number(statOf(pid)?.[1]);
  await rig.down("SIGKILL");
  signalIfThere(shim, "SIGKILL");
  signalIfThere(pid, "SIGKILL");
  await until("it to be gone", () => !isRunning(pid));
  await rig.up();
  const task = await rig.inState(id, "lost");
  expect(task.reason).toBe("its process vanished without a trace of how it ended");
  expect(await rig.claudine("retry", String(id))).toMatchObject({ code: 0 });
  await rig.claudine("kill", String(id));
});

test("when the shim is killed, its tasks go on and new ones start", async () => {
  const rig = await startDaemon();
  const id = await rig.submit(`${untilFile("go")}`);
  const { pid } = await rig.started(id);
  signalIfThere(Number(statOf(pid)?.[1]), "SIGKILL");
  expect(await rig.claudine("submit", "--wait", "exit 4")).toMatchObject({ code: 4 });
  expect(await rig.show(id)).toMatchObject({ state: "running", pid });
  await rig.claudine("kill", String(id));
  expect(isRunning(pid)).toBe(false);
});

test("a stopping daemon ends although clients are connected and do not read", async () => {
  const rig = await startDaemon();
  const clients = await Promise.all([1, 2, 3].map(() => rig.client()));
  await Promise.all(clients.map((client) => client.call("daemon.status", {})));
  const waiting = clients[0]?.call("task.wait", { selector: ["all"] }).catch(() => {});
  const deaf = connect(rig.home.socket);
  deaf.pause().write('{"jsonrpc":"2.0","id":1,"method":"event.subscribe","params":{"since":0}}\n{"half');
  await rig.submit("true");
  expect(await rig.down()).toMatchObject({ code: 0, signal: null });
  deaf.destroy();
  for (const client of clients) client.close();
  await waiting;
});
