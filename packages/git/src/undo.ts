/** How a branch is taken back to where it was: refs under `refs/claudine/ID/undo/N` say from where to where it moved. */
import { ClaudineError } from "@claudine/protocol/errors";
import { moveBranch, movedOn } from "./move-branch.ts";
import { branchRef, commitOf, listRefs, type RefMove } from "./refs.ts";
import type { Git } from "./run-git.ts";

export type UndoKind = "merge" | "rebase";
export type Moved = { id: number; kind: UndoKind; branch: string; from: string; to: string };

type Recorded = Moved & { number: number };

const prefixOf = (id: number): string => `refs/claudine/${id}/undo/`;

function refsOf({ id, number, kind, branch }: Pick<Recorded, "id" | "number" | "kind" | "branch">) {
  const stem = `${prefixOf(id)}${number}/${kind}`;
  return { before: `${stem}/before/${branch}`, after: `${stem}/after/${branch}` };
}

/** What is to be stored with the move. */
export async function recordFor(git: Git, moved: Moved): Promise<RefMove[]> {
  const number = Math.max(0, ...(await recorded(git, moved.id)).map((one) => one.number)) + 1;
  const { before, after } = refsOf({ ...moved, number });
  return [
    { ref: before, from: undefined, to: moved.from },
    { ref: after, from: undefined, to: moved.to },
  ];
}

async function recorded(git: Git, id: number): Promise<Recorded[]> {
  const prefix = prefixOf(id);
  const refs = await listRefs(git, prefix);
  return refs.flatMap(({ ref, commit }) => {
    const [, number, kind, branch = ""] = /^(\d+)\/(merge|rebase)\/before\/(.+)$/.exec(ref.slice(prefix.length)) ?? [];
    if (number === undefined) return [];
    const known = { id, number: Number(number), kind: kind === "merge" ? "merge" : "rebase", branch } as const;
    const to = refs.find((one) => one.ref === refsOf(known).after)?.commit;
    return to === undefined ? [] : [{ ...known, from: commit, to }];
  });
}

/** Takes the last move of that kind back. @throws ClaudineError when there is none, or the branch has moved on since */
export async function undoLast(git: Git, { id, kind }: Pick<Moved, "id" | "kind">): Promise<Moved> {
  const own = (await recorded(git, id)).filter((one) => one.kind === kind);
  const last = own.toSorted((a, b) => a.number - b.number).at(-1);
  if (last === undefined)
    throw new ClaudineError("not_found", `no ${kind} of task ${id} is on record`, { hint: "Nothing was changed" });
  const { branch, from, to } = last;
  if ((await commitOf(git, branchRef(branch))) !== to) throw movedOn(branch);
  const { before, after } = refsOf(last);
  const refs = [
    { ref: before, from, to: undefined },
    { ref: after, from: to, to: undefined },
  ];
  await moveBranch(git, { branch, from: to, to: from, why: `claudine: undo of a ${kind}`, refs });
  return last;
}
