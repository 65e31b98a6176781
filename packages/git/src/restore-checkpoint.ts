/** Makes the files of a task be as a checkpoint has them. */
import { ClaudineError } from "@claudine/protocol/errors";
import { changingFiles, readTree } from "./change-files.ts";
import { type Checkpoint, type Owner, recordCheckpoint } from "./checkpoints.ts";
import type { Git } from "./run-git.ts";
import { withSnapshot } from "./snapshot.ts";

/**
 * What is there is recorded first; branch, head and index stay as they are.
 * @returns what was there @throws ClaudineError when a file changes meanwhile, or would be lost; then nothing is restored
 */
export async function restoreCheckpoint(
  git: Git,
  owner: Owner,
  { target, run }: { target: Checkpoint; run: number },
): Promise<Checkpoint> {
  const before = await recordCheckpoint(git, owner, { run, why: `before the restore of ${target.name}` });
  await withSnapshot(git, async ({ tree, problem }, index) => {
    if (tree !== before.tree || problem !== undefined)
      throw new ClaudineError("wrong_state", problem ?? "files change while they are recorded", {
        hint: "Nothing was restored",
      });
    const top = git.at(await git.line(["rev-parse", "--show-toplevel"]));
    const change = { from: before.tree, to: target.tree, index };
    await changingFiles(top, change, () => readTree(top, change));
  });
  return before;
}
