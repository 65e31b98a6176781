/**
 * The process ends right before and right after each durable step, every one by name; the next daemon finds everything
 * that was acknowledged, starts nothing twice and knows every outcome that is on record.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "@claudine/client";
import { ClaudineError } from "@claudine/protocol/errors";
import { describe, expect, test } from "vitest";
import { CRASH_POINTS, type CrashPoint } from "../packages/daemon/src/running/crash-points.ts";
import { readRecord } from "../packages/daemon/src/runner/record.ts";
import { damagePages, spoilRecord } from "./support/crash-damage.ts";
import { Ledger } from "./support/crash-ledger.ts";
import { checkState, expectNoOrphans, expectSoundState } from "./support/crash-rig.ts";
import { cancelEndless, type Kind, SCHEDULED, taskOf } from "./support/crash-tasks.ts";
import { createRig, type Rig } from "./support/daemon.ts";
import { signalIfThere } from "./support/home.ts";
import { isRunning } from "./support/process.ts";
import { CLAUDINED, type Ended, start } from "./support/program.ts";
import { until } from "./support/until.ts";

const CONFIG = "slots: 8\ngrace: 100ms\nsampleInterval: 100ms\n";
const OF_SHIM = CRASH_POINTS.filter((name) => name.includes("-shim-"));
const OF_TOOLS = CRASH_POINTS.filter((name) => /-(restore|salvage|record)-(aside|rename|finish)$/.test(name));
const OF_KEEPER = CRASH_POINTS.filter((name) => /-(output-removal|pack-(rename|removal))$/.test(name));
/** What a schedule missed: schedule-crash.test.ts. */
const OF_MISSED = CRASH_POINTS.filter((name) => name.endsWith("-commit-task.failed"));
/** Worktrees: worktree-submit.test.ts. */
const OF_WORKTREES = CRASH_POINTS.filter((name) => name.endsWith("-commit-worktree.changed"));
/** What agents need: agent-watch.test.ts, agent-limits.test.ts, agent-budgets.test.ts, send-agent.test.ts. */
const OF_AGENTS = CRASH_POINTS.filter((name) =>
  /-commit-(run\.attention|task\.told|agent\.(limited|freed)|budget\.reached)$/.test(name),
);
const ELSEWHERE = new Set([...OF_SHIM, ...OF_TOOLS, ...OF_KEEPER, ...OF_MISSED, ...OF_WORKTREES, ...OF_AGENTS]);
const OF_DAEMON = CRASH_POINTS.filter((name) => !ELSEWHERE.has(name));

/** What the daemon that is to die works on; it may die anywhere in it. */
async function workload(rig: Rig, ledger: Ledger, client: Client): Promise<void> {
  const submitAll = async (...tasks: ReturnType<typeof taskOf>[]): Promise<number[]> => {
    const call = { env: { PATH: process.env["PATH"] ?? "" }, cwd: rig.home.work, umask: 0o22 };
    const { ids, uids } = await client.call("task.submit", { ...call, tasks });
    for (const [index, id] of ids.entries()) ledger.submitted.set(uids[index] ?? "", id);
    return ids;
  };
  const submit = (...kinds: Kind[]) => submitAll(...kinds.map((kind) => taskOf(kind)));
  const submitOne = async (task: ReturnType<typeof taskOf>) => (await submitAll(task))[0];
  const selector = (...ids: (number | undefined)[]) => ({ selector: ids.map(String) });
  await client.call("group.set", { slots: 6 });
  const [exit, signal, long, family] = await submit("exit", "signal", "long", "family");
  const [stubborn] = await submit("stubborn");
  await client.call("task.wait", selector(exit, signal));
  await client.call("task.retry", selector(exit));
  await client.call("task.wait", { ...selector(long, family, stubborn), for: "running" });
  // Before its trap is set it would end at once, and nothing would escalate.
  await until("its trap to be set", async () => (await ledger.ran()).has(`${stubborn}.1`));
  await client.call("task.kill", { ...selector(long), signal: "SIGCONT" });
  await client.call("task.pause", selector(long));
  await client.call("task.resume", selector(long));
  await client.call("task.kill", { ...selector(family, stubborn), graceMs: 50 });
  ledger.acknowledge("run.finished", family ?? 0);
  await client.call("group.set", { slots: 1 });
  const [waiting, other] = await submit("exit", "exit");
  await client.call("task.change", { ...selector(waiting), changes: { priority: 1 } });
  await client.call("task.move", { ...selector(waiting), to: "front" });
  await client.call("task.hold", selector(waiting));
  await client.call("task.cancel", selector(other));
  ledger.acknowledge("task.cancelled", other ?? 0);
  await client.call("task.release", selector(waiting));
  await client.call("group.set", { name: "brief", slots: 2 });
  await submitOne(taskOf("exit", { group: "brief", after: [{ id: other ?? 0, on: "success" }] }));
  await client.call(
    "task.wait",
    selector(await submitOne(taskOf("long", { group: "brief", limits: { timeoutMs: 300 } }))),
  );
  await client.call("group.remove", { name: "brief" });
  await scheduleAll(rig, client);
  await client.call("store.backup", { path: join(rig.home.dir, "backup") });
  await client.call("task.wait", selector(exit));
  await client.call("task.remove", selector(exit));
  ledger.acknowledge("task.removed", exit ?? 0);
  await client.call("daemon.stop", {});
}

