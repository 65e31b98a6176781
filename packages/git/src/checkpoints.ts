/** Checkpoints: the files of a task as commits under `refs/claudine/ID/RUN.N`, beside all branches. */
import { ClaudineError } from "@claudine/protocol/errors";
import { OWN_IDENTITY } from "./identity.ts";
import { commitOf, moveRefs } from "./refs.ts";
import type { Git } from "./run-git.ts";
import { withSnapshot } from "./snapshot.ts";

export type Owner = { id: number; uid: string };

export type Checkpoint = {
  /** `RUN.N`; N counts over all runs of the task. */
  name: string;
  run: number;
  number: number;
  commit: string;
  tree: string;
  /** What the checkout was at; empty where there was no commit. */
  parent: string;
  /** Epoch ms. */
  at: number;
  why: string;
  /** False: git could not take all files. */
  isWhole: boolean;
};

const TRAILER = "Claudine-Task";
const NOT_WHOLE = "Not all files could be taken:";
/** Somebody else may take the number first. */
const TRIES = 5;

const refOf = (id: number, name: string): string => `refs/claudine/${id}/${name}`;

/** @returns the newest one when nothing has changed since @throws ClaudineError */
export async function recordCheckpoint(
  git: Git,
  owner: Owner,
  { run, why }: { run: number; why: string },
): Promise<Checkpoint> {
  return withSnapshot(git, async ({ tree, problem }) => {
    const parent = (await commitOf(git, "HEAD")) ?? "";
    const last = (await listCheckpoints(git, owner)).at(-1);
    const isWhole = problem === undefined;
    if (last?.tree === tree && last.parent === parent && last.isWhole === isWhole) return last;
    const message = [
      `${why} (task ${owner.id}, run ${run})`,
      ...(isWhole ? [] : [`${NOT_WHOLE}\n${problem}`]),
      `${TRAILER}: ${owner.uid}`,
    ].join("\n\n");
    const from = parent === "" ? [] : ["-p", parent];
    const commit = await git.line(["commit-tree", ...from, tree], { input: message, env: OWN_IDENTITY });
    return name(git, owner, { run, commit });
  });
}

async function name(git: Git, owner: Owner, { run, commit }: { run: number; commit: string }): Promise<Checkpoint> {
  for (let tries = 1; ; tries += 1) {
    const number = (await lastNumber(git, owner.id)) + tries;
    try {
      await moveRefs(git, [{ ref: refOf(owner.id, `${run}.${number}`), from: undefined, to: commit }], "checkpoint");
      return await findCheckpoint(git, owner, String(number));
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}

async function lastNumber(git: Git, id: number): Promise<number> {
  const names = await git.read(["for-each-ref", "--format=%(refname:lstrip=3)", `refs/claudine/${id}/`]);
  const numbers = names.toString().matchAll(/^\d+\.(\d+)$/gm);
  return Math.max(0, ...[...numbers].map(([, number]) => Number(number)));
}

const FIELDS = [
  "refname:lstrip=3",
  "objectname",
  "tree",
  "parent",
  "creatordate:unix",
  "contents:subject",
  "contents:body",
];
const FORMAT = `${FIELDS.map((field) => `%(${field})`).join("%00")}%01`;

/** Of this very task, oldest first: another state folder may have given the same id. */
export async function listCheckpoints(git: Git, { id, uid }: Owner): Promise<Checkpoint[]> {
  const text = (await git.read(["for-each-ref", `--format=${FORMAT}`, `refs/claudine/${id}/`])).toString();
  const all = text.split("\u0001\n").flatMap((record) => {
    const [name = "", commit = "", tree = "", parent = "", seconds, why = "", body = ""] = record.split("\0");
    const [, run, number] = /^(\d+)\.(\d+)$/.exec(name) ?? [];
    if (run === undefined || !body.includes(`${TRAILER}: ${uid}`)) return [];
    const facts = { name, run: Number(run), number: Number(number), commit, tree, parent, why };
    return [{ ...facts, at: Number(seconds) * 1000, isWhole: !body.startsWith(NOT_WHOLE) }];
  });
  return all.toSorted((a, b) => a.number - b.number);
}

/** By `RUN.N` or `N`; the newest when undefined. @throws ClaudineError not_found */
export async function findCheckpoint(git: Git, owner: Owner, word: string | undefined): Promise<Checkpoint> {
  const all = await listCheckpoints(git, owner);
  const found =
    word === undefined ? all.at(-1) : all.find(({ name, number }) => name === word || String(number) === word);
  if (found !== undefined) return found;
  const which = word === undefined ? "no checkpoint" : `no checkpoint ${word}`;
  throw new ClaudineError("not_found", `task ${owner.id} has ${which}`, {
    hint: `claudine checkpoint list ${owner.id}`,
  });
}
