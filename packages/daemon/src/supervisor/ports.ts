/** What supervising needs from the engine, the runner and the folders; and how a run key finds its task. */
import type { AgentEnd, LiveRun, Task, TaskId } from "@claudine/protocol";
import type { Clock } from "../time/clock.ts";
import type { Command } from "../core/command.ts";
import { parseRunKey, type Launch } from "../running/launch.ts";
import type { Log } from "../log.ts";
import type { RunFolders } from "../output/files.ts";
import type { GroupTotals } from "../runner/cgroup-totals.ts";
import type { RunProcesses } from "../runner/members.ts";
import type { Meter } from "../runner/meter.ts";
import type { RunRecord } from "../runner/record.ts";
import type { Leave } from "../worktrees/leave.ts";

export type SupervisorPorts = {
  dispatch(command: Command): Promise<unknown>;
  /** A task that is not finished. */
  live(id: TaskId): Task | undefined;
  liveTasks(): Iterable<Task>;
  launch: Launch;
  meter: Pick<Meter, "track" | "untrack">;
  runs: RunFolders;
  readRecord(path: string): RunRecord;
  /** Signals the whole tree; with SIGKILL resolves when none of it is left. */
  signalTree(run: RunProcesses, signal: string): Promise<void>;
  /** Signals the process group only. */
  signalGroup(run: RunProcesses, signal: string): void;
  /** Resolves when no process of the run is left, or at the deadline; tells which. */
  treeGone(run: RunProcesses, deadlineMs: number): Promise<boolean>;
  /** What the run's control group has counted, where it has one. */
  groupTotals(runUid: string): GroupTotals | undefined;
  /** Whether the kernel keeps the run within its limit of memory, so that nobody has to watch it. */
  isCapped(runUid: string): boolean;
  /** Whether the kernel has ended it because of that limit. */
  ranOutOfMemory(runUid: string): boolean;
  /** What is done about git when a run has ended, before its end is told; what of it belongs to how it ended. */
  leave: Leave;
  bootId: string;
  /** Of a run that has ended: its input and its control group. */
  clearAway(task: Task, attempt: number): void;
  /** What an agent did and answered, read to the end of its output; undefined for what is none. */
  agentEnded(task: Task, attempt: number, exitCode: number | undefined): Promise<AgentEnd | undefined>;
  /** Names of variables whose values are gone with their key. */
  lostNames(envId: string): string[];
  log: Log;
  clock: Clock;
};

export type CurrentRun = { task: Task; run: LiveRun };

/** The task when `key` names its present run; undefined for a run that is over. */
export function currentRun(ports: Pick<SupervisorPorts, "live">, key: string): CurrentRun | undefined {
  const parsed = parseRunKey(key);
  const task = parsed === undefined ? undefined : ports.live(parsed.id);
  if (task === undefined || !("run" in task.status) || task.status.run.attempt !== parsed?.attempt) return undefined;
  return { task, run: task.status.run };
}

export function recordOf(ports: Pick<SupervisorPorts, "runs" | "readRecord">, key: string): RunRecord {
  const parsed = parseRunKey(key);
  return parsed === undefined ? { state: "missing" } : ports.readRecord(recordPath(ports, parsed));
}

export function recordPath(ports: Pick<SupervisorPorts, "runs">, run: { id: TaskId; attempt: number }): string {
  return ports.runs.files(run.id, run.attempt).record;
}

export function runsInFlight(ports: Pick<SupervisorPorts, "liveTasks">): CurrentRun[] {
  return [...ports.liveTasks()].flatMap((task) => ("run" in task.status ? [{ task, run: task.status.run }] : []));
}