/** Everything that can happen to a schedule but what it misses. */
async function scheduleAll(rig: Rig, client: Client): Promise<void> {
  const call = { env: {}, cwd: rig.home.work, umask: 0o22 };
  const schedule = { name: "often", when: { kind: "every", everyMs: 1000 } as const, task: SCHEDULED };
  await client.call("schedule.add", { ...call, schedule });
  const fired = async () => (await client.call("schedule.get", { name: "often" })).schedule;
  await until("it to be due", async () => (await fired()).fired > 0);
  await client.call("schedule.pause", { names: ["often"] });
  const { next } = await client.call("schedule.get", { name: "often" }).then(({ schedule: now }) => now);
  const { times } = await client.call("schedule.next", { name: "often", count: 1 });
  await until("it to miss one", () => next === null && Date.now() > (times[0]?.at ?? 0));
  await client.call("schedule.resume", { names: ["often"] });
  await client.call("schedule.edit", { name: "often", changes: { overlap: "queue" } });
  await client.call("schedule.remove", { names: ["often"] });
}

/** Starts a daemon that dies at `point`, keeps it busy, and waits for its end. */
async function dieAt(point: CrashPoint, rig: Rig, ledger: Ledger): Promise<Ended> {
  const daemon = rig.spawnDaemon({ CLAUDINE_CRASH_AT: point });
  let dead = false;
  void daemon.ended.then(() => (dead = true));
  await until("it to answer or end", async () => dead || (await rig.status()) !== undefined);
  if (!dead) {
    const client = await rig.client({ reconnectMs: 0 });
    await workload(rig, ledger, client).catch(explained);
    client.close();
  }
  return daemon.ended;
}

/** Only the death of the daemon is no surprise. */
function explained(error: unknown): void {
  if (!(error instanceof ClaudineError) || !["unavailable", "shutting_down"].includes(error.code)) throw error;
}

/** A normal daemon takes over: all is as the journal says, and everything comes to its end. */
async function takeOver(rig: Rig, ledger: Ledger): Promise<void> {
  await rig.up();
  const client = await rig.client();
  await ledger.check(client);
  for (const method of ["task.release", "task.resume"] as const)
    await client.call(method, { selector: ["held", "paused"] }).catch(() => {});
  await client.call("group.set", { slots: 8 });
  await cancelEndless(client);
  if (ledger.tasks.size > 0) await client.call("task.wait", { selector: ["all"] }).catch(() => {});
  await ledger.check(client);
  await expectNoOrphans(ledger, rig, client);
  await rig.down();
  await expectSoundState(rig);
}

test("every place is one that a test below dies at", () => {
  expect(new Set([...OF_DAEMON, ...ELSEWHERE])).toEqual(new Set(CRASH_POINTS));
});

describe.concurrent("the daemon dies", () => {
  test.for(OF_DAEMON)("%s", async (point) => {
    await using rig = await createRig({ daemon: false, config: CONFIG });
    const ledger = new Ledger(rig.home.work);
    expect(await dieAt(point, rig, ledger)).toMatchObject({ signal: "SIGKILL" });
    await takeOver(rig, ledger);
  });
});

