/** What a selector names that no task was found for: a mistyped label must not look like work that is done. */
import { ClaudineError, type Task } from "@claudine/protocol";
import { isInRange, type Range, type Wanted, wordsOf } from "./wanted.ts";

export type Unmet = {
  last: boolean;
  labels: Set<string>;
  groups: Set<string>;
  worktrees: Set<string>;
  ranges: Set<Range>;
};

export function unmetOf({ last, labels, groups, worktrees, ranges }: Wanted): Unmet {
  return {
    last: last > 0,
    labels: new Set(labels),
    groups: new Set(groups),
    worktrees: new Set(worktrees),
    ranges: new Set(ranges),
  };
}

export function isMet({ last, labels, groups, worktrees, ranges }: Unmet): boolean {
  return !last && labels.size + groups.size + worktrees.size + ranges.size === 0;
}

/** Strikes out what `task` is. */
export function meet(unmet: Unmet, task: Task): void {
  const { labels, groups, worktrees, ranges } = unmet;
  unmet.last = false;
  if (task.label !== null) labels.delete(task.label);
  groups.delete(task.group);
  for (const word of wordsOf(task)) worktrees.delete(word);
  for (const range of ranges) if (isInRange(range, task.id)) ranges.delete(range);
}

const SHOWN = 5;

/** @param verb as in "Cannot wait for …" */
export function unmetError(verb: string, { last, labels, groups, worktrees, ranges }: Unmet): ClaudineError {
  const words = [
    ...(last ? ["last"] : []),
    ...[...ranges].map(({ from, to, step }) => `${from}-${to}${step === 1 ? "" : `:${step}`}`),
    ...[...labels].map((label) => `label:${label}`),
    ...[...groups].map((group) => `group:${group}`),
    ...worktrees,
  ];
  const shown = words.slice(0, SHOWN).map((word) => word.slice(0, 80));
  const more = words.length > SHOWN ? ` and ${words.length - SHOWN} more` : "";
  return new ClaudineError("not_found", `Cannot ${verb} ${shown.join(", ")}${more}: no task matches`, {
    hint: "`claudine list --all` shows every task",
  });
}
