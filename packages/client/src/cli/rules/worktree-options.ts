/** The options that are about git: a worktree of the task's own, and checkpoints of its files. */
import type { Option } from "../command.ts";

export const WORKTREE_OPTIONS: readonly Option[] = [
  {
    name: "worktree",
    type: "string",
    optional: true,
    arg: "BRANCH",
    describe: "Run it in a git worktree of its own, on a new branch or on BRANCH",
  },
  { name: "base", type: "string", arg: "REF", describe: "What its branch begins at (the branch that is checked out)" },
  {
    name: "setup",
    type: "string",
    arg: "COMMAND",
    describe: "A shell command that prepares the fresh worktree, as npm ci; '' for none (as configured)",
  },
  {
    name: "copy",
    type: "list",
    arg: "PATTERN",
    describe: "Copy ignored files into the worktree: '.env*'; repeat for more (as configured)",
  },
  {
    name: "commit-on-finish",
    type: "boolean",
    describe: "Commit what a run leaves uncommitted to the branch of the worktree",
  },
  {
    name: "checkpoint",
    type: "string",
    optional: true,
    arg: "TIME|Ncalls",
    describe:
      "Record the state of its files in git when a run ends, and every TIME or N calls of an agent's tools; in a worktree the end is recorded anyway",
  },
];
