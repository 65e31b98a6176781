/** What is done about git when a run of a task has ended, before the end is told: so that no later run is in between. */
import { commitAll, readNote } from "@claudine/git";
import type { Task } from "@claudine/protocol";
import { errorFacts } from "../log.ts";
import type { RunEnd } from "../running/run-facts.ts";
import type { CheckpointPorts, Checkpoints } from "./checkpoints.ts";
import type { EnterPorts } from "./enter.ts";
import { setupFailure } from "./setup-argv.ts";
import { markOf, taskGit } from "./task-git.ts";

export type Leave = (task: Task, end: Pick<RunEnd, "outcome">) => Promise<{ note?: string }>;

export type LeavePorts = CheckpointPorts & Pick<Checkpoints, "record"> & Pick<EnterPorts, "dispatch" | "endMarked">;

const LONGEST_MS = 600_000;

/** Never throws: the end of a run is told whatever becomes of this. */
export function createLeave(ports: LeavePorts): Leave {
  return async (task, { outcome }) => {
    const { checkout } = task;
    if (task.worktree !== undefined && checkout === undefined) return {};
    const unrecorded = await ports.record(task, "at the end of the run");
    const setup = checkout === undefined ? undefined : failedSetup(checkout.path, outcome);
    const notes = [setup, unrecorded, await committed(ports, task)];
    const note = notes.filter((one) => one !== undefined).join("; ");
    return note === "" ? {} : { note };
  };
}

function failedSetup(path: string, outcome: RunEnd["outcome"]): string | undefined {
  const isWell = outcome.kind === "exited" && outcome.exitCode === 0;
  return isWell ? undefined : setupFailure(readNote(path, "setup"));
}

/** @returns why not, in words */
async function committed(ports: LeavePorts, task: Task): Promise<string | undefined> {
  const { checkout: worktree, id, attempt } = task;
  if (worktree === undefined || task.worktree?.commitOnFinish !== true) return undefined;
  try {
    // One that another daemon began before it died.
    await ports.endMarked(markOf({ task, attempt, part: "leave" }));
    const signal = AbortSignal.timeout(LONGEST_MS);
    const env = ports.environment(task);
    const git = taskGit({ task, attempt, part: "leave", env, cwd: worktree.path, signal });
    const commit = await commitAll(git, { worktree, message: messageOf(task) });
    if (commit !== undefined) await ports.dispatch({ type: "report-worktree", id, step: "committed", worktree });
    return undefined;
  } catch (error) {
    ports.log.warn("What a run has left could not be committed", { task: id, ...errorFacts(error) });
    return `its changes were not committed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const SUBJECT_LENGTH = 60;

function messageOf({ id, attempt, label, command, uid }: Task): string {
  const what = (label ?? command).replaceAll(/\s+/g, " ").slice(0, SUBJECT_LENGTH);
  return `${what}\n\nWhat task ${id} of Claudine, run ${attempt}, left uncommitted.\n\nClaudine-Task: ${uid}\n`;
}
