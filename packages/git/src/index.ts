/** Everything that is asked of git: arguments as they are, one function for each thing, no shell. */
export { noteFile, readNote } from "./admin-dir.ts";
export { type Env, withoutMisleading } from "./clean-env.ts";
export { makeWorktree, repoGit } from "./make-worktree.ts";
export { planWorktree } from "./plan-worktree.ts";
export { createGit, type Git } from "./run-git.ts";
