/** Lists what a run has left in its folder of artifacts, in the order of names, in memory of a fixed size. Follows no link. */
import type { Dirent, Stats } from "node:fs";
import { lstat, opendir } from "node:fs/promises";
import type { Artifact } from "@claudine/protocol";
import { nameOf, pathOf } from "./artifact-names.ts";
import { holdFolder, type HeldFolder } from "./held-folder.ts";

export type Listed = { parts: readonly string[]; artifact: Artifact };

/** Below it, and where names could become longer than can be asked for, folders are named and not entered. */
const DEPTH_MAX = 64;
const NAME_BYTES_MAX = 4096 - 256;
const STATS_AT_ONCE = 64;

type Wanted = { after: readonly string[]; limit: number; closed: AbortSignal };

/** At most `limit`, those that come after `after`. Nothing where there is no folder. */
export async function listArtifacts(folder: string, wanted: Wanted): Promise<Listed[]> {
  const found: Listed[] = [];
  const page = { ...wanted, folder: Buffer.from(folder) };
  if ((await statOf(page.folder))?.isDirectory() !== true) return found;
  for await (const one of enter([], page)) if (found.push(one) >= wanted.limit) break;
  return found;
}

/** `folder` is the path by which the system knows the one that is entered; `after` is within it. */
type Page = Wanted & { folder: Buffer };

async function* enter(parts: readonly string[], page: Page): AsyncGenerator<Listed> {
  const held = await hold(page.folder);
  if (held === "refused") yield unreadable(parts);
  if (typeof held === "string") return;
  try {
    yield* walk(parts, { ...page, folder: held.path });
  } finally {
    await held.release();
  }
}

async function* walk(parts: readonly string[], page: Page): AsyncGenerator<Listed> {
  const { folder, after, limit, closed } = page;
  const [first, ...rest] = after;
  let from = first;
  // What the cursor lies in is entered again.
  let isInside = rest.length > 0;
  while (!closed.aborted) {
    const names = await namesFrom(folder, { from, isIncluded: isInside, limit });
    if (names === undefined) return yield unreadable(parts);
    for (let start = 0; start < names.length; start += STATS_AT_ONCE) {
      const some = names.slice(start, start + STATS_AT_ONCE);
      const stats = await Promise.all(some.map((name) => statOf(pathOf(folder, [name]))));
      for (const [index, stat] of stats.entries()) {
        const name = some[index];
        if (stat === undefined || name === undefined) continue;
        const isCursor = isInside && name === from;
        yield* show({ parts: [...parts, name], stat }, { ...page, after: isCursor ? rest : [] });
      }
    }
    if (names.length < limit) return;
    from = names.at(-1);
    isInside = false;
  }
}

type Entry = { parts: readonly string[]; stat: Stats };

async function* show({ parts, stat }: Entry, page: Page): AsyncGenerator<Listed> {
  if (stat.isDirectory() && isEntered(parts))
    return yield* enter(parts, { ...page, folder: pathOf(page.folder, parts.slice(-1)) });
  // A folder that became a file since is listed once more.
  const { name, isText } = nameOf(parts);
  const kind = isText ? kindOf(stat) : "misnamed";
  yield { parts, artifact: { name, kind, bytes: stat.size, modifiedAt: Math.max(0, Math.round(stat.mtimeMs)) } };
}

function isEntered(parts: readonly string[]): boolean {
  return parts.length <= DEPTH_MAX && parts.join("/").length <= NAME_BYTES_MAX;
}

async function hold(path: Buffer): Promise<HeldFolder | "gone" | "refused"> {
  try {
    return await holdFolder(path);
  } catch (error) {
    if (isGone(error)) return "gone";
    if (isRefused(error)) return "refused";
    throw error;
  }
}

function unreadable(parts: readonly string[]): Listed {
  return { parts, artifact: { name: nameOf(parts).name, kind: "folder", bytes: 0, modifiedAt: 0 } };
}

function kindOf(stat: Stats): Artifact["kind"] {
  if (stat.isFile()) return "file";
  if (stat.isSymbolicLink()) return "link";
  if (stat.isDirectory()) return "folder";
  if (stat.isFIFO()) return "fifo";
  return stat.isSocket() ? "socket" : "device";
}

type Range = { from: string | undefined; isIncluded: boolean; limit: number };

/** The first `limit` names of a folder, in their order; undefined when it may not be read. */
async function namesFrom(path: Buffer, { from, isIncluded, limit }: Range): Promise<string[] | undefined> {
  let names: string[] = [];
  const cut = () => {
    names = names.toSorted(byBytes).slice(0, limit);
  };
  try {
    // `latin1` keeps the bytes of names, whatever they are.
    const folder = await opendir(path, { encoding: "latin1", bufferSize: 1000 });
    for await (const { name } of folder as AsyncIterable<Dirent>) {
      if (from !== undefined && (name < from || (name === from && !isIncluded))) continue;
      if (names.push(name) >= limit * 2 + 1000) cut();
    }
  } catch (error) {
    if (isGone(error)) return [];
    if (isRefused(error)) return undefined;
    throw error;
  }
  cut();
  return names;
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

async function statOf(path: Buffer): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isGone(error) || isRefused(error)) return undefined;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return hasCode(error, ["ENOENT", "ENOTDIR", "ENAMETOOLONG"]);
}

function isRefused(error: unknown): boolean {
  return hasCode(error, ["EACCES", "EPERM"]);
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
