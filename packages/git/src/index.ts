/** Everything that is asked of git: arguments as they are, one function for each thing, no shell. */
export { inWorktree, noteFile, readNote, type ReadyNote, readReadyNote } from "./admin-dir.ts";
export { type Checkpoint, findCheckpoint, listCheckpoints, type Owner, recordCheckpoint } from "./checkpoints.ts";
export { type Env, withoutMisleading } from "./clean-env.ts";
export { commitAll } from "./commit-all.ts";
export { chooseForge, openPullRequest, remoteOf } from "./forge.ts";
export { makeWorktree, repoGit } from "./make-worktree.ts";
export { merge, type MergePlan, planMerge } from "./merge.ts";
export { type Outside, outsideChanges } from "./outside.ts";
export { planWorktree } from "./plan-worktree.ts";
export { createGit, type Git, showGit } from "./run-git.ts";
export { endInterruptedRebase, rebase } from "./rebase.ts";
export { branchRef, commitOf, isAncestor } from "./refs.ts";
export { restoreCheckpoint } from "./restore-checkpoint.ts";
export { snapshotTree } from "./snapshot.ts";
export { requireAsSaved, type Saved, saveWorktree } from "./save-worktree.ts";
export { setAside } from "./take-away.ts";
export { undoLast } from "./undo.ts";
export { type WorktreeStatus, worktreeStatus } from "./worktree-status.ts";
