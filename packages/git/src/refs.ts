/** Branches and other refs: what they name, and how they are moved only from where they were seen. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Git } from "./run-git.ts";

export const branchRef = (branch: string): string => `refs/heads/${branch}`;

/** The commit that `name` means; undefined when it means none. */
export async function commitOf(git: Git, name: string): Promise<string | undefined> {
  const { code, stdout } = await git.run(["rev-parse", "--verify", "--quiet", `${name}^{commit}`]);
  return code === 0 ? stdout.toString().trim() : undefined;
}

/** The branch whose name `name` is, `HEAD` for the one that is checked out; undefined when it is none. */
export async function branchOf(git: Git, name: string): Promise<string | undefined> {
  if (name === "HEAD") {
    const { code, stdout } = await git.run(["symbolic-ref", "--quiet", "HEAD"]);
    return code === 0 ? shortName(stdout.toString().trim()) : undefined;
  }
  if ((await commitOf(git, branchRef(name))) !== undefined) return name;
  const { code, stdout } = await git.run(["rev-parse", "--symbolic-full-name", "--verify", "--quiet", name]);
  return code === 0 ? shortName(stdout.toString().trim()) : undefined;
}

function shortName(ref: string): string | undefined {
  return ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : undefined;
}

/** @throws ClaudineError invalid_params */
export async function checkBranchName(git: Git, name: string): Promise<void> {
  const { code } = await git.run(["check-ref-format", branchRef(name)]);
  if (code === 0 && !name.startsWith("-") && name !== "HEAD") return;
  throw new ClaudineError("invalid_params", `"${name}" is no name for a branch`, { hint: "git help check-ref-format" });
}

export async function isAncestor(git: Git, older: string, newer: string): Promise<boolean> {
  return (await git.run(["merge-base", "--is-ancestor", older, newer])).code === 0;
}

/** `to: undefined` deletes; `from: undefined` is a ref that is not there yet. */
export type RefMove = { ref: string; from: string | undefined; to: string | undefined };

/** All or none, and each only from where it is said to be. @throws ClaudineError wrong_state */
export async function moveRefs(git: Git, moves: readonly RefMove[], why: string): Promise<void> {
  const lines = moves.map(({ ref, from, to }) => {
    if (to === undefined) return `delete ${ref}\0${from ?? ""}\0`;
    return from === undefined ? `create ${ref}\0${to}\0` : `update ${ref}\0${to}\0${from}\0`;
  });
  await git.read(["update-ref", "-m", why, "--stdin", "-z"], { input: lines.join("") });
}

export type Ref = { ref: string; commit: string };

/** All below these prefixes, by name. */
export async function listRefs(git: Git, ...prefixes: readonly string[]): Promise<Ref[]> {
  const text = await git.read(["for-each-ref", "--format=%(objectname) %(refname)", ...prefixes]);
  const lines = text
    .toString()
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => ({ commit: line.slice(0, line.indexOf(" ")), ref: line.slice(line.indexOf(" ") + 1) }));
}
