/** `claudine doctor` reads everything on the disk beside the daemon, and `--fix` mends it. */
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { open } from "lmdb";
import { expect, test } from "vitest";
import { Schedule } from "@claudine/protocol";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { isRunning } from "./support/process.ts";
import { rewriteValue } from "./support/raw-store.ts";
import { until } from "./support/until.ts";

type Check = { name: string; level: string; message: string; hint: string | null };

async function doctor(rig: Rig, ...words: string[]): Promise<{ code: number | null; checks: Check[] }> {
  const { code, stdout, stderr } = await rig.claudine("doctor", "--json", ...words);
  if (stdout === "") throw new Error(stderr);
  return { code, checks: (JSON.parse(stdout) as { checks: Check[] }).checks };
}

/** Makes the record of a task unreadable while no daemon runs. */
async function spoil(rig: Rig, id: number): Promise<void> {
  const root = open({ path: join(rig.home.stateDir, "store"), maxDbs: 16 });
  const tasks = root.openDB<Buffer, number>({ name: "tasks", keyEncoding: "uint32", encoding: "binary" });
  await tasks.put(id, Buffer.from([0xc1, 0xff, 0x00]));
  await root.close();
}

test("reads the store through beside a daemon that is at work", async () => {
  const rig = await startDaemon({ config: "slots: 4\n" });
  await rig.claudine("submit", "--array", "1-400", "true");
  for (let look = 0; look < 3; look += 1) {
    const { code, checks } = await doctor(rig);
    expect(checks.filter(({ level }) => level === "error")).toEqual([]);
    expect(code).toBe(0);
    expect(checks).toContainEqual(
      expect.objectContaining({ name: "store", message: expect.stringMatching(/^400 tasks and \d+ events read$/) }),
    );
    expect(checks).toContainEqual(expect.objectContaining({ name: "runs", level: "ok" }));
    expect(checks).toContainEqual(expect.objectContaining({ name: "processes", level: "ok" }));
  }
});

test("a record that cannot be read is found; --fix sets it aside and the daemon serves the rest", async () => {
  const rig = await startDaemon();
  const slow = await rig.submit("exec sleep 1000");
  const { pid } = await rig.started(slow);
  await rig.ran("echo two");
  await rig.ran("echo three");
  await rig.down();
  await spoil(rig, 2);
  const found = await doctor(rig);
  expect(found.code).toBe(1);
  expect(found.checks).toContainEqual({
    name: "finished/2",
    level: "error",
    message: "The record finished/2 cannot be read",
    hint: "`claudine doctor --fix` repairs it",
  });
  const before = (await rig.status())?.pid;
  const fixed = await doctor(rig, "--fix");
  expect(fixed.checks.filter(({ level }) => level === "error")).toEqual([]);
  expect(fixed.checks).toContainEqual(
    expect.objectContaining({ name: "finished/2", message: "The record finished/2 cannot be read: set aside" }),
  );
  const after = await rig.status();
  expect(after).toMatchObject({ counts: { running: 1, succeeded: 1 } });
  expect(after?.pid).not.toBe(before);
  expect(isRunning(pid)).toBe(true);
  const again = await doctor(rig);
  expect(again).toMatchObject({ code: 0 });
  await rig.claudine("kill", String(slow));
});

test("a schedule whose zone is not known here is found with the reason; --fix sets it aside", async () => {
  const rig = await startDaemon();
  for (const name of ["lost", "good"]) await rig.claudine("schedule", "add", name, "--cron", "@daily", "true");
  await rig.down();
  await rewriteValue(rig.home, { table: "schedules", key: "lost" }, (value) => {
    const { spec, ...rest } = Schedule.parse(value);
    return { ...rest, spec: { ...spec, zone: "Europe/Atlantis" } };
  });
  await rig.up();
  expect((await rig.claudine("schedule", "list")).stderr).toContain("lost: it is not understood and never due");
  for (const verb of ["show", "pause", "remove"])
    expect((await rig.claudine("schedule", verb, "lost")).stderr).toContain("schedule lost is not understood");
  const twice = await rig.claudine("schedule", "add", "lost", "--cron", "@hourly", "true");
  expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining("schedule lost is not understood") });
  await rig.down();
  const message = 'Schedule lost is not understood: There is no time zone "Europe/Atlantis"';
  const found = await doctor(rig);
  expect(found.code).toBe(1);
  expect(found.checks).toContainEqual(expect.objectContaining({ name: "schedules/lost", level: "error", message }));
  const fixed = await doctor(rig, "--fix");
  expect(fixed.checks).toContainEqual(
    expect.objectContaining({ name: "schedules/lost", level: "warning", message: `${message}: set aside` }),
  );
  expect(await doctor(rig)).toMatchObject({ code: 0 });
  expect((await rig.claudine("schedule", "list", "-q")).stdout).toBe("good\n");
});

test("--fix starts no daemon where none ran, unless the doctor's own look does", async () => {
  const rig = await startDaemon({ daemon: false });
  await doctor(rig, "--fix", "--no-autostart");
  expect(await rig.status()).toBeUndefined();
});

test("files of no task are set aside, and what is open to others is closed", async () => {
  const rig = await startDaemon();
  await rig.ran("true");
  const runs = join(rig.home.stateDir, "runs");
  await mkdir(join(runs, "9"), { recursive: true });
  await writeFile(join(runs, "9/9001.1.stdout"), "of a task that is no more");
  await chmod(join(rig.home.stateDir, "store"), 0o755);
  const found = await doctor(rig);
  expect(found.code).toBe(1);
  expect(found.checks).toContainEqual(
    expect.objectContaining({ name: "runs", level: "warning", message: "1 run file belongs to no task" }),
  );
  await doctor(rig, "--fix");
  const aside = (await readdir(rig.home.stateDir)).filter((name) => name.startsWith("runs.aside-"));
  expect(aside).toHaveLength(1);
  expect(await readdir(join(rig.home.stateDir, aside[0] ?? "", "9"))).toEqual(["9001.1.stdout"]);
  expect((await stat(join(rig.home.stateDir, "store"))).mode & 0o777).toBe(0o700);
  expect(await doctor(rig)).toMatchObject({ code: 0 });
});

test("processes that a task left behind are listed, and those of running tasks are not", async () => {
  const rig = await startDaemon();
  const left = await rig.submit("setsid sleep 1000 & echo $! > left");
  const pid = await rig.pidIn("left");
  const words = () => readFile(`/proc/${pid}/cmdline`, "utf8");
  await until("it to have become sleep", async () => (await words()) === "sleep\x001000\x00");
  await rig.ended(left);
  const alive = await rig.submit("exec sleep 1000");
  await rig.started(alive);
  const { code, checks } = await doctor(rig);
  expect(checks.filter(({ name }) => name === "processes")).toEqual([
    {
      name: "processes",
      level: "warning",
      message: expect.stringMatching(new RegExp(`^Task ${left} has ended and left process \\d+ running: sleep 1000$`)),
      hint: expect.stringMatching(/^kill \d+ ends it, if it is not meant to go on$/),
    },
  ]);
  expect(code).toBe(0);
  expect(isRunning(pid)).toBe(true);
});
