import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkStoreFile, extendStoreFile } from "./file-check.ts";
import { openTables } from "./open.ts";

let dir = "";
let file = "";
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "file-"));
  const tables = openTables(join(dir, "store"));
  for (let index = 0; index < 200; index += 1) await tables.meta.put(`filler ${index}`, "x".repeat(200));
  await tables.root.close();
  file = join(dir, "store", "data.mdb");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("a store in use is sound; none and an empty one are new", () => {
  expect(checkStoreFile(file)).toMatchObject({ state: "sound", missingBytes: 0 });
  writeFileSync(join(dir, "empty"), "");
  expect(checkStoreFile(join(dir, "empty"))).toEqual({ state: "new" });
  expect(checkStoreFile(join(dir, "none"))).toEqual({ state: "new" });
});

test("says how much a cut file lacks, and fills it up so that it can be opened", async () => {
  const whole = readFileSync(file);
  writeFileSync(file, whole.subarray(0, 3 * 4096));
  const check = checkStoreFile(file);
  expect(check).toMatchObject({ state: "sound", missingBytes: whole.length - 3 * 4096 });
  extendStoreFile(file, whole.length);
  expect(checkStoreFile(file)).toMatchObject({ missingBytes: 0 });
});

test("any header that LMDB would trip over is refused, and none makes it throw", () => {
  const whole = readFileSync(file);
  fc.assert(
    fc.property(fc.nat(159), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, flip, second) => {
      const bytes = Buffer.from(whole);
      const place = at + (second ? 4096 : 0);
      bytes[place] = (bytes[place] ?? 0) ^ flip;
      writeFileSync(file, bytes);
      const { state } = checkStoreFile(file);
      if ((at >= 24 && at < 32) || (at >= 49 && at < 52)) expect(state).toBe("damaged");
      else expect(["sound", "damaged"]).toContain(state);
    }),
    { numRuns: 100 },
  );
});
