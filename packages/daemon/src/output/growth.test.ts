import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLog } from "../log.ts";
import type { Punch } from "./cut.ts";
import { createRunFolders } from "./files.ts";
import { readGaps } from "./gaps.ts";
import { createGrowth, type Growth, type WatchedRun } from "./growth.ts";

let dir = "";
let run: WatchedRun;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "growth-"));
  const runs = createRunFolders(dir);
  runs.prepare(7);
  run = { id: 7, attempt: 1, files: runs.files(7, 1), limit: { maxBytes: 1000, whenFull: "truncate-middle" } };
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function growthWith(punch: Punch): Growth {
  return createGrowth({
    punch,
    freeBytes: () => 0,
    tooMuch: () => undefined,
    intervalMs: 10,
    wall: Date.now,
    log: createLog("error", () => undefined),
  });
}

const write = (bytes: number) => writeFileSync(run.files.stdout, Buffer.alloc(bytes, "x"), { flag: "a" });
const GAP = { from: 500, to: 99_500 };

test("what could not be given back while it ran is tried again at the end, also when nothing more was written", async () => {
  const punch = vi.fn<Punch>(() => Promise.resolve(false));
  const growth = growthWith(punch);
  write(100_000);
  growth.track(run);
  await expect.poll(() => punch.mock.calls.length).toBeGreaterThan(0);
  expect(readGaps(run.files.gaps).stdout).toEqual(GAP);
  punch.mockClear();
  expect(await growth.ended(run)).toEqual({ bytes: 100_000, isOver: true });
  expect(punch).toHaveBeenCalledWith(run.files.stdout, GAP);
});

test("what a daemon noted and died before giving back is given back by the next one", async () => {
  const punch = vi.fn<Punch>(() => Promise.resolve(false));
  const first = growthWith(punch);
  write(100_000);
  first.track(run);
  await expect.poll(() => punch.mock.calls.length).toBeGreaterThan(0);
  first.close();
  const again = vi.fn<Punch>(() => Promise.resolve(true));
  expect(await growthWith(again).ended(run)).toEqual({ bytes: 1000, isOver: false });
  expect(again).toHaveBeenCalledWith(run.files.stdout, GAP);
});

test("what was given back once is not given back again", async () => {
  const punch = vi.fn<Punch>(() => Promise.resolve(true));
  const growth = growthWith(punch);
  write(100_000);
  growth.track(run);
  await expect.poll(() => punch.mock.calls.length).toBeGreaterThan(0);
  expect(await growth.ended(run)).toEqual({ bytes: 1000, isOver: false });
  expect(punch).toHaveBeenCalledTimes(1);
});
