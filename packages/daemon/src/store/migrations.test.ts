import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isFinished, type TaskState } from "@claudine/protocol";
import { asBinary, open } from "lmdb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkStore } from "./check.ts";
import { SCHEMA } from "./schema.ts";
import { openTables, type Tables } from "./open.ts";
import { copyTable, TABLE_NAMES } from "./salvage.ts";

const GOLDEN = join(import.meta.dirname, "../../../../test/data/state-v1");
const ROWS = JSON.parse(readFileSync(join(GOLDEN, "tasks.json"), "utf8")) as [number, string, TaskState][];

let dir = "";
const opened: Tables[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "migrations-"));
  cpSync(join(GOLDEN, "store"), join(dir, "store"), { recursive: true });
});
afterEach(async () => {
  for (const tables of opened.splice(0)) await tables.root.close();
  rmSync(dir, { recursive: true, force: true });
});

function openHere(name = "store", options = {}): Tables {
  const tables = openTables(join(dir, name), options);
  opened.push(tables);
  return tables;
}

function idsOf(wanted: (state: TaskState) => boolean): number[] {
  return ROWS.flatMap(([id, , state]) => (wanted(state) ? [id] : []));
}

test("version 1: what is not finished gets a table of its own, and nothing is wrong afterwards", () => {
  const old = openHere("store", { upgrade: false });
  const head = old.meta.get("head");
  const before = new Map([...old.finished.getRange()].map(({ key, value }) => [key, value]));
  const tables = openHere();
  expect(tables.meta.get("schema")).toBe(SCHEMA);
  expect([...tables.live.getKeys()]).toEqual(idsOf((state) => !isFinished(state)));
  expect([...tables.finished.getKeys()]).toEqual(idsOf(isFinished));
  for (const { key, value } of [...tables.live.getRange(), ...tables.finished.getRange()])
    expect(value).toEqual(before.get(key));
  expect(tables.root.get("head")).toEqual(head);
  expect(checkStore(tables).damages).toEqual([]);
  expect([...tables.envUses.getRange()].reduce((sum, { value }) => sum + value, 0)).toBe(ROWS.length);
});

test("version 1: a record that cannot be read stays as it is; one that the index has in a wrong state too", async () => {
  const old = openHere("store", { upgrade: false });
  const [broken = 0] = idsOf((state) => state === "held");
  const [done = 0] = idsOf((state) => state === "succeeded");
  const bytes = Buffer.from([0xc1, 0xff, 0x00]);
  const raw = open({ path: join(dir, "store"), maxDbs: 16, noSubdir: false });
  await raw.openDB<unknown, number>({ name: "tasks", keyEncoding: "uint32" }).put(broken, asBinary(bytes));
  await raw.close();
  await old.byState.put(["queued", done], true);
  const tables = openHere();
  expect(Buffer.from(tables.live.getBinary(broken) ?? "")).toEqual(bytes);
  expect(tables.live.doesExist(done)).toBe(false);
  expect(tables.finished.get(done)?.status.state).toBe("succeeded");
});

test("version 1: copied from damaged pages as it is, then brought up to date", async () => {
  for (const table of TABLE_NAMES)
    await copyTable({ from: join(dir, "store"), to: join(dir, "fresh"), table, reverse: false, piece: 200 });
  expect(openHere("store", { upgrade: false }).meta.get("schema")).toBe(1);
  const tables = openHere("fresh");
  expect([...tables.live.getKeys()]).toEqual(idsOf((state) => !isFinished(state)));
  // The references are in a table of that version only: environments stay until a repair has counted their tasks.
  expect(new Set(checkStore(tables).damages.map(({ kind }) => kind))).toEqual(new Set(["uses"]));
  expect([...tables.envs.getKeys()]).not.toEqual([]);
  expect([...tables.envUses.getKeys()]).toEqual([]);
});
