import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addSighting, readIndex, readIndexNow, type Sighting, thinned } from "./run-index.ts";

let dir = "";
let path = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "index-"));
  path = join(dir, "1.1.index");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const sighting = (at: number): Sighting => ({ at, stdout: at * 2, stderr: 0 });

test("what is added is read again", async () => {
  expect(await readIndex(path)).toEqual([]);
  expect(addSighting(path, sighting(5), 0)).toBe(1);
  addSighting(path, sighting(6), 1);
  expect(await readIndex(path)).toEqual([sighting(5), sighting(6)]);
});

test("a torn end and zeroes are no sightings", () => {
  addSighting(path, sighting(5), 0);
  addSighting(path, sighting(6), 1);
  truncateSync(path, 40);
  expect(readIndexNow(path)).toEqual([sighting(5)]);
  writeFileSync(path, Buffer.concat([readFileSync(path).subarray(0, 24), Buffer.alloc(24)]));
  expect(readIndexNow(path)).toEqual([sighting(5)]);
});

test("what comes after a torn record is read", () => {
  addSighting(path, sighting(5), 0);
  addSighting(path, sighting(6), 1);
  truncateSync(path, 40);
  addSighting(path, sighting(7), 1);
  addSighting(path, sighting(8), 2);
  expect(readIndexNow(path)).toEqual([sighting(5), sighting(7), sighting(8)]);
});

test("a clock that is set back makes nothing older", () => {
  addSighting(path, { at: 10, stdout: 1, stderr: 0 }, 0);
  addSighting(path, { at: 5, stdout: 2, stderr: 0 }, 1);
  expect(readIndexNow(path).map(({ at }) => at)).toEqual([10, 10]);
});

test("what a task has cut off its own output is not older than what it writes then", () => {
  addSighting(path, { at: 1, stdout: 100, stderr: 5 }, 0);
  addSighting(path, { at: 2, stdout: 10, stderr: 5 }, 1);
  addSighting(path, { at: 3, stdout: 50, stderr: 5 }, 2);
  expect(readIndexNow(path).map(({ stdout }) => stdout)).toEqual([10, 10, 50]);
});

test("a very long run is known exactly where it is young and roughly where it is old", () => {
  const many = Array.from({ length: 20_000 }, (_, index) => sighting(index + 1));
  const thin = thinned(many);
  expect(thin).toHaveLength(8192 + (20_000 - 8192) / 2);
  expect(thin.slice(-8192)).toEqual(many.slice(-8192));
});

test("the index does not grow for ever", () => {
  let count = 32_768;
  writeFileSync(path, Buffer.concat(Array.from({ length: count }, (_, index) => bytesOf(sighting(index + 1)))));
  count = addSighting(path, sighting(40_000), count);
  expect(count).toBeLessThan(21_000);
  expect(readIndexNow(path)).toHaveLength(count);
  expect(readIndexNow(path).at(-1)).toEqual(sighting(40_000));
});

function bytesOf({ at, stdout, stderr }: Sighting): Buffer {
  return Buffer.from(new Float64Array([at, stdout, stderr]).buffer);
}
