/** What is done with a worktree when a run of its task has ended, before the end is told. */
import { readNote } from "@claudine/git";
import type { Task } from "@claudine/protocol";
import type { RunEnd } from "../running/run-facts.ts";
import { setupFailure } from "./setup-argv.ts";

export type Leave = (task: Task, end: Pick<RunEnd, "outcome">) => Promise<{ note?: string }>;

export function createLeave(): Leave {
  return async (task, { outcome }) => {
    const isWell = outcome.kind === "exited" && outcome.exitCode === 0;
    const why = isWell || task.checkout === undefined ? undefined : setupFailure(readNote(task.checkout.path, "setup"));
    return why === undefined ? {} : { note: why };
  };
}
