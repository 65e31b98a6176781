import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchLog } from "./watch.ts";

const FOREVER_MS = 2 ** 30;
let dir = "";
let path = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "watch-"));
  path = join(dir, "log");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("a change that came before the wait is not missed", async () => {
  writeFileSync(path, "");
  const watch = watchLog(path);
  appendFileSync(path, "x");
  await watch.changed(FOREVER_MS);
  watch.poke();
  await watch.changed(FOREVER_MS);
  watch.close();
});

test("a file that is not there yet is looked for again", async () => {
  const watch = watchLog(path);
  await watch.changed(FOREVER_MS);
  writeFileSync(path, "");
  await watch.changed(FOREVER_MS);
  const woken = watch.changed(FOREVER_MS);
  appendFileSync(path, "x");
  await woken;
  watch.close();
});

test("a poke ends a wait, and so does time", async () => {
  const watch = watchLog(undefined);
  const woken = watch.changed(FOREVER_MS);
  watch.poke();
  await woken;
  await watch.changed(1);
  expect(() => watch.close()).not.toThrow();
});
