/** Faults that such daemons shipped: what is on the disk. */
import { copyFile, mkdir, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Rig, startDaemon } from "../support/daemon.ts";
import { readValue, rewriteRecord, rewriteValue } from "../support/raw-store.ts";

const dataFile = (rig: Rig) => join(rig.home.stateDir, "store/data.mdb");
const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const MIB = 2 ** 20;

/** What the daemon needed at most since its start. */
async function peakBytes(rig: Rig): Promise<number> {
  const status = await readFile(`/proc/${rig.daemon?.pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

test("fault 2: one corrupt record does not take the daemon down, now or at the next start; the others are served", async () => {
  const rig = await startDaemon({ config: "slots: 1\n" });
  const blocker = await rig.submit("until [ -e go ]; do sleep 0.01; done");
  const spoiled = await rig.submit("--key", "once", "echo spoiled");
  const [fine, dependent] = [await rig.submit("echo fine"), await rig.submit("--after", String(spoiled), "true")];
  await rig.started(blocker);
  await rig.down();
  await rewriteRecord(rig.home, { table: "live", key: spoiled }, (bytes) => bytes.subarray(0, bytes.length - 9));
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    await rig.up();
    await rig.down(signal);
  }
  await rig.up();
  expect((await rig.claudine("doctor")).stdout).toContain(`live/${spoiled}`);
  expect((await rig.claudine("list")).code).toBe(0);
  // Nobody knows what became of it: nothing begins because it is gone, and it is not begun a second time.
  expect(await rig.ended(dependent)).toMatchObject({
    state: "skipped",
    reason: `task ${spoiled}, which it depends on, ended as lost`,
  });
  const again = await rig.claudine("submit", "--key", "once", "true");
  expect(again.stderr).toContain(`the key once is that of task ${spoiled}, which cannot be read`);
  expect(again.code).toBe(74);
  await writeFile(rig.file("go"), "");
  expect(await rig.ended(fine)).toMatchObject({ state: "succeeded" });
  expect((await rig.claudine("doctor", "--fix")).stdout).toContain("set aside");
  expect(await rig.submit("--key", "once", "true")).toBeGreaterThan(dependent);
});

test("fault 4: an older version refuses a newer store and changes nothing; fields it does not know survive", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("-s", "true");
  await rig.down();
  const future = { of: ["a", "newer", "version"] };
  await rewriteValue(rig.home, { table: "live", key: id }, (task) => (isObject(task) ? { ...task, future } : task));
  await rig.up();
  await rig.claudine("release", String(id));
  await rig.ended(id);
  await rig.down();
  expect(await readValue(rig.home, { table: "tasks", key: id })).toMatchObject({
    future,
    status: { state: "succeeded" },
  });

  const schema = await readValue(rig.home, { table: "meta", key: "schema" });
  await rewriteValue(rig.home, { table: "meta", key: "schema" }, () => 99);
  const before = await readFile(dataFile(rig));
  expect(await rig.spawnDaemon().ended).toMatchObject({ code: 76, stderr: expect.stringContaining("newer Claudine") });
  expect((await readFile(dataFile(rig))).equals(before)).toBe(true);
  await rewriteValue(rig.home, { table: "meta", key: "schema" }, () => schema);
  await rig.up();
  expect((await rig.show(id)).state).toBe("succeeded");
});

test("fault 13: state that looks wrong is set aside and never deleted", async () => {
  const rig = await startDaemon();
  await rig.ran("echo precious");
  await rig.down();
  const sound = await readFile(dataFile(rig));
  await writeFile(
    dataFile(rig),
    sound.map((byte, at) => (at < 8192 ? byte ^ 0xff : byte)),
  );
  const damaged = await readFile(dataFile(rig));
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const { code, stderr } = await rig.spawnDaemon().ended;
    expect({ attempt, code, stderr }).toMatchObject({ code: 74, stderr: expect.stringContaining("Cannot open") });
  }
  await rig.claudine("doctor", "--fix");
  const kept: boolean[] = [];
  for (const name of await readdir(rig.home.stateDir)) {
    const bytes = await readFile(join(rig.home.stateDir, name, "data.mdb")).catch(() => Buffer.of());
    kept.push(bytes.equals(damaged));
  }
  expect(kept).toContain(true);
  expect(await readFile(join(rig.home.stateDir, "runs/0/1.1.stdout"), "utf8")).toBe("precious\n");
});

test("fault 17: what an interrupted save left behind blocks no later one", async () => {
  const rig = await startDaemon();
  await rig.ran("echo one");
  await rig.claudine("backup", rig.file("whole"));
  await rig.down();
  const { stateDir, runtimeDir } = rig.home;
  // A pid that the next daemon could not have either.
  const pid = 2 ** 22 + 7;
  const left = [
    `${stateDir}/lock/draft.${pid}`,
    `${runtimeDir}/env.key.${pid}`,
    `${runtimeDir}/wake.fifo.${pid}`,
    `${runtimeDir}/.${pid}`,
  ];
  for (const path of left) await writeFile(path, "half", { mode: 0o600 });
  for (const folder of ["store.restoring", "store.salvaging"]) {
    await mkdir(join(stateDir, folder), { mode: 0o700 });
    await writeFile(join(stateDir, folder, "data.mdb"), "half");
  }
  await mkdir(rig.file(`.copy.${pid}`));
  await rig.up();
  expect((await rig.ran("echo two")).stdout).toBe("two\n");
  expect(await rig.claudine("backup", "copy")).toMatchObject({ code: 0 });
  expect(await rig.claudine("restore", "--stop", "whole")).toMatchObject({ code: 0 });
  expect(await rig.status()).toMatchObject({ counts: { succeeded: 1 } });
});

test("fault 18: a store one byte short starts, and a length that lies does not make it allocate", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran("echo one");
  const second = await rig.submit("-s", "true");
  await rig.down();
  await copyFile(dataFile(rig), rig.file("copy"));
  await truncate(dataFile(rig), (await stat(dataFile(rig))).size - 1);
  await rig.up();
  expect(await rig.show(task.id)).toMatchObject({ state: "succeeded" });
  await rig.down();
  await copyFile(rig.file("copy"), dataFile(rig));
  // As msgpack: a text, a list and a map of four thousand million.
  const lies = [0xdb, 0xdd, 0xdf].map((type) => Buffer.from([type, 0xff, 0xff, 0xff, 0xff, 0x61]));
  await rewriteRecord(rig.home, { table: "tasks", key: task.id }, () => lies[0] ?? Buffer.of());
  await rewriteRecord(rig.home, { table: "live", key: second }, () => lies[2] ?? Buffer.of());
  await rewriteRecord(rig.home, { table: "journal", key: 2 }, () => lies[1] ?? Buffer.of());
  await rig.up();
  expect((await rig.claudine("list")).code).toBe(0);
  expect((await rig.claudine("events")).code).toBe(0);
  expect(await peakBytes(rig)).toBeLessThan(200 * MIB);
  expect((await rig.ran("echo three")).stdout).toBe("three\n");
});
