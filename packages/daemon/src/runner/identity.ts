/** Tells a run's own leader process from another that was given the same pid later. */
import type { Processes, ProcessStat } from "./processes.ts";
import type { RunIdentity } from "./record.ts";

/** The leader, even as a zombie: while one exists its pid and process group are not given to others. */
export function findLeader(processes: Processes, identity: RunIdentity): ProcessStat | undefined {
  if (identity.bootId !== processes.bootId()) return undefined;
  const stat = processes.read(identity.pid);
  return stat !== undefined && processes.sameStart(stat.startTicks, identity.startTicks) ? stat : undefined;
}

/** A zombie is dead: it runs nothing, it only waits to be reaped. */
export function isAlive(processes: Processes, identity: RunIdentity): boolean {
  const leader = findLeader(processes, identity);
  return leader !== undefined && isRunning(leader);
}

export function isRunning(stat: ProcessStat): boolean {
  return stat.state !== "Z" && stat.state !== "X";
}
