import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { takeLock } from "./lock.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "lock-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const process = (pid: number) => ({ pid, startTicks: `${pid}0`, bootId: "boot" });
const take = (pid: number, alive: readonly number[]) =>
  takeLock(dir, {
    what: "this folder",
    self: process(pid),
    socket: `/run/${pid}.sock`,
    isAlive: (one) => alive.includes(one.pid) && one.startTicks === `${one.pid}0` && one.bootId === "boot",
  });

test("one holds it at a time", () => {
  take(1, []);
  expect(() => take(2, [1])).toThrow(
    expect.objectContaining({
      code: "already_running",
      message: expect.stringContaining("(pid 1) serves this folder and listens on /run/1.sock"),
    }),
  );
  take(3, [2, 3]);
  expect(readdirSync(dir)).toEqual(["lock.2"]);
});

test("one that names no socket, as of an older version, holds it as well", () => {
  writeFileSync(join(dir, "lock.1"), JSON.stringify(process(7)));
  expect(() => take(2, [7])).toThrow(/\(pid 7\) serves this folder$/);
});

test("a reused pid does not hold it", () => {
  writeFileSync(join(dir, "lock.1"), JSON.stringify({ pid: 7, startTicks: "another start", bootId: "boot" }));
  take(2, [7]);
});

test.each(["", "{", "null", '{"pid":"x"}', "\0\0\0"])("a torn lock (%j) does not hold it", (text) => {
  writeFileSync(join(dir, "lock.9"), text);
  take(1, [1]);
  expect(readdirSync(dir)).toEqual(["lock.10"]);
});

test("left-over drafts and strange files are no hindrance", () => {
  writeFileSync(join(dir, "draft.5"), "x");
  writeFileSync(join(dir, "lock.x"), "x");
  take(5, [5]);
  expect(() => take(6, [5])).toThrow("pid 5");
});

test("numbers too large to count with, folders and FIFOs are no hindrance", () => {
  writeFileSync(join(dir, "lock.9007199254740993"), "x");
  writeFileSync(join(dir, `lock.${"9".repeat(100)}`), "x");
  mkdirSync(join(dir, "lock.5"));
  take(5, [5]);
  execFileSync("mkfifo", [join(dir, "lock.8")]);
  take(7, []);
  expect(() => take(8, [7])).toThrow("pid 7");
});
