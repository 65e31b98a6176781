import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { closeStdin, createStdinFifo, leaveInFifo, writeStdin } from "./stdin.ts";
import { openRig, processes, type Rig, until } from "./test-rig.ts";

async function startReader(rig: Rig, script: string) {
  const stdinPath = join(rig.dir, "1.1.in");
  await createStdinFifo(stdinPath);
  rig.start("1.1", ["sh", "-c", script], { stdinPath });
  const identity = await rig.started("1.1");
  await until(() => rig.stdout("1.1").includes("up"), "the task to be up");
  return { stdinPath, identity };
}

describe.each(["perl", "node"] as const)("the input of a task of the %s shim", (kind) => {
  test("takes text from one writer after the other and ends when it is closed", async () => {
    const rig = await openRig(kind);
    const { stdinPath, identity } = await startReader(rig, "echo up; exec cat");
    expect(writeStdin(stdinPath, Buffer.from("one\n"))).toEqual({ result: "written" });
    await until(() => rig.stdout("1.1").includes("one"), "the first line");
    expect(writeStdin(stdinPath, Buffer.from("two\n"))).toEqual({ result: "written" });
    await until(() => rig.stdout("1.1").includes("two"), "the second line");
    writeStdin(stdinPath, Buffer.from("last\n"));
    closeStdin(processes, stdinPath, identity);
    closeStdin(processes, stdinPath, identity);
    expect(await rig.ended("1.1")).toMatchObject({ exit: { exitCode: 0 } });
    expect(rig.stdout("1.1")).toBe("up\none\ntwo\nlast\n");
    expect(writeStdin(stdinPath, Buffer.from("x"))).toEqual({ result: "closed" });
  });

  test("that is not read fills up, and what did not fit is told", async () => {
    const rig = await openRig(kind);
    const { stdinPath } = await startReader(rig, "echo up; until [ -e go ]; do sleep 0.02; done");
    const big = Buffer.alloc(1 << 20, "x");
    const first = writeStdin(stdinPath, big);
    expect(first).toMatchObject({ result: "full" });
    expect(first.result === "full" && first.writtenBytes).toBeGreaterThan(4000);
    expect(writeStdin(stdinPath, big)).toEqual({ result: "full", writtenBytes: 0 });
  });

  test("that the task has closed has no reader, nor has that of an ended task", async () => {
    const rig = await openRig(kind);
    const { stdinPath } = await startReader(rig, "exec <&-; echo up; until [ -e go ]; do sleep 0.02; done");
    expect(writeStdin(stdinPath, Buffer.from("x"))).toEqual({ result: "no-reader" });
  });

  test("has no writer and no reader once the task has ended", async () => {
    const rig = await openRig(kind);
    const { stdinPath } = await startReader(rig, "echo up; read line; echo got $line");
    writeStdin(stdinPath, Buffer.from("it\n"));
    await rig.ended("1.1");
    expect(rig.stdout("1.1")).toBe("up\ngot it\n");
    await until(() => writeStdin(stdinPath, Buffer.from("x")).result === "no-reader", "the shim to let go");
  });
});

test("what does not fit into the input of a task that is to start is not left there in half", async () => {
  const rig = await openRig("perl");
  const path = join(rig.dir, "in");
  await createStdinFifo(path);
  expect(() => leaveInFifo(path, "x".repeat(70_000))).toThrow("Cannot leave 70000 bytes in the input of a task");
  leaveInFifo(path, "x".repeat(60_000)).close();
});

test("a FIFO for input is made for its user only", async () => {
  const rig = await openRig("perl");
  const path = join(rig.dir, "in");
  await createStdinFifo(path);
  expect(existsSync(path) && lstatSync(path).mode & 0o777).toBe(0o600);
  expect(writeStdin(path, Buffer.from("x"))).toEqual({ result: "no-reader" });
});
