/** Everything that is asked of git: arguments as they are, one function for each thing, no shell. */
export { noteFile, readNote, type ReadyNote, readReadyNote } from "./admin-dir.ts";
export {
  type Checkpoint,
  findCheckpoint,
  listCheckpoints,
  type Owner,
  recordCheckpoint,
  restoreCheckpoint,
} from "./checkpoints.ts";
export { type Env, withoutMisleading } from "./clean-env.ts";
export { commitAll } from "./commit-all.ts";
export { chooseForge, openPullRequest, remoteOf } from "./forge.ts";
export { makeWorktree, repoGit } from "./make-worktree.ts";
export { merge, type MergePlan, planMerge } from "./merge.ts";
export { type Outside, outsideChanges } from "./outside.ts";
export { planWorktree } from "./plan-worktree.ts";
export { createGit, type Git, showGit } from "./run-git.ts";
export { rebase } from "./rebase.ts";
export { commitOf, isAncestor } from "./refs.ts";
export { snapshotTree } from "./snapshot.ts";
export { saveWorktree, takeAway } from "./take-away.ts";
export { undoLast } from "./undo.ts";
export { type WorktreeStatus, worktreeStatus } from "./worktree-status.ts";
