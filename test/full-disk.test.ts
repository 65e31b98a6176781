/** A disk that is really full: clear errors to new commands, nothing acknowledged is lost, and service by itself once there is room. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Rig, type RigOptions, startDaemon } from "./support/daemon.ts";
import { mountSmallDisk, type SmallDisk, whyNoDisk } from "./support/small-disk.ts";
import { isRunning } from "./support/process.ts";
import { refusalOf } from "./support/refusal.ts";
import { until } from "./support/until.ts";

const why = whyNoDisk();
if (why !== undefined) process.stderr.write(`The tests of a full disk are skipped: ${why}\n`);

const untilFile = (name: string) => `until [ -e ${name} ]; do sleep 0.01; done`;

type SmallRig = { rig: Rig; disk: SmallDisk };

/** A daemon whose state (`s`) or runtime folder (`r`) is on a disk of its own. */
async function startOnSmallDisk(
  folder: "s" | "r",
  options: RigOptions & { byCommand?: boolean } = {},
): Promise<SmallRig> {
  const rig = await startDaemon({ ...options, daemon: false });
  const disk = mountSmallDisk(join(rig.home.dir, folder), { mib: 4, ...(folder === "r" ? { inodes: 60 } : {}) });
  // A daemon that a command starts has its log on that disk.
  await (options.byCommand === true ? rig.claudine("daemon", "start") : rig.up());
  return { rig, disk };
}

/** Submits until one is refused. @returns the ids that were acknowledged, and the refusal */
async function submitUntilRefused(rig: Rig): Promise<{ ids: number[]; code: number | null; stderr: string }> {
  const ids: number[] = [];
  return until("a submit to be refused", async () => {
    const { code, stdout, stderr } = await rig.claudine("submit", "--no-autostart", "echo $CLAUDINE_TASK_ID >> ran");
    if (code !== 0) return { ids, code, stderr };
    ids.push(Number(stdout));
    return undefined;
  });
}

const REFUSED = /^claudine: Cannot write the state: No space left on device\n {2}hint: Free some space/;

