/** What a selector asks for, each thing once, however often and in whatever order it was said. */
import {
  ClaudineError,
  requestAddress,
  type SelectorTerm,
  type Task,
  type TaskId,
  type TaskState,
} from "@claudine/protocol";

export type Range = { from: TaskId; to: TaskId; step: number };

export type Wanted = {
  named: ReadonlySet<TaskId>;
  /** So many of the newest. */
  last: number;
  all: boolean;
  states: ReadonlySet<TaskState>;
  labels: ReadonlySet<string>;
  groups: ReadonlySet<string>;
  /** `branch:NAME`, and addresses of pull requests. */
  worktrees: ReadonlySet<string>;
  /** Those without gaps do not overlap. */
  ranges: readonly Range[];
};

/** Ranges with gaps cannot be joined, and each is looked at for every task. */
const GAPPED_AT_MOST = 100;

/** @throws ClaudineError limit */
export function readWanted(terms: readonly SelectorTerm[]): Wanted {
  const [named, states] = [new Set<TaskId>(), new Set<TaskState>()];
  const [labels, groups] = [new Set<string>(), new Set<string>()];
  const worktrees = new Set<string>();
  const ranges: Range[] = [];
  let last = 0;
  let all = false;
  for (const term of terms) {
    if (term.kind === "ids" && term.from === term.to) named.add(term.from);
    else if (term.kind === "ids") ranges.push(term);
    else if (term.kind === "last") last = Math.max(last, term.count);
    else if (term.kind === "state") states.add(term.state);
    else if (term.kind === "label") labels.add(term.label);
    else if (term.kind === "group") groups.add(term.group);
    else if (term.kind === "worktree") worktrees.add(term.of);
    else all = true;
  }
  return { named, last, all, states, labels, groups, worktrees, ranges: join(ranges) };
}

function join(ranges: readonly Range[]): Range[] {
  const joined: Range[] = [];
  for (const range of ranges.filter(({ step }) => step === 1).toSorted((a, b) => a.from - b.from)) {
    const before = joined.at(-1);
    if (before === undefined || range.from > before.to + 1) joined.push({ ...range });
    else before.to = Math.max(before.to, range.to);
  }
  const gapped = new Map(ranges.filter(({ step }) => step > 1).map((range) => [Object.values(range).join(), range]));
  if (gapped.size <= GAPPED_AT_MOST) return [...joined, ...gapped.values()];
  throw new ClaudineError("limit", `Cannot select by more than ${GAPPED_AT_MOST} ranges with steps`, {
    hint: "Name them in several calls",
  });
}

/** Whether any task may be asked for, so that all have to be looked at. */
export function asksAnywhere({ all, labels, groups, worktrees }: Wanted): boolean {
  return all || labels.size + groups.size + worktrees.size > 0;
}

/** Whether a task is asked for in another way than by name or as one of the last. */
export function matches(wanted: Wanted, task: Task): boolean {
  return (
    wanted.all ||
    wanted.states.has(task.status.state) ||
    (task.label !== null && wanted.labels.has(task.label)) ||
    wanted.groups.has(task.group) ||
    (wanted.worktrees.size > 0 && wordsOf(task).some((word) => wanted.worktrees.has(word))) ||
    wanted.ranges.some((range) => isInRange(range, task.id))
  );
}

/** By which its worktree is named. */
export function wordsOf({ checkout }: Task): string[] {
  if (checkout === undefined) return [];
  const { branch, pullRequest } = checkout;
  return [`branch:${branch}`, ...(pullRequest === undefined ? [] : [requestAddress(pullRequest)])];
}

export function isInRange({ from, to, step }: Range, id: TaskId): boolean {
  return id >= from && id <= to && (id - from) % step === 0;
}

/** All ids of the ranges below `end`; one may come twice. */
export function* idsOfRanges({ ranges }: Pick<Wanted, "ranges">, end: TaskId): Generator<TaskId> {
  for (const { from, to, step } of ranges) for (let id = from; id <= to && id < end; id += step) yield id;
}
