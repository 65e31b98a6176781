/** Brings the files of a checkout from one tree to another: all of them or none, and nothing that is only there is lost. */
import { lstat, rmdir, unlink } from "node:fs/promises";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Env } from "./clean-env.ts";
import { bytesOf, pathOf, readable, wordsOf } from "./file-names.ts";
import { refusalOf } from "./refusal.ts";
import { createGit, type Git } from "./run-git.ts";

export type FileChange = {
  from: string;
  to: string;
  /** Of the index that knows the files; the checkout's own unless given. */
  index?: Env;
};

/** Settings that would let git put work aside, or go on into submodules, in a checkout where nothing else is to be touched. */
export const NOTHING_ELSE = ["-c", "merge.autoStash=false", "-c", "submodule.recurse=false"];

/**
 * `work` changes the files; when it fails they are put back.
 * @param top of the checkout @throws ClaudineError wrong_state, before anything is changed, where a file has local changes
 */
export async function changingFiles(top: Git, change: FileChange, work: () => Promise<unknown>): Promise<void> {
  const changed = await refuseLosses(top, change);
  const own = await withoutStaged(top, change, changed);
  try {
    await work();
  } catch (error) {
    // Also when it was told to end.
    const left = await putBack(createGit({ ...top.place, signal: undefined }), own, change.index ?? {});
    throw left === undefined ? error : notPutBack(error, left);
  }
}

function notPutBack(error: unknown, left: string): ClaudineError {
  const why = error instanceof Error ? error.message : String(error);
  return new ClaudineError("storage", `${why}; not all files could be put back: ${left}`, { cause: error });
}

/** @returns what would change @throws ClaudineError wrong_state where something that is only in the checkout would be lost */
export async function refuseLosses(top: Git, change: FileChange): Promise<Changed[]> {
  const changed = await changesBetween(top, change);
  await refuseOverwriting(top, changed, change.index ?? {});
  await refuseLocalChanges(top, change);
  return changed;
}

/** By git itself, which compares both trees and refuses where a file has local changes. */
export async function readTree(top: Git, { from, to, index: env = {} }: FileChange): Promise<void> {
  await top.read([...NOTHING_ELSE, "read-tree", "-m", "-u", from, to], { env });
}

export type Changed = { name: string; before: Kind; after: Kind };
/** Git leaves alone what is staged as it is to be, with changes on top or not. */
async function withoutStaged(
  top: Git,
  { from, index: env = {} }: FileChange,
  all: readonly Changed[],
): Promise<Changed[]> {
  const list = ["diff-index", "--cached", "--name-only", "--no-renames", "-z", from, "--"];
  const staged = new Set(wordsOf(await top.read(list, { env })));
  return all.filter(({ name }) => !staged.has(name));
}

type Kind = "none" | "file" | "repository";

async function changesBetween(top: Git, { from, to }: FileChange): Promise<Changed[]> {
  const words = wordsOf(await top.read(["diff-tree", "-r", "-z", "--raw", "--no-renames", from, to]));
  return words.flatMap((word, at) => {
    const [, before = "", after = ""] = /^:(\d+) (\d+) /.exec(word) ?? [];
    return at % 2 === 1 ? [] : [{ name: words[at + 1] ?? "", before: kindOf(before), after: kindOf(after) }];
  });
}

function kindOf(mode: string): Kind {
  return mode === "000000" ? "none" : mode === "160000" ? "repository" : "file";
}

const IN_THE_WAY = /^error: (?:Entry|Untracked working tree file) '(.+)' (?:not uptodate|would be overwritten)/m;

async function refuseLocalChanges(top: Git, { from, to, index: env = {} }: FileChange): Promise<void> {
  const args = [...NOTHING_ELSE, "read-tree", "-m", "-u", "--dry-run", from, to];
  const end = await top.run(args, { env });
  if (end.code === 0) return;
  const [, name] = IN_THE_WAY.exec(end.stderr) ?? [];
  throw name === undefined ? refusalOf(args, end) : refusal(`local changes to ${name}`);
}

/** Git does not mind writing over ignored files and over repositories within. @throws ClaudineError */
async function refuseOverwriting(top: Git, changed: readonly Changed[], env: Env): Promise<void> {
  const written = changed.filter(({ after }) => after === "file").map(({ name }) => name);
  if (written.length === 0) return;
  const isInTheWay = wayOf(written);
  const inner = changed.find(({ name, before }) => before === "repository" && isInTheWay(name));
  if (inner !== undefined && (await isThere(top, `${inner.name}/.git`)))
    throw refusal(`${readable(inner.name)} is a repository of its own, and`);
  const list = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", ":/"];
  const ignored = wordsOf(await top.read(list, { env })).map((name) => name.replace(/\/$/, ""));
  const lost = ignored.find(isInTheWay);
  if (lost !== undefined) throw refusal(`the ignored ${readable(lost)}`);
}

function refusal(what: string): ClaudineError {
  return new ClaudineError("wrong_state", `${what} would be written over`, {
    hint: "Nothing was changed; move it away first",
  });
}

/** Whether a name is one of those written, a folder of one, or in one that was a folder. */
function wayOf(written: readonly string[]): (name: string) => boolean {
  const files = new Set(written);
  const folders = new Set(written.flatMap(foldersOf));
  return (name) => files.has(name) || folders.has(name) || foldersOf(name).some((folder) => files.has(folder));
}

function foldersOf(name: string): string[] {
  const parts = name.split("/");
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("/"));
}

/** What was not there before is taken away first: it makes room for the rest. @returns what git said when it could not */
async function putBack(top: Git, changed: readonly Changed[], env: Env): Promise<string | undefined> {
  for (const { name, before, after } of changed) {
    if (before !== "none") continue;
    const path = pathOf(top.place.cwd, name);
    await (after === "repository" ? rmdir(path) : unlink(path)).catch(() => {});
  }
  const input = bytesOf(changed.filter(({ before }) => before !== "none").map(({ name }) => name));
  const args = [...NOTHING_ELSE, "checkout-index", "--force", "-z", "--stdin"];
  const { stderr } = await top.run(args, { env, input });
  // What a sparse checkout leaves out was not there.
  return stderr.split("\n").find((line) => line !== "" && !line.includes("skip-worktree"));
}

async function isThere({ place }: Git, name: string): Promise<boolean> {
  return (await lstat(pathOf(place.cwd, name)).catch(() => undefined)) !== undefined;
}