describe.concurrent("the daemon dies while it packs or sweeps output", () => {
  const numbers = Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join("");
  const submitNumbers = async (rig: Rig): Promise<number> => {
    const client = await rig.client({ reconnectMs: 0 });
    const tasks = [{ command: ["seq", "1", "20000"] }];
    const env = { PATH: process.env["PATH"] ?? "" };
    const { ids } = await client.call("task.submit", { env, cwd: rig.home.work, umask: 0o22, tasks });
    return ids[0] ?? 0;
  };
  const files = async (rig: Rig): Promise<string[]> => (await readdir(join(rig.home.stateDir, "runs/0"))).toSorted();

  test.for(OF_KEEPER.filter((point) => point.includes("pack")))("%s", async (point) => {
    await using rig = await createRig({ daemon: false, config: `${CONFIG}output: { compressAfter: 0s }\n` });
    await rig.up({ CLAUDINE_CRASH_AT: point });
    const id = await submitNumbers(rig);
    expect(await rig.daemon?.ended).toMatchObject({ signal: "SIGKILL" });
    await rig.up();
    expect((await rig.output(id)) === numbers).toBe(true);
    await until("it to be packed", async () => !(await files(rig)).includes(`${id}.1.stdout`));
    expect((await rig.output(id)) === numbers).toBe(true);
    expect((await files(rig)).filter((name) => name.includes("stdout"))).toEqual([`${id}.1.stdout.zst`]);
    await rig.down();
    await expectSoundState(rig);
  });

  test.for(OF_KEEPER.filter((point) => !point.includes("pack")))("%s", async (point) => {
    await using rig = await createRig({ daemon: false, config: `${CONFIG}output: { keep: 0s, keepLast: 0 }\n` });
    await rig.up({ CLAUDINE_CRASH_AT: point });
    const id = await submitNumbers(rig);
    expect(await rig.daemon?.ended).toMatchObject({ signal: "SIGKILL" });
    await rig.up();
    await until("it to be gone", async () => !(await files(rig)).some((name) => name.includes("std")));
    expect((await rig.show(id)).state).toBe("succeeded");
    await rig.down();
    await expectSoundState(rig);
  });
});

/** Runs claudined with an option to its end. */
function tool(rig: Rig, point: string, ...args: string[]): Promise<Ended> {
  return start(CLAUDINED, { env: { ...rig.env, CLAUDINE_CRASH_AT: point }, cwd: "/", args }).ended;
}

async function submitHeld(rig: Rig, count: number, label: string): Promise<void> {
  const client = await rig.client();
  const tasks = Array.from({ length: count }, () => taskOf("exit", { held: true, label }));
  await client.call("task.submit", { env: {}, cwd: rig.home.work, umask: 0o22, tasks });
  client.close();
}

async function labelsAfter(rig: Rig): Promise<string[]> {
  await rig.up();
  const client = await rig.client();
  const { tasks } = await client.call("task.list", {});
  await rig.down();
  await expectSoundState(rig);
  return tasks.flatMap(({ label }) => label ?? []).toSorted();
}

describe.concurrent("a tool dies", () => {
  test.for(OF_TOOLS.filter((name) => name.includes("-restore-")))("%s", async (point) => {
    await using rig = await createRig({ config: CONFIG });
    await submitHeld(rig, 1, "old");
    const file = join(rig.home.dir, "backup");
    expect(await rig.claudine("backup", file)).toMatchObject({ code: 0 });
    await submitHeld(rig, 1, "young");
    await rig.down();
    const first = point.endsWith("finish") ? "after-restore-aside" : point;
    expect(await tool(rig, first, "--restore", file)).toMatchObject({ signal: "SIGKILL" });
    if (point.endsWith("finish")) expect(await tool(rig, point)).toMatchObject({ signal: "SIGKILL" });
    // The one store or the other, whole.
    const isDone = point !== "before-restore-aside";
    expect(await labelsAfter(rig)).toEqual(isDone ? ["old"] : ["old", "young"]);
  });

  test.for(OF_TOOLS.filter((name) => name.endsWith("-record-aside")))("%s", async (point) => {
    await using rig = await createRig({ config: CONFIG });
    await submitHeld(rig, 3, "good");
    await rig.down();
    await spoilRecord(rig, { table: "live", key: 2, bytes: Buffer.from([0xc1, 0x00]) });
    expect(await tool(rig, point, "--check-state-here", "--fix")).toMatchObject({ signal: "SIGKILL" });
    await checkState(rig, "--fix");
    await checkState(rig, "--fix");
    expect(await labelsAfter(rig)).toEqual(["good", "good"]);
  });

  test.for(OF_TOOLS.filter((name) => name.includes("-salvage-")))("%s", async (point) => {
    await using rig = await createRig({ config: CONFIG });
    await submitHeld(rig, 60, "front");
    await submitHeld(rig, 1, "spoilt");
    await submitHeld(rig, 60, "rear");
    await rig.down();
    expect(await damagePages(rig, "spoilt")).toBeGreaterThan(0);
    const first = point.endsWith("finish") ? "after-salvage-aside" : point;
    expect(await tool(rig, first, "--check-state", "--fix")).toMatchObject({ signal: "SIGKILL" });
    if (point.endsWith("finish")) expect(await tool(rig, point)).toMatchObject({ signal: "SIGKILL" });
    await checkState(rig, "--fix");
    const labels = await labelsAfter(rig);
    expect(labels.filter((label) => label === "front").length).toBeGreaterThan(30);
    expect(labels.filter((label) => label === "rear").length).toBeGreaterThan(30);
  });
});

