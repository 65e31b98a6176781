/** Records checkpoints of tasks: at the end of each run, every so often while it runs, and when somebody asks. */
import { type Env, inWorktree, recordCheckpoint } from "@claudine/git";
import type { Task, TaskId } from "@claudine/protocol";
import type { Fact } from "../engine.ts";
import { errorFacts, type Log } from "../log.ts";
import { taskGit } from "./task-git.ts";

export type CheckpointPorts = {
  /** The task's own environment; empty when it cannot be read any more. */
  environment(task: Task): Env;
  log: Log;
};

export type Checkpoints = {
  /** Never throws: what cannot be recorded is logged. @returns why not, in words */
  record(task: Task, why: string): Promise<string | undefined>;
  onFacts(facts: readonly Fact[]): void;
  /** An agent's run has called so many tools by now. */
  calledTools(task: Task, calls: number): void;
  /** Tasks that an earlier daemon started. */
  takeUp(tasks: Iterable<Task>): void;
};

/** Only ends what hangs, as a filter that waits. */
const LONGEST_MS = 600_000;

export function createCheckpoints({ environment, log }: CheckpointPorts): Checkpoints {
  const timers = new Map<TaskId, NodeJS.Timeout>();
  /** How many times the number of calls that was asked for had been reached when it was looked at last. */
  const reached = new Map<TaskId, number>();
  const busy = new Set<TaskId>();

  const record = async (task: Task, why: string): Promise<string | undefined> => {
    const { id, uid, attempt, checkout, cwd } = task;
    const signal = AbortSignal.timeout(LONGEST_MS);
    try {
      const git = taskGit({ task, attempt, part: "checkpoint", env: environment(task), cwd, signal });
      const own = checkout === undefined ? git : inWorktree(git, checkout);
      const { isWhole } = await recordCheckpoint(own, { id, uid }, { run: attempt, why });
      return isWhole ? undefined : "not all of its files were recorded";
    } catch (error) {
      log.warn("A checkpoint could not be recorded", { task: id, ...errorFacts(error) });
      return `its files were not recorded: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  const tick = async (task: Task): Promise<void> => {
    if (busy.has(task.id)) return;
    busy.add(task.id);
    await record(task, "while it runs").finally(() => busy.delete(task.id));
  };
  const watch = (task: Task): void => {
    const everyMs = task.checkpoint?.everyMs;
    if (everyMs === undefined || !("run" in task.status) || task.status.run.started === undefined) return;
    clearInterval(timers.get(task.id));
    timers.set(task.id, setInterval(() => void tick(task), everyMs).unref());
  };
  const calledTools = (task: Task, calls: number): void => {
    const times = Math.floor(calls / (task.checkpoint?.everyCalls ?? Infinity));
    if (times <= (reached.get(task.id) ?? 0)) return;
    reached.set(task.id, times);
    void tick(task);
  };
  const forget = (id: TaskId): void => {
    reached.delete(id);
    clearInterval(timers.get(id));
    timers.delete(id);
  };
  return {
    record,
    calledTools,
    onFacts(facts) {
      for (const { event, task } of facts) {
        if (event.type === "run.started" && task !== undefined) watch(task);
        if (event.type === "run.finished") forget(event.id);
      }
    },
    takeUp(tasks) {
      for (const task of tasks) watch(task);
    },
  };
}
