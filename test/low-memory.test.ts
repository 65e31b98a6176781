/** Too little memory: what was acknowledged is there, what runs is not touched, and service comes back. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { injectFault, whyNoFaults } from "./support/inject-fault.ts";
import { isRunning, statOf } from "./support/process.ts";
import { until } from "./support/until.ts";

const why = whyNoFaults();
if (why !== undefined) process.stderr.write(`The tests of forks without memory are skipped: ${why}\n`);

const SMALL_HEAP = { NODE_OPTIONS: "--max-old-space-size=24" };
const CALLER = { env: {}, cwd: "/", umask: 0o22 };
const WORD = "x".repeat(100_000);

/** Held tasks with long commands, ten at a time. @returns the ids that were acknowledged */
async function submitUntil(rig: Rig, most: number): Promise<{ ids: number[]; refusal: unknown }> {
  const client = await rig.client({ reconnectMs: 0 });
  const acknowledged: number[] = [];
  const tasks = Array.from({ length: 10 }, () => ({ command: ["true", WORD], held: true }));
  try {
    while (acknowledged.length < most) {
      const { ids } = await client.call("task.submit", { ...CALLER, tasks });
      acknowledged.push(...ids);
    }
    return { ids: acknowledged, refusal: undefined };
  } catch (refusal) {
    return { ids: acknowledged, refusal };
  }
}

test("a daemon whose heap is full dies, and the next one has every acknowledged task and all that runs", async () => {
  const rig = await startDaemon({ daemon: false });
  await rig.up(SMALL_HEAP);
  const id = await rig.submit("until [ -e go ]; do sleep 0.01; done; exit 6");
  const { pid } = await rig.started(id);
  const { ids, refusal } = await submitUntil(rig, 5000);
  expect(refusal).toBeInstanceOf(Error);
  expect(await rig.daemon?.ended).toMatchObject({
    signal: "SIGABRT",
    stderr: expect.stringContaining("out of memory"),
  });
  expect(isRunning(pid)).toBe(true);
  await writeFile(rig.file("go"), "");
  await rig.up();
  expect(await rig.ended(id)).toMatchObject({ exitCode: 6, attempt: 1 });
  for (const one of ids) expect(await rig.show(one)).toMatchObject({ state: "held" });
});

test("a store that does not fit into memory is not taken for a damaged one, and is served where there is more", async () => {
  const rig = await startDaemon();
  const client = await rig.client();
  const command = ["true", ...Array.from({ length: 99_000 }, (_, index) => `${index} ${"x".repeat(150)}`)];
  const { ids } = await client.call("task.submit", { ...CALLER, tasks: [{ command, held: true }] });
  await rig.down("SIGKILL");
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const { code, signal, stderr } = await rig.spawnDaemon(SMALL_HEAP).ended;
    expect([code, signal]).not.toEqual([0, null]);
    expect(stderr).not.toContain("copied into a new store");
  }
  expect((await readdir(rig.home.stateDir)).filter((name) => name.startsWith("store."))).toEqual([]);
  await rig.up();
  expect(await rig.show(ids[0] ?? 0)).toMatchObject({ state: "held" });
});

describe.skipIf(why !== undefined).each(["perl", "node"])("a shim (%s) that gets no memory", (kind) => {
  test.each([
    ["to fork", ["fork", "vfork", "clone", "clone3"]],
    ["to execute the command", ["execve", "execveat"]],
  ])("%s: what runs ends as it does, what waits starts once, by itself", async (_, calls) => {
    const rig = await startDaemon({ config: "slots: 4\n", env: { CLAUDINE_SHIM: kind } });
    const id = await rig.submit("until [ -e go ]; do :; done; exit 7");
    const { pid } = await rig.started(id);
    const { mend } = await injectFault(Number(statOf(pid)?.[1]), calls, "ENOMEM");
    const waiting = await rig.submit("echo started >> log; exit 4");
    await until("the daemon to be refused", () => rig.daemon?.stderr().includes('"errno":"ENOMEM"') === true);
    expect(await rig.show(waiting)).toMatchObject({ startedAt: null, finishedAt: null });
    await writeFile(rig.file("go"), "");
    expect(await rig.ended(id)).toMatchObject({ state: "failed", exitCode: 7, attempt: 1 });
    await mend();
    expect(await rig.ended(waiting)).toMatchObject({ state: "failed", exitCode: 4, attempt: 1 });
    expect(await readFile(rig.file("log"), "utf8")).toBe("started\n");
  });
});
