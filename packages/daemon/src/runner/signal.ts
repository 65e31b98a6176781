/** Sends signals to process groups and processes, and never to a process that is not the run's. */
import { findLeader, isRunning } from "./identity.ts";
import type { Processes, ProcessStat } from "./processes.ts";
import type { RunIdentity } from "./record.ts";

export type Signalled =
  | { result: "sent" }
  /** The leader has ended: nothing was signalled. */
  | { result: "gone" }
  | { result: "refused"; errno: string };

/** Signals the process group. @param signal a name such as `SIGTERM` */
export function signalRun(processes: Processes, identity: RunIdentity, signal: NodeJS.Signals): Signalled {
  const leader = findLeader(processes, identity);
  return leader === undefined || !isRunning(leader) ? { result: "gone" } : kill(-identity.pid, signal);
}

/** The number of the run's process group, as long as it is certain to be the run's. */
export function groupOf(processes: Processes, identity: RunIdentity): number | undefined {
  return findLeader(processes, identity) === undefined ? undefined : identity.pid;
}

export type Strike = { members: readonly ProcessStat[]; group: number | undefined; signal: NodeJS.Signals };

/** Signals those that are not in the group, and lets stopped ones go on, as they could not act on the signal. */
export function signalMembers(processes: Processes, { members, group, signal }: Strike): void {
  signalEach(
    processes,
    members.filter(({ pgid }) => pgid !== group),
    signal,
  );
  const stopped = stops(signal) ? [] : members.filter(({ state }) => state === "T");
  if (stopped.length === 0) return;
  if (group !== undefined) kill(-group, "SIGCONT");
  signalEach(
    processes,
    stopped.filter(({ pgid }) => pgid !== group),
    "SIGCONT",
  );
}

function stops(signal: NodeJS.Signals): boolean {
  return ["SIGKILL", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU"].includes(signal);
}

/** Looks again before each: a pid of the list may have become another process. */
function signalEach(processes: Processes, members: readonly ProcessStat[], signal: NodeJS.Signals): void {
  for (const member of members) {
    const now = processes.read(member.pid);
    if (now !== undefined && processes.sameStart(now.startTicks, member.startTicks)) kill(member.pid, signal);
  }
}

export function kill(pid: number, signal: NodeJS.Signals): Signalled {
  try {
    process.kill(pid, signal);
    return { result: "sent" };
  } catch (error) {
    const errno = error instanceof Error && "code" in error ? String(error.code) : "EINVAL";
    return errno === "ESRCH" ? { result: "gone" } : { result: "refused", errno };
  }
}
