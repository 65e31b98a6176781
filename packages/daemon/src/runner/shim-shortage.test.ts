import { execFileSync, spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readRecord } from "./record.ts";
import { openLauncher, openRig, processes, specIn, until } from "./test-rig.ts";

const hasPrlimit = existsSync("/usr/bin/prlimit");

describe.each(["perl", "node"] as const)("the %s shim", (kind) => {
  test("refuses a record whose folder is missing", async () => {
    const rig = await openRig(kind);
    rig.start("1.1", ["sh", "-c", ": >ran"], { recordPath: join(rig.dir, "no/record") });
    await until(() => rig.facts.length > 0, "a note");
    expect(rig.facts).toEqual([{ type: "not-started", runKey: "1.1", errno: "ENOENT" }]);
    expect(existsSync(join(rig.dir, "ran"))).toBe(false);
  });

  test("needs no reader of its notes", async () => {
    const rig = await openRig(kind);
    rmSync(rig.fifo);
    rig.start("1.1", ["true"]);
    await rig.ended("1.1");
    execFileSync("mkfifo", [rig.fifo]);
    rig.start("2.1", ["true"]);
    await rig.ended("2.1");
    rig.start("3.1", ["true"]);
    expect(await rig.ended("3.1")).toMatchObject({ exit: { exitCode: 0 } });
  });

  // Node's descriptors have gaps, so only of perl is it known which limit leaves one.
  test.runIf(hasPrlimit && kind === "perl")(
    "that has too few descriptors does not run the command and says so",
    async () => {
      const rig = await openRig(kind);
      rig.start("1.1", ["sh", "-c", "until [ -e go ]; do sleep 0.02; done"]);
      await rig.started("1.1");
      const pid = String(rig.launcher.pid);
      // Until it waits for what comes next it has some open that belong to the start.
      await until(() => processes.read(Number(pid))?.state === "S", "the shim to wait");
      const inUse = readdirSync(`/proc/${pid}/fd`).length;
      execFileSync("prlimit", ["--pid", pid, `--nofile=${inUse + 1}:4096`]);
      rig.start("2.1", ["sh", "-c", ": >ran"]);
      await until(() => rig.facts.length > 0, "the refusal");
      expect(rig.facts).toEqual([{ type: "not-started", runKey: "2.1", errno: "EMFILE" }]);
      expect(rig.record("2.1").state).toBe("missing");
      writeFileSync(join(rig.dir, "go"), "");
      expect(await rig.ended("1.1")).toMatchObject({ exit: { exitCode: 0 } });
      expect(existsSync(join(rig.dir, "ran"))).toBe(false);
    },
  );

  test("on a full disk runs nothing it could not record, and loses no end", async ({ skip }) => {
    const rig = await openRig(kind);
    const disk = join(rig.dir, "disk");
    skip(!mountSmallDisk(disk), "mounting a small disk needs root");
    onTestFinished(() => void execFileSync("umount", ["-l", disk]));
    const { recordPath } = rig.start("1.1", ["sh", "-c", "until [ -e go ]; do sleep 0.02; done; exit 3"], {
      recordPath: join(disk, "1"),
    });
    await until(() => readRecord(recordPath).state === "started", "the run to start");
    execFileSync("sh", ["-c", `cat /dev/zero >${disk}/filler 2>/dev/null || true`]);
    rig.start("2.1", ["sh", "-c", ": >ran"], { recordPath: join(disk, "2") });
    await until(() => rig.facts.some((fact) => fact.type === "not-started"), "the refusal");
    expect(rig.facts).toEqual([{ type: "not-started", runKey: "2.1", errno: "ENOSPC" }]);
    expect(existsSync(join(rig.dir, "ran")) || existsSync(join(disk, "2"))).toBe(false);
    writeFileSync(join(rig.dir, "go"), "");
    await until(() => rig.facts.length === 2, "the end");
    expect(readRecord(recordPath)).toMatchObject({ state: "ended", exit: { exitCode: 3 } });
  });

  // Node itself dies of the signal that comes with a write beyond the limit, so only perl can be brought to this.
  test.runIf(hasPrlimit && kind === "perl")("tells an end that the disk refuses until it is on record", async () => {
    const rig = await openRig(kind);
    rig.start("1.1", ["sh", "-c", "until [ -e go ]; do sleep 0.02; done; exit 3"]);
    await rig.started("1.1");
    const pid = String(rig.launcher.pid);
    execFileSync("prlimit", ["--pid", pid, "--fsize=0:unlimited"]);
    writeFileSync(join(rig.dir, "go"), "");
    await until(() => rig.facts.filter((fact) => fact.type === "ended").length >= 2, "the end to be told twice");
    expect(rig.facts[0]).toMatchObject({
      type: "ended",
      runKey: "1.1",
      end: { exit: { kind: "exited", exitCode: 3 } },
    });
    expect(rig.record("1.1").state).toBe("started");
    rig.start("2.1", ["sh", "-c", ": >ran"]);
    await until(() => rig.facts.some((fact) => fact.type === "not-started" && fact.errno === "EFBIG"), "the refusal");
    execFileSync("prlimit", ["--pid", pid, "--fsize=unlimited:unlimited"]);
    expect(await rig.ended("1.1")).toMatchObject({ state: "ended", exit: { exitCode: 3 } });
    expect(rig.record("2.1").state).toBe("missing");
    expect(existsSync(join(rig.dir, "ran"))).toBe(false);
  });
});

test("a full FIFO holds nothing up, and its notes come when there is room", async () => {
  for (const kind of ["perl", "node"] as const) {
    const rig = await openRig(kind);
    const fifo = join(rig.dir, "full.fifo");
    execFileSync("mkfifo", [fifo]);
    const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    const filler = Buffer.alloc(4096, "x");
    while (written(fd, filler));
    const launcher = openLauncher(kind, fifo);
    const keys = Array.from({ length: 20 }, (_, n) => `${n}.1`);
    for (const key of keys) launcher.start(specIn(rig.dir, key, ["true"]));
    for (const key of keys) await rig.ended(key);
    let read = "";
    await until(() => {
      read += drained(fd);
      return keys.every((key) => read.includes(`${key}\n`));
    }, "all notes");
    launcher.close();
    closeSync(fd);
  }
});

function mountSmallDisk(path: string): boolean {
  mkdirSync(path);
  return spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", path], { stdio: "ignore" }).status === 0;
}

function written(fd: number, bytes: Buffer): boolean {
  try {
    return writeSync(fd, bytes) > 0;
  } catch {
    return false;
  }
}

function drained(fd: number): string {
  const buffer = Buffer.alloc(65_536);
  try {
    return buffer.toString("latin1", 0, readSync(fd, buffer));
  } catch {
    return "";
  }
}
