/** Writes single records of a store as bytes, while no daemon runs. */
import { join } from "node:path";
import { type DatabaseOptions, open } from "lmdb";
import type { Home } from "./home.ts";

/** The value of `key` in a table with numbers as keys, as it is and as `change` wants it. */
export async function rewriteRecord(
  home: Home,
  { table, key }: { table: "live" | "tasks" | "journal"; key: number },
  change: (bytes: Buffer) => Buffer,
): Promise<void> {
  const root = open({ path: join(home.stateDir, "store"), maxDbs: 16 });
  const records = root.openDB<Buffer, number>({ name: table, encoding: "binary", ...keysOf(table) });
  const bytes = records.get(key);
  if (bytes === undefined) throw new Error(`${table} has no ${key}`);
  await records.put(key, change(Buffer.from(bytes)));
  await root.close();
}

type ValueTable = "live" | "tasks" | "meta" | "schedules";

/** The same for values that are objects; `change` gets and gives them. */
export async function rewriteValue(
  home: Home,
  { table, key }: { table: ValueTable; key: number | string },
  change: (value: unknown) => unknown,
): Promise<void> {
  const root = open({ path: join(home.stateDir, "store"), maxDbs: 16 });
  const options = { name: table, encoder: { useRecords: false }, ...keysOf(table) };
  const values = root.openDB<unknown, number | string>(options);
  await values.put(key, change(values.get(key)));
  await root.close();
}

/** The value as it is now. */
export async function readValue(home: Home, at: { table: ValueTable; key: number | string }): Promise<unknown> {
  let found: unknown;
  await rewriteValue(home, at, (value) => (found = value));
  return found;
}

function keysOf(table: string): Pick<DatabaseOptions, "keyEncoding"> {
  return table === "live" || table === "tasks" ? { keyEncoding: "uint32" } : {};
}
