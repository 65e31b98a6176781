/** A table without knowing what is in it, for what walks over all of them. */
import type { Database, Key } from "lmdb";
import type { Tables } from "./open.ts";

export function tableOf(tables: Tables, name: keyof Tables): Database<unknown, Key> {
  return tables[name];
}
