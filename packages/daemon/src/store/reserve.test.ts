import { mkdtempSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTables, type Tables } from "./open.ts";
import { createReserve } from "./reserve.ts";

let dir = "";
let tables: Tables;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "reserve-"));
  tables = openTables(dir);
});
afterEach(async () => {
  await tables.root.close();
  rmSync(dir, { recursive: true, force: true });
});

const file = () => statSync(join(dir, "data.mdb"));

test("is behind all that is in use, and taken again when commits have come to it", async () => {
  const reserve = createReserve(tables, dir);
  expect(reserve.take()).toBeUndefined();
  const first = file().size;
  expect(first).toBeGreaterThan(1_000_000);
  for (let index = 0; index < 200; index += 1) await tables.meta.put(`key ${index}`, "x".repeat(4000));
  expect(file().size).toBe(first);
  expect(reserve.take()).toBeUndefined();
  expect(file().size).toBeGreaterThan(first);
  reserve.close();
  await tables.root.close();
  tables = openTables(dir);
  for (let index = 0; index < 200; index += 1) expect(tables.meta.get(`key ${index}`)).toHaveLength(4000);
});

test("is space and not only size", () => {
  truncateSync(join(dir, "data.mdb"), file().size + 2_000_000);
  const reserve = createReserve(tables, dir);
  expect(reserve.take()).toBeUndefined();
  expect(file().blocks * 512).toBeGreaterThan(1_000_000);
  reserve.close();
});