describe.skipIf(why !== undefined)("with the state on a full disk", () => {
  test("new commands are refused, what runs ends with its exact exit code, what is queued runs once there is room", async () => {
    const { rig, disk } = await startOnSmallDisk("s", { config: "slots: 2\n" });
    const commands = [`${untilFile("go")}; exit 7`, `${untilFile("go")}; kill -9 $$`, `echo queued >> ran`];
    const [exits, dies, queued] = [await rig.submit(commands[0] ?? ""), await rig.submit(commands[1] ?? ""), 3];
    const pids = [(await rig.started(exits)).pid, (await rig.started(dies)).pid];
    expect(await rig.submit(commands[2] ?? "")).toBe(queued);
    disk.fill();
    const { ids, code, stderr } = await submitUntilRefused(rig);
    expect(code).toBe(74);
    expect(stderr).toMatch(REFUSED);
    expect(pids.map(isRunning)).toEqual([true, true]);
    await writeFile(rig.file("go"), "");
    await until("both to have ended", () => !pids.some(isRunning));
    expect((await rig.claudine("list", "--no-autostart")).code).toBe(0);
    expect((await rig.status())?.pid).toBe(rig.daemon?.pid);
    await until("the waiting task to say why", async () => {
      const { stdout } = await rig.claudine("explain", String(queued), "--no-autostart");
      return stdout.includes("waits until the daemon can write again: ");
    });

    disk.free();
    expect(await rig.ended(exits)).toMatchObject({ state: "failed", exitCode: 7, attempt: 1 });
    expect(await rig.ended(dies)).toMatchObject({ state: "failed", signal: "SIGKILL", attempt: 1 });
    for (const id of [queued, ...ids]) expect(await rig.ended(id)).toMatchObject({ state: "succeeded", attempt: 1 });
    expect((await rig.ran("echo fine")).stdout).toBe("fine\n");
    expect((await readFile(rig.file("ran"), "utf8")).split("\n").toSorted()).toEqual(
      ["", ...ids.map(String), "queued"].toSorted(),
    );
    expect((await rig.status())?.pid).toBe(rig.daemon?.pid);
  });

  test("a daemon killed there is not followed by another before there is room, and then nothing is lost", async () => {
    const { rig, disk } = await startOnSmallDisk("s");
    const id = await rig.submit(`${untilFile("go")}; exit 9`);
    const { pid } = await rig.started(id);
    disk.fill();
    const { ids } = await submitUntilRefused(rig);
    await rig.down("SIGKILL");
    await writeFile(rig.file("go"), "");
    await until("it to have ended", () => !isRunning(pid));
    const { code, stderr } = await rig.spawnDaemon().ended;
    expect(code).toBe(74);
    expect(refusalOf(stderr).message).toMatch(/^Cannot .*ENOSPC/);
    // Of its log there is only what the disk took.
    const command = await rig.claudine("list");
    expect(command.code).toBe(74);
    expect(command.stderr).toMatch(/^claudine: Cannot .*(?:ENOSPC|No space left)/);
    disk.free();
    await rig.up();
    expect(await rig.ended(id)).toMatchObject({ state: "failed", exitCode: 9, attempt: 1 });
    for (const one of ids) expect(await rig.ended(one)).toMatchObject({ state: "succeeded", attempt: 1 });
  });

  test("one that finds room for its lock and no more comes up: ends are noted, and what runs can be ended", async () => {
    const { rig, disk } = await startOnSmallDisk("s");
    const [exits, runs] = [await rig.submit(`${untilFile("go")}; exit 9`), await rig.submit("exec sleep 1000")];
    const { pid } = await rig.started(exits);
    await rig.started(runs);
    disk.fill();
    await submitUntilRefused(rig);
    await rig.down("SIGKILL");
    await writeFile(rig.file("go"), "");
    await until("it to have ended", () => !isRunning(pid));
    disk.spare(8 * 1024);
    await rig.up();
    expect(await rig.ended(exits)).toMatchObject({ state: "failed", exitCode: 9 });
    expect(await rig.claudine("kill", "--no-autostart", String(runs))).toMatchObject({ code: 0 });
    expect(await rig.claudine("submit", "--no-autostart", "true")).toMatchObject({ code: 74 });
    disk.free();
    await until(
      "a submit to be taken",
      async () => (await rig.claudine("submit", "--no-autostart", "true")).code === 0,
    );
  });

  test("what fills it without end can be ended, and everything else but new work is possible too", async () => {
    const { rig } = await startOnSmallDisk("s", { byCommand: true, config: "slots: 3\n" });
    const before = (await rig.status())?.pid;
    const fill = join(rig.home.dir, "s/fill");
    const [other, third] = [await rig.submit("exec sleep 1000"), await rig.submit("exec sleep 1000")];
    for (const id of [other, third]) await rig.started(id);
    const filling = `while :; do cat /dev/zero >> ${fill} 2>&- || sleep 0.001; done`;
    const filler = await rig.submit(`${untilFile("go")}; ${filling}`);
    const [queued, unwanted] = [await rig.submit("echo queued >> ran"), await rig.submit("echo unwanted >> ran")];
    await rig.started(filler);
    await writeFile(rig.file("go"), "");
    const { ids } = await submitUntilRefused(rig);
    expect(await rig.claudine("backup", join(rig.home.dir, "s/backup"))).toMatchObject({
      code: 74,
      stderr: expect.stringContaining("Cannot back up to"),
    });
    for (const verb of ["pause", "resume"])
      expect(await rig.claudine(verb, "--no-autostart", String(other))).toMatchObject({ code: 0 });
    expect(await rig.claudine("cancel", "--no-autostart", String(unwanted))).toMatchObject({ code: 0 });
    expect(await rig.claudine("kill", "--no-autostart", String(third), String(filler))).toMatchObject({ code: 0 });
    expect(await rig.show(filler)).toMatchObject({ state: "cancelled", signal: "SIGTERM" });
    // Its slot is free, but there is no room yet for what a run writes.
    expect(await rig.show(queued)).toMatchObject({ state: "queued" });
    expect(await rig.claudine("submit", "--no-autostart", "true")).toMatchObject({ code: 74 });
    expect((await rig.claudine("doctor")).stdout).toContain("No space left on device");

    await rm(fill);
    for (const id of [queued, ...ids]) expect(await rig.ended(id)).toMatchObject({ state: "succeeded", attempt: 1 });
    expect((await rig.ran("echo fine")).stdout).toBe("fine\n");
    expect(await rig.show(other)).toMatchObject({ state: "running", attempt: 1 });
    expect(await readFile(rig.file("ran"), "utf8")).not.toContain("unwanted");
    expect((await rig.status())?.pid).toBe(before);
  });
});

describe.skipIf(why !== undefined)("with the runtime folder on a full disk", () => {
  test("tasks are taken and run; one that needs a pipe there starts by itself once there is room", async () => {
    const { rig, disk } = await startOnSmallDisk("r");
    await rig.ran("true");
    disk.fill();
    expect((await rig.ran("echo fine; exit 3")).task).toMatchObject({ exitCode: 3 });
    const id = await rig.submit("--stdin", "read line; echo got $line");
    expect((await rig.ran("echo still fine")).stdout).toBe("still fine\n");
    expect((await rig.show(id)).startedAt).toBeNull();
    disk.free();
    await rig.started(id);
    await rig.claudine("send", String(id), "hello");
    await rig.ended(id);
    expect(await rig.output(id)).toBe("got hello\n");
  });

  test("a daemon cannot start there, says why, and starts once there is room", async () => {
    const { rig, disk } = await startOnSmallDisk("r");
    const id = await rig.submit(`${untilFile("go")}; exit 5`);
    await rig.started(id);
    await rig.down();
    disk.fill();
    const { code, stderr } = await rig.spawnDaemon().ended;
    expect(code).toBe(74);
    expect(refusalOf(stderr).message).toMatch(/^Cannot .*ENOSPC/);
    await writeFile(rig.file("go"), "");
    disk.free();
    await rig.up();
    expect(await rig.ended(id)).toMatchObject({ exitCode: 5 });
  });
});
