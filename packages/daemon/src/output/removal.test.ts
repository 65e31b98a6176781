import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLog } from "../log.ts";
import { createRunFolders, type RunFolders } from "./files.ts";
import { createRemoval } from "./removal.ts";

let dir = "";
let runs: RunFolders;
const said: string[] = [];
const log = createLog("warn", (line) => said.push(line));
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "removal-"));
  said.length = 0;
  runs = createRunFolders(dir);
  runs.prepare(7);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const put = (...names: string[]) => names.forEach((name) => writeFileSync(join(dir, "runs/0", name), "x"));
const left = () => readdirSync(join(dir, "runs/0")).toSorted();

test("all files of all runs go, those of others stay", async () => {
  put("7.1.record", "7.1.stdout", "7.1.gaps", "7.2.record", "7.2.stderr.zst", "7.2.stdout.zst.tmp", "7.2.index.tmp");
  put("8.1.record", "8.1.stdout", "77.1.record");
  const removal = createRemoval({ runs, log });
  removal.add(7, 2);
  removal.add(8, 1);
  await removal.close();
  expect(left()).toEqual(["77.1.record"]);
  expect(said).toEqual([]);
});

test("a folder in the place of a file stays, is told, and everything else goes", async () => {
  put("7.1.record", "7.1.stderr", "8.1.record");
  mkdirSync(join(dir, "runs/0/7.1.stdout"));
  const removal = createRemoval({ runs, log });
  removal.add(7, 1);
  removal.add(8, 1);
  await removal.close();
  expect(left()).toEqual(["7.1.stdout"]);
  expect(said).toEqual([expect.stringContaining("A file of a removed task could not be removed")]);
});
