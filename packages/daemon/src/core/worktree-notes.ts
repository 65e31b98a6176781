/** What people tell of the worktree of a task, as the facts that are stored of it. */
import { ClaudineError, type EventBody, type Task, type Worktree, type WorktreeNote } from "@claudine/protocol";
import type { Facts } from "./decide.ts";
import { stateWords } from "./targets.ts";

/** @throws ClaudineError not_found, wrong_state */
export function decideWorktree(facts: Facts, note: WorktreeNote): EventBody[] {
  const { id, step } = note;
  const task = facts.lookup(id);
  if (task === undefined)
    throw new ClaudineError("not_found", `Cannot change the worktree of task ${id}: there is no such task`);
  if (task.checkout === undefined) throw refusal(task, "it has none");
  const isTaken = step === "removed" || step === "rebased";
  if (isTaken && "run" in task.status) throw refusal(task, stateWords(task));
  return [{ type: "worktree.changed", id, step, worktree: { ...task.checkout, ...changeOf(facts, note) } }];
}

function refusal({ id }: Task, why: string): ClaudineError {
  return new ClaudineError("wrong_state", `Cannot change the worktree of task ${id}: ${why}`);
}

function changeOf({ wall }: Facts, { step, id: _, ...facts }: WorktreeNote): Partial<Worktree> {
  const given = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
  return { ...given, ...(step === "removed" ? { removedAt: wall } : {}) };
}