const SHIMS = ["perl", "node"] as const;

describe.concurrent.for(SHIMS)("the shim (%s) dies", (kind) => {
  test.for(OF_SHIM.flatMap((point) => [false, true].map((withDaemon) => ({ point, withDaemon }))))(
    "$point, the daemon too: $withDaemon",
    async ({ point, withDaemon }) => {
      await using rig = await createRig({ daemon: false, config: CONFIG, env: { CLAUDINE_SHIM: kind } });
      const ledger = new Ledger(
        rig.home.work,
        (outcome) =>
          outcome.kind === "lost" ||
          // The child that dies just before it becomes the command is one killed from outside.
          (point === "after-shim-start-line" && outcome.kind === "signalled" && outcome.signal === "SIGKILL"),
      );
      await rig.up({ CLAUDINE_CRASH_AT: `${point}:2` });
      const client = await rig.client();
      const submit = async (...kinds: Kind[]) => {
        const tasks = kinds.map((one) => taskOf(one));
        const { ids, uids } = await client.call("task.submit", { env: {}, cwd: rig.home.work, umask: 0o22, tasks });
        for (const [index, id] of ids.entries()) ledger.submitted.set(uids[index] ?? "", id);
        return ids.map(String);
      };
      await client.call("task.wait", { selector: await submit("exit") });
      const shim = await until("the shim to be there", () => shimOf(rig));
      await submit("exit", "nap", "signal", "long");
      // In perl the child is what dies at its start line.
      if (kind === "node" || !point.endsWith("start-line")) await until("the shim to die", () => !isRunning(shim));
      if (withDaemon) {
        await rig.down("SIGKILL");
        await rig.up();
      }
      await client.call("task.wait", { selector: ["label:exit", "label:nap", "label:signal"] });
      await ledger.check(client);
      for (const { id, attempt, finish } of ledger.runs) {
        // Whatever is on record is what is known.
        const record = readRecord(join(rig.home.stateDir, `runs/0/${id}.${attempt}.record`));
        if (finish?.outcome.kind === "lost") expect(record.state).not.toBe("ended");
        expect(attempt).toBe(1);
      }
      await client.call("task.cancel", { selector: ["all"] }).catch(() => {});
      await ledger.check(client);
      await expectNoOrphans(ledger, rig, client);
    },
  );
});

test.for(SHIMS)("what the shim (%s) of a killed daemon reads late starts nothing a second time", async (kind) => {
  await using rig = await createRig({ config: CONFIG, env: { CLAUDINE_SHIM: kind } });
  const ledger = new Ledger(rig.home.work);
  const client = await rig.client();
  const submit = async (count: number): Promise<void> => {
    const tasks = Array.from({ length: count }, () => taskOf("exit"));
    const { ids, uids } = await client.call("task.submit", { env: {}, cwd: rig.home.work, umask: 0o22, tasks });
    for (const [index, id] of ids.entries()) ledger.submitted.set(uids[index] ?? "", id);
  };
  await submit(1);
  await client.call("task.wait", { selector: ["all"] });
  const shim = await until("the shim to be there", () => shimOf(rig));
  signalIfThere(shim, "SIGSTOP");
  await submit(5);
  await until("all to be admitted", async () => (await rig.status())?.counts.running === 5);
  await rig.down("SIGKILL");
  await rig.up();
  await client.call("task.wait", { selector: ["all"] });
  signalIfThere(shim, "SIGCONT");
  await until("the old shim to end", () => !isRunning(shim));
  await ledger.check(client);
  expect(await ledger.ran()).toHaveProperty("size", 6);
});

/** The shim of this home's daemon. */
async function shimOf(rig: Rig): Promise<number | undefined> {
  const children = await readFile(`/proc/${rig.daemon?.pid}/task/${rig.daemon?.pid}/children`, "utf8");
  return Number(children.trim().split(" ").at(-1)) || undefined;
}
