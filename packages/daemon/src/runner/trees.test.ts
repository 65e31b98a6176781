import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isRunning } from "./identity.ts";
import { createLook, groupByOwner, newTree, type RunProcesses } from "./members.ts";
import type { ProcessStat } from "./processes.ts";
import { signalRun } from "./signal.ts";
import { createTrees } from "./trees.ts";
import { openRig, processes, type Rig, until } from "./test-rig.ts";

const trees = createTrees(processes, () => []);

async function startRun(rig: Rig, script: string): Promise<RunProcesses> {
  const spec = rig.start("1.1", ["sh", "-c", script]);
  const identity = await until(() => {
    const record = rig.record("1.1");
    return (record.state === "started" || record.state === "ended") && record;
  }, "the run to start");
  return { identity, runUid: spec.extraEnv["CLAUDINE_RUN_UID"] ?? "" };
}

async function printedPid(rig: Rig, name: string): Promise<number> {
  return until(() => {
    const [, pid] = new RegExp(`^${name} (\\d+)$`, "m").exec(rig.stdout("1.1")) ?? [];
    return pid !== undefined && Number(pid);
  }, name);
}

function membersOf(run: RunProcesses): ProcessStat[] {
  const tree = newTree(run);
  return createLook(processes)([tree], new Set()).get(tree) ?? [];
}

function runs(pid: number): boolean {
  const stat = processes.read(pid);
  return stat !== undefined && isRunning(stat);
}

describe("all of a run's processes are found and ended", () => {
  test.each([
    ["a child", "sleep 600 & echo stray $!; wait"],
    ["one forked twice", "(sleep 600 & echo stray $!) ; echo done; sleep 600"],
    ["one in a session of its own", "setsid sh -c 'echo stray $$; exec sleep 600' & wait"],
    ["one forked twice into a session of its own", "(setsid sh -c 'echo stray $$; exec sleep 600' &); sleep 600"],
    ["one whose environment is empty", "env -i setsid sh -c 'echo stray $$; exec /bin/sleep 600' & wait"],
    ["one that ignores the polite signals", "(trap '' TERM HUP INT; echo stray $$; sleep 600)& wait"],
    ["one that is stopped", "sh -c 'echo stray $$; kill -STOP $$; sleep 600' & wait"],
  ])("%s", async (_, script) => {
    const rig = await openRig("perl");
    const run = await startRun(rig, script);
    const stray = await printedPid(rig, "stray");
    // In the middle of an exec it shows no environment.
    await until(() => membersOf(run).some(({ pid }) => pid === stray), "it to be found");
    const ended = await trees.signal(run, "SIGKILL", 10_000);
    expect(ended.left).toEqual([]);
    expect(ended.seen).toBeGreaterThanOrEqual(2);
    expect(runs(stray)).toBe(false);
    expect(await rig.ended("1.1")).toMatchObject({ exit: { kind: "signalled", signal: "SIGKILL" } });
  });

  test("one that the leader has left behind, by its mark", async () => {
    const rig = await openRig("perl");
    const run = await startRun(rig, "(setsid sh -c 'echo stray $$; exec sleep 600' &); (sleep 600 & echo sibling $!)");
    const strays = [await printedPid(rig, "stray"), await printedPid(rig, "sibling")];
    await rig.ended("1.1");
    await until(() => processes.read(run.identity.pid) === undefined, "the leader to be gone");
    await until(() => membersOf(run).length === 2, "both");
    await trees.signal(run, "SIGTERM", 10_000);
    await until(() => !strays.some(runs), "both to end");
  });

  test("many that go on forking", async () => {
    const rig = await openRig("perl");
    const run = await startRun(
      rig,
      "i=0; while [ $i -lt 20 ]; do setsid sh -c 'while :; do sh -c \"sleep 0.01\"; done' & i=$((i+1)); done; echo up $$; wait",
    );
    await printedPid(rig, "up");
    const ended = await trees.signal(run, "SIGKILL", 15_000);
    expect(ended.left).toEqual([]);
    expect(membersOf(run)).toEqual([]);
  });
});

test("the end of a whole tree is awaited, or told when it is late", async () => {
  const rig = await openRig("perl");
  const run = await startRun(rig, "(setsid sh -c 'echo stray $$; until [ -e go ]; do sleep 0.01; done' &)");
  await printedPid(rig, "stray");
  await rig.ended("1.1");
  expect((await trees.gone(run, 20)).left.length).toBeGreaterThanOrEqual(1);
  const gone = trees.gone(run, 20_000);
  writeFileSync(join(rig.dir, "go"), "");
  expect((await gone).left).toEqual([]);
});

