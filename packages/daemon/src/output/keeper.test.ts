import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLog } from "../log.ts";
import { createRunFolders, type RunFolders } from "./files.ts";
import { createKeeper } from "./keeper.ts";

let dir = "";
let runs: RunFolders;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "keeper-"));
  runs = createRunFolders(dir);
  runs.prepare(1);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const BYTES = 100_000;
const isThere = (id: number) => existsSync(runs.files(id, 1).stdout);

test("what is too much goes soon, also when a sweep that had nothing to do has just been", async () => {
  const keeper = createKeeper({
    stateDir: dir,
    runs,
    rules: { compressAfterMs: 3_600_000, keepMs: undefined, keepLast: 0, maxTotalBytes: 2.5 * BYTES },
    needed: () => () => false,
    freeBytes: () => Number.POSITIVE_INFINITY,
    wall: Date.now,
    log: createLog("error", () => undefined),
  });
  const since = Date.now() / 1000 - 100;
  for (const id of [1, 2, 3, 4]) {
    const { stdout } = runs.files(id, 1);
    writeFileSync(stdout, Buffer.alloc(BYTES, "x"));
    utimesSync(stdout, since + id, since + id);
    await keeper.ended({ id, attempt: 1, bytes: BYTES, pack: false });
    if (id > 2) await expect.poll(() => isThere(id - 2)).toBe(false);
  }
  expect([1, 2, 3, 4].filter(isThere)).toEqual([3, 4]);
  await keeper.close();
});
