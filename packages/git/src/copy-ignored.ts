/** Copies ignored files that a fresh worktree lacks, as `.env`, from the checkout it was made of. */
import { constants } from "node:fs";
import { copyFile, lstat, mkdir, readlink, rename, rm, symlink } from "node:fs/promises";
import type { Git } from "./run-git.ts";

export type CopyWish = { from: string; to: string; patterns: readonly string[] };

const SLASH = Buffer.from("/");
/** Beside the file, so that it gets its name whole or not at all. */
const PART = Buffer.from(".claudine-part");

/** What is there already stays. @returns how many were copied */
export async function copyIgnored(git: Git, { from, to, patterns }: CopyWish): Promise<number> {
  if (patterns.length === 0) return 0;
  const list = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", ...patterns.map(pathspec)];
  const names = split(await git.at(from).read(list));
  let count = 0;
  for (const name of names) count += Number(await copyOne(join(from, name), join(to, name)));
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

async function copyOne(from: Buffer, to: Buffer): Promise<boolean> {
  const stat = await lstat(from).catch(() => undefined);
  const isThere = (await lstat(to).catch(() => undefined)) !== undefined;
  if (stat === undefined || isThere || !(stat.isFile() || stat.isSymbolicLink())) return false;
  const part = Buffer.concat([to, PART]);
  await mkdir(to.subarray(0, to.lastIndexOf(SLASH)), { recursive: true });
  await rm(part, { force: true });
  if (stat.isSymbolicLink()) await symlink(await readlink(from, "buffer"), part);
  else await copyFile(from, part, constants.COPYFILE_FICLONE);
  await rename(part, to);
  return true;
}
