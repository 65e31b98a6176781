/** What the daemon does with git for the runs of tasks, joined. */
import { type Checkpoints, createCheckpoints, type CheckpointPorts } from "./checkpoints.ts";
import { createEnter, type Enter, type EnterPorts } from "./enter.ts";
import { createLeave, type Leave } from "./leave.ts";
import { createLookOutside, type LookOutside } from "./outside.ts";

export type WorktreesPorts = CheckpointPorts & Omit<EnterPorts, "record">;

export type Worktrees = Checkpoints & { enter: Enter; leave: Leave; lookOutside: LookOutside };

export function createWorktrees(ports: WorktreesPorts): Worktrees {
  const checkpoints = createCheckpoints(ports);
  const { record } = checkpoints;
  return {
    ...checkpoints,
    enter: createEnter({ ...ports, record }),
    leave: createLeave({ ...ports, record }),
    lookOutside: createLookOutside(ports),
  };
}
