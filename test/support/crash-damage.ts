/** Damages what is on the disk, in ways that can be told beforehand. No daemon may run. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { open } from "lmdb";
import type { Rig } from "./daemon.ts";

const PAGE_BYTES = 4096;
/** In the header of an LMDB page. */
const FLAGS_AT = 18;
const LEAF = 2;

export function storeFile(rig: Rig): string {
  return join(rig.home.stateDir, "store/data.mdb");
}

/** Fills with zeros every leaf page on which the record of a task is that has `label`. @returns how many */
export async function damagePages(rig: Rig, label: string, file = storeFile(rig)): Promise<number> {
  return damageLeaves(file, [label, "status"]);
}

/** Fills with zeros every leaf page that has all of these words on it. @returns how many */
export async function damageLeaves(file: string, words: readonly string[]): Promise<number> {
  const bytes = await readFile(file);
  let damaged = 0;
  for (let at = 0; at < bytes.length; at += PAGE_BYTES) {
    const page = bytes.subarray(at, at + PAGE_BYTES);
    if (page.readUInt16LE(FLAGS_AT) !== LEAF || !words.every((word) => page.includes(word))) continue;
    page.fill(0);
    damaged += 1;
  }
  await writeFile(file, bytes);
  return damaged;
}

type Change = { table: "live"; key: number; bytes: Buffer };

/** Overwrites the record of a task with other bytes. */
export async function spoilRecord(rig: Rig, { table, key, bytes }: Change): Promise<void> {
  const root = open({ path: join(rig.home.stateDir, "store"), maxDbs: 16, noSubdir: false });
  await root.openDB<Buffer, number>({ name: table, keyEncoding: "uint32", encoding: "binary" }).put(key, bytes);
  await root.close();
}
