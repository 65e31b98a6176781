import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { fileStream } from "./waiting-pipes.ts";

test("a pipe that does not wait for its reader gets everything, as it is read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pipe-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  const file = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(file));
  const bytes = Buffer.from("0123456789".repeat(30_000));
  const written = new Promise<void>((resolve) => fileStream(file).write(bytes, () => resolve()));
  const read: Buffer[] = [];
  while (Buffer.concat(read).length < bytes.length) {
    const piece = Buffer.alloc(65_536);
    read.push(piece.subarray(0, readUnlessEmpty(file, piece)));
    await setImmediate();
  }
  await written;
  expect(Buffer.concat(read).equals(bytes)).toBe(true);
});

test("what cannot be written is an error", async () => {
  const file = openSync("/dev/null", "r");
  onTestFinished(() => closeSync(file));
  const error = await new Promise((resolve) => fileStream(file).on("error", resolve).write("x"));
  expect(error).toMatchObject({ code: "EBADF" });
});

function readUnlessEmpty(file: number, into: Buffer): number {
  try {
    return readSync(file, into);
  } catch {
    return 0;
  }
}
