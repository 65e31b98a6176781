/** `claudine pr`: pushes the branch of a task and opens a pull request. */
import type { Command } from "../command.ts";

export const pr: Command = {
  name: "pr",
  summary: "Push the branch of a task and open a pull request, by gh or glab",
  positional: [{ name: "TASK", describe: "The task", required: true }],
  options: [
    { name: "draft", type: "boolean", describe: "Open it as a draft" },
    {
      name: "title",
      type: "string",
      arg: "TEXT",
      describe: "Its title (the task's label, else that of its last commit)",
    },
    { name: "fill", type: "boolean", describe: "Title and text as gh or glab make them of the commits" },
    { name: "base", type: "string", arg: "BRANCH", describe: "Into this branch (the one that the task's began at)" },
    { name: "commit", type: "boolean", describe: "Commit first what is uncommitted in the worktree" },
    { name: "force", type: "boolean", describe: "Replace what was pushed before, as after a rebase" },
  ],
  examples: [
    ["claudine pr 12 --draft", "prints its address, by which other verbs find the task as well"],
    ["claudine show https://github.com/o/r/pull/7", "the task whose pull request that is"],
  ],
  run: async (input, io) => (await import("../worktrees/pull-request.ts")).openRequest(input, io),
};
