/** How a branch is taken back to where it was: refs under `refs/claudine/ID/undo/UID/N` say from where to where it moved. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Owner } from "./checkpoints.ts";
import { moveBranch, movedOn } from "./move-branch.ts";
import { branchRef, commitOf, listRefs, moveRefs, type RefMove } from "./refs.ts";
import type { Git } from "./run-git.ts";

export type UndoKind = "merge" | "rebase";
export type Moved = { owner: Owner; kind: UndoKind; branch: string; from: string; to: string };

type Recorded = Moved & { number: number };

/** Another state folder may have given the same id. */
const prefixOf = ({ id, uid }: Owner): string => `refs/claudine/${id}/undo/${uid.replaceAll(/[^A-Za-z0-9-]/g, "-")}/`;

function refsOf({ owner, number, kind, branch }: Pick<Recorded, "owner" | "number" | "kind" | "branch">) {
  const stem = `${prefixOf(owner)}${number}/${kind}`;
  return { before: `${stem}/before/${branch}`, after: `${stem}/after/${branch}` };
}

/** What is to be stored with the move. */
export async function recordFor(git: Git, moved: Moved): Promise<RefMove[]> {
  const number = Math.max(0, ...(await recorded(git, moved.owner)).map((one) => one.number)) + 1;
  const { before, after } = refsOf({ ...moved, number });
  return [
    { ref: before, from: undefined, to: moved.from },
    { ref: after, from: undefined, to: moved.to },
  ];
}

async function recorded(git: Git, owner: Owner): Promise<Recorded[]> {
  const prefix = prefixOf(owner);
  const refs = await listRefs(git, prefix);
  return refs.flatMap(({ ref, commit }) => {
    const [, number, kind, branch = ""] = /^(\d+)\/(merge|rebase)\/before\/(.+)$/.exec(ref.slice(prefix.length)) ?? [];
    if (number === undefined) return [];
    const known = { owner, number: Number(number), kind: kind === "merge" ? "merge" : "rebase", branch } as const;
    const to = refs.find((one) => one.ref === refsOf(known).after)?.commit;
    return to === undefined ? [] : [{ ...known, from: commit, to }];
  });
}

/** Takes the last move of that kind back. @throws ClaudineError when there is none, or the branch has moved on since */
export async function undoLast(git: Git, { owner, kind }: Pick<Moved, "owner" | "kind">): Promise<Moved> {
  const own = (await recorded(git, owner)).filter((one) => one.kind === kind);
  const last = own.toSorted((a, b) => a.number - b.number).at(-1);
  if (last === undefined)
    throw new ClaudineError("not_found", `no ${kind} of task ${owner.id} is on record`, {
      hint: "Nothing was changed",
    });
  const { branch, from, to } = last;
  const { before, after } = refsOf(last);
  const refs = [
    { ref: before, from, to: undefined },
    { ref: after, from: to, to: undefined },
  ];
  const tip = await commitOf(git, branchRef(branch));
  // As after a merge that was killed: it must not stand before the one that was made.
  if (tip === from) {
    await moveRefs(git, refs, `claudine: no ${kind}`);
    throw new ClaudineError("wrong_state", `${branch} is where it was before the last ${kind} already`, {
      hint: "Nothing was changed; once more takes the one before that back",
    });
  }
  if (tip !== to) throw movedOn(branch);
  await moveBranch(git, { branch, from: to, to: from, why: `claudine: undo of a ${kind}`, refs });
  return last;
}
