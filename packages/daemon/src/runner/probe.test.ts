/** Programs that are asked for a few words, and what becomes of those that say too much. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isRunning } from "./identity.ts";
import { probe } from "./probe.ts";
import { processes, until } from "./test-rig.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "probe-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

const ask = (script: string) =>
  probe("/bin/sh", ["-c", script], { env: { PATH: process.env["PATH"] ?? "/bin" }, cwd: dir });

test("both streams and the exit code; nothing is there to be read", async () => {
  expect(await ask("cat; echo 1.2.3; echo warned >&2; exit 3")).toEqual({
    code: 3,
    text: expect.stringMatching(/^(1\.2\.3\nwarned\n|warned\n1\.2\.3\n)$/),
  });
});

test.for(["kill -9 $$", "head -c 70000 /dev/zero"])("no answer: %s", async (script) => {
  expect(await ask(script)).toBeUndefined();
});

test("what cannot be started answers nothing", async () => {
  expect(await probe("/nonexistent", [], { env: {}, cwd: dir })).toBeUndefined();
  expect(await probe("/bin/true", ["\0"], { env: {}, cwd: dir })).toBeUndefined();
});

test("who says too much is ended with all that it has started", async () => {
  const file = join(dir, "pid");
  expect(await ask("sleep 1000 & echo $! > pid.new; mv pid.new pid; yes; :")).toBeUndefined();
  expect(existsSync(file)).toBe(true);
  const pid = Number(readFileSync(file, "utf8"));
  const isGone = (stat = processes.read(pid)): boolean => stat === undefined || !isRunning(stat);
  await until(() => isGone(), "what it has started to be gone");
});
