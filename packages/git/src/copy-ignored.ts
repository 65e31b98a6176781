/** Copies ignored files that a fresh worktree lacks, as `.env`, from the checkout it was made of. */
import { constants, existsSync } from "node:fs";
import { copyFile, lstat, mkdir, readlink, rename, rm, stat as statOf, symlink } from "node:fs/promises";
import { dirname, isAbsolute, resolve } from "node:path";
import type { Git } from "./run-git.ts";

export type CopyWish = { from: string; to: string; patterns: readonly string[] };

const SLASH = Buffer.from("/");
/** Beside the file, so that it gets its name whole or not at all. */
const PART = Buffer.from(".claudine-part");

/** What is there already stays. @returns how many were copied */
export async function copyIgnored(git: Git, { from, to, patterns }: CopyWish): Promise<number> {
  if (patterns.length === 0 || !existsSync(from)) return 0;
  const list = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", ...patterns.map(pathspec)];
  const names = split(await git.at(from).read(list));
  let count = 0;
  for (const name of names) count += Number(await copyOne({ from, to }, name));
  return count;
}

/** As a line of a .gitignore: without a slash in any folder, with one from the top. */
function pathspec(pattern: string): string {
  const path = pattern.replace(/^\//, "").replace(/\/$/, "/**");
  return path.includes("/") || pattern.startsWith("/") ? `:(top,glob)${path}` : `:(top,glob)**/${path}`;
}

/** Names are bytes: not all are UTF-8. */
function split(list: Buffer): Buffer[] {
  const names: Buffer[] = [];
  for (let from = 0, end = list.indexOf(0); end !== -1; from = end + 1, end = list.indexOf(0, from))
    names.push(list.subarray(from, end));
  return names;
}

function join(folder: string, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(folder), SLASH, name]);
}

async function copyOne(place: { from: string; to: string }, name: Buffer): Promise<boolean> {
  const [from, to] = [join(place.from, name), join(place.to, name)];
  const stat = await lstat(from).catch(() => undefined);
  const isThere = (await lstat(to).catch(() => undefined)) !== undefined;
  if (stat === undefined || isThere || !(stat.isFile() || stat.isSymbolicLink())) return false;
  if (await leadsOut(place.to, name)) return false;
  const part = Buffer.concat([to, PART]);
  await mkdir(to.subarray(0, to.lastIndexOf(SLASH)), { recursive: true });
  await rm(part, { force: true });
  if (stat.isSymbolicLink()) await copyLink(place, { from, part });
  else await copyFile(from, part, constants.COPYFILE_FICLONE);
  await rename(part, to);
  return true;
}

/** A folder on the way that is a link, or a file, on the branch. */
async function leadsOut(to: string, name: Buffer): Promise<boolean> {
  for (let end = name.indexOf(SLASH); end !== -1; end = name.indexOf(SLASH, end + 1)) {
    const stat = await lstat(join(to, name.subarray(0, end))).catch(() => undefined);
    if (stat === undefined) return false;
    if (!stat.isDirectory()) return true;
  }
  return false;
}

/**
 * A relative link within the checkout stays one. Any other would lead a task that writes to the file out of its worktree,
 * or nowhere: it becomes the file that it leads to. To a folder it leads as before.
 */
async function copyLink(place: { from: string }, { from, part }: { from: Buffer; part: Buffer }): Promise<void> {
  const target = await readlink(from, "buffer");
  const top = `${latin1(Buffer.from(place.from))}/`;
  const end = resolve(dirname(latin1(from)), latin1(target));
  if (!isAbsolute(latin1(target)) && end.startsWith(top)) return symlink(target, part);
  const stat = await statOf(from).catch(() => undefined);
  if (stat?.isFile() === true) return copyFile(from, part, constants.COPYFILE_FICLONE);
  return symlink(Buffer.from(end, "latin1"), part);
}

/** Names are bytes, and latin1 holds any. */
const latin1 = (name: Buffer): string => name.toString("latin1");
