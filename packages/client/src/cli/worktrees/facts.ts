/** What `show` says of a task's worktree. */
import type { TaskInfo } from "@claudine/protocol/task";
import { formatDuration } from "@claudine/protocol/units";
import { clock, type Fact } from "../task-values.ts";

/** Empty values are left out by whoever prints them. */
export function worktreeFacts({ worktree, checkpoint }: Pick<TaskInfo, "worktree" | "checkpoint">): Fact[] {
  const checkout = worktree?.checkout ?? null;
  const every = checkpoint?.everyMs;
  return [
    ["Worktree", worktree === null ? "" : checkout === null ? "of its own" : placeText(checkout)],
    ["Branch", checkout === null ? (worktree?.branch ?? "") : branchText(checkout)],
    ["Setup", worktree?.setup ?? ""],
    ["Patch", checkout?.patch ?? ""],
    ["Request", checkout?.pullRequest ?? ""],
    ["Checkpoint", checkpoint === null ? "" : every === undefined ? "at its end" : `every ${formatDuration(every)}`],
  ];
}

type Checkout = NonNullable<NonNullable<TaskInfo["worktree"]>["checkout"]>;

function placeText({ path, removedAt }: Checkout): string {
  return removedAt === undefined ? path : `${path}, removed ${clock(removedAt)}`;
}

const HASH_LENGTH = 10;

function branchText({ branch, base, baseCommit }: Checkout): string {
  const commit = baseCommit.slice(0, HASH_LENGTH);
  return `${branch}, from ${base === null ? commit : `${base} (${commit})`}`;
}
