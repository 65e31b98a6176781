/** `claudine worktree`: what became of the branches of tasks, and what is to become of them. */
import type { Command, Option, Positional } from "../command.ts";

const TASK: Positional = { name: "TASK", describe: "The task", required: true };
const DRY_RUN: Option = { name: "dry-run", type: "boolean", describe: "Only say what would be done" };
const COMMIT: Option = {
  name: "commit",
  type: "boolean",
  describe: "Commit first what is uncommitted in the worktree",
};
const undoOption = (what: string): Option => ({
  name: "undo",
  type: "boolean",
  describe: `Take the last ${what} of it back`,
});

const list: Command = {
  name: "list",
  summary: "List the worktrees of tasks, and how they stand to their bases",
  options: [{ name: "all", short: "a", type: "boolean", describe: "Those that were removed, too" }],
  run: async (input, io) => (await import("../worktrees/list.ts")).listWorktrees(input, io),
};

const diff: Command = {
  name: "diff",
  summary: "Show what a task has changed, committed or not",
  positional: [TASK],
  options: [{ name: "stat", type: "boolean", describe: "Only how much of which file" }],
  run: async (input, io) => (await import("../worktrees/diff.ts")).diffWorktree(input, io),
};

const merge: Command = {
  name: "merge",
  summary: "Merge the branch of a task into its base; a conflict changes nothing",
  positional: [TASK],
  options: [
    { name: "into", type: "string", arg: "BRANCH", describe: "Into this branch instead of its base" },
    DRY_RUN,
    COMMIT,
    undoOption("merge"),
  ],
  run: async (input, io) => (await import("../worktrees/merge.ts")).mergeWorktree(input, io),
};

const rebase: Command = {
  name: "rebase",
  summary: "Put the commits of a task's branch on top of its base; a conflict changes nothing",
  positional: [TASK],
  options: [
    { name: "onto", type: "string", arg: "REF", describe: "On top of this instead of its base" },
    COMMIT,
    undoOption("rebase"),
  ],
  run: async (input, io) => (await import("../worktrees/rebase.ts")).rebaseWorktree(input, io),
};

const remove: Command = {
  name: "remove",
  summary: "Remove worktrees; what is in them is kept as a patch, and the branches stay",
  positional: [{ ...TASK, many: true }],
  options: [{ name: "force", type: "boolean", describe: "Also when something in it cannot be saved" }],
  run: async (input, io) => (await import("../worktrees/remove.ts")).removeWorktrees(input, io),
};

const prune: Command = {
  name: "prune",
  summary: "Remove the worktrees of tasks that are forgotten, as remove does",
  options: [DRY_RUN],
  run: async (input, io) => (await import("../worktrees/prune.ts")).pruneWorktrees(input, io),
};

export const worktree: Command = {
  name: "worktree",
  aliases: ["worktrees"],
  summary: "List, compare, merge, rebase and remove the worktrees of tasks",
  options: [],
  subcommands: [list, diff, merge, rebase, remove, prune],
  examples: [
    ["claudine worktree diff 12", "what task 12 has changed"],
    ["claudine worktree merge 12 --dry-run", "says whether there would be conflicts"],
    ["claudine worktree merge 12 --undo", ""],
  ],
};
