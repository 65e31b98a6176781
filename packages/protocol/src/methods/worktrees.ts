/** Methods about the worktrees of tasks. The command line does the work with git, and tells what became of them. */
import * as z from "zod";
import { TaskInfo } from "../task.ts";
import { WorktreeNote } from "../worktree.ts";
import { method } from "./method.ts";

export const WORKTREES_METHODS = {
  "worktree.note": method(
    "Stores what became of a task's worktree. Before one is removed or rebased: refused while the task runs.",
    WorktreeNote,
    z.object({ task: TaskInfo }),
  ),
} as const;