test("a hundred runs are ended with a few looks at the system", async () => {
  const rig = await openRig("perl");
  let looks = 0;
  // Passes of the event loop in which there was a look: how many it takes until all are dead is up to the machine.
  let passes = 0;
  let isSamePass = false;
  const list = () => {
    looks += 1;
    if (!isSamePass) passes += 1;
    isSamePass = true;
    setImmediate(() => {
      isSamePass = false;
    });
    return processes.list();
  };
  const counted = createTrees({ ...processes, list }, () => []);
  const keys = Array.from({ length: 100 }, (_, n) => `${n}.1`);
  const specs = keys.map((key) => rig.start(key, ["sh", "-c", "sleep 600 & setsid sleep 600 & wait"]));
  const starts = await Promise.all(keys.map((key) => rig.started(key)));
  const ends = starts.map((identity, n) =>
    counted.signal({ identity, runUid: specs[n]?.extraEnv["CLAUDINE_RUN_UID"] ?? "" }, "SIGKILL", 20_000),
  );
  for (const end of await Promise.all(ends)) expect(end.left).toEqual([]);
  // At the beginning one before the signals, and then one for all in each pass.
  expect(looks).toBe(passes + 1);
  for (const key of keys) expect(await rig.ended(key)).toMatchObject({ exit: { signal: "SIGKILL" } });
});

test("a polite signal reaches all once and leaves alone what its handlers start", async () => {
  const rig = await openRig("perl");
  const run = await startRun(
    rig,
    "trap 'sleep 0.2; echo tidied; exit 5' TERM; setsid sh -c 'trap \"echo told; exit\" TERM; echo stray $$; while :; do sleep 0.01; done' & echo up $$; while :; do wait; done",
  );
  await printedPid(rig, "up");
  await printedPid(rig, "stray");
  await trees.signal(run, "SIGTERM", 10_000);
  expect(await rig.ended("1.1")).toMatchObject({ exit: { kind: "exited", exitCode: 5 } });
  expect(rig.stdout("1.1")).toMatch(/told/);
  expect(rig.stdout("1.1")).toMatch(/tidied/);
});

test("a stopped run acts on a polite signal", async () => {
  const rig = await openRig("perl");
  const run = await startRun(rig, "echo up $$; exec sleep 600");
  await printedPid(rig, "up");
  expect(signalRun(processes, run.identity, "SIGSTOP")).toEqual({ result: "sent" });
  await until(() => processes.read(run.identity.pid)?.state === "T", "the stop");
  await trees.signal(run, "SIGTERM", 10_000);
  expect(await rig.ended("1.1")).toMatchObject({ exit: { signal: "SIGTERM" } });
});

test("neither an ended run nor one that only shares the pid is signalled", async () => {
  const rig = await openRig("perl");
  const run = await startRun(rig, "until [ -e go ]; do sleep 0.01; done; exit 0");
  const another = { ...run.identity, startTicks: "1" };
  expect(signalRun(processes, another, "SIGKILL")).toEqual({ result: "gone" });
  expect(signalRun(processes, { ...run.identity, bootId: "another" }, "SIGKILL")).toEqual({ result: "gone" });
  const none = await trees.signal({ identity: another, runUid: "no such" }, "SIGKILL", 10_000);
  expect(none).toEqual({ seen: 0, left: [] });
  expect(runs(run.identity.pid)).toBe(true);
  writeFileSync(join(rig.dir, "go"), "");
  expect(await rig.ended("1.1")).toMatchObject({ exit: { exitCode: 0 } });
  expect(signalRun(processes, run.identity, "SIGKILL")).toEqual({ result: "gone" });
});

test("nothing is inherited through the daemon, even when it descends from a task", () => {
  const stat = (pid: number, ppid: number, sid: number): ProcessStat => ({
    pid,
    ppid,
    sid,
    pgid: sid,
    state: "S",
    startTicks: "1",
    cpuMs: 0,
    threads: 1,
  });
  const all = [
    stat(10, 1, 10),
    stat(20, 10, 20),
    stat(21, 20, 21),
    stat(30, 21, 30),
    stat(31, 30, 31),
    stat(11, 10, 10),
    stat(40, 41, 40),
    stat(41, 40, 41),
  ];
  const groups = groupByOwner(all, {
    sessions: new Map([
      [10, "a"],
      [30, "b"],
    ]),
    pids: new Map(),
    never: new Set([20]),
  });
  expect(groups.get("a")?.map(({ pid }) => pid)).toEqual([10, 11]);
  expect(groups.get("b")?.map(({ pid }) => pid)).toEqual([30, 31]);
});
