/** Before a task is continued: what others have changed in its worktree since its last run, and what becomes of that. */
import { existsSync } from "node:fs";
import { inWorktree, outsideChanges, restoreCheckpoint, type Outside } from "@claudine/git";
import { ClaudineError, type OnConflict, type Task } from "@claudine/protocol";
import type { CheckpointPorts } from "./checkpoints.ts";
import { taskGit } from "./task-git.ts";

/** What the agent is to be told of it. @throws ClaudineError wrong_state */
export type LookOutside = (task: Task, onConflict: OnConflict) => Promise<string | undefined>;

const LONGEST_MS = 60_000;

export function createLookOutside({ environment }: Pick<CheckpointPorts, "environment">): LookOutside {
  return async (task, onConflict) => {
    const { id, uid, attempt, checkout } = task;
    // One that was taken away is made anew, from its branch.
    if (checkout === undefined || checkout.removedAt !== undefined || !existsSync(checkout.path)) return undefined;
    const signal = AbortSignal.timeout(LONGEST_MS);
    const place = { task, attempt, part: "checkpoint", env: environment(task), cwd: checkout.path, signal } as const;
    const owner = { id, uid };
    const look = async () => {
      const git = inWorktree(taskGit(place), checkout);
      return { git, found: await outsideChanges(git, owner, attempt) };
    };
    const { git, found } = await look().catch((error: unknown) => refuse(task, error));
    if (found === undefined) return undefined;
    switch (onConflict) {
      case "fail":
        throw conflict(task, found);
      case "merge":
        return toldOf(found);
      case "override": {
        const restored = restoreCheckpoint(git, owner, { target: found.base, run: attempt });
        await restored.catch((error: unknown) => refuse(task, error));
        return undefined;
      }
    }
  };
}

/** In the words of git. @throws ClaudineError */
function refuse({ id }: Task, error: unknown): never {
  if (!(error instanceof ClaudineError)) throw error;
  const hint = `\`claudine show ${id}\` names its worktree; \`claudine retry\` starts over`;
  const message = `Cannot continue task ${id}: its worktree cannot be made out: ${error.message}`;
  throw new ClaudineError(error.code, message, { hint, cause: error });
}

const FILES_NAMED = 10;

function conflict({ id }: Task, { files }: Outside): ClaudineError {
  const rest = files.length - FILES_NAMED;
  const named = `${files.slice(0, FILES_NAMED).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
  const what = files.length === 1 ? "a file was" : `${files.length} files were`;
  return new ClaudineError(
    "wrong_state",
    `Cannot continue task ${id}: since its last run ${what} changed in its worktree: ${named}`,
    {
      hint: "--on-conflict merge goes on with them and tells the agent; override records them as a checkpoint and puts back what the run left",
    },
  );
}

const TOLD_CHARS = 8000;

function toldOf({ stat }: Outside): string {
  const text = stat.length > TOLD_CHARS ? `${stat.slice(0, TOLD_CHARS)}\n[... cut here ...]` : stat.trimEnd();
  return `Others have changed files since you last worked on them; look at them again:\n\n${text}`.toWellFormed();
}
