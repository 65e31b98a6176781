/** Tells the engine what a run's record says: that it started, how it ended, or that it is lost. */
import type { Outcome, Task } from "@claudine/protocol";
import type { Command } from "../core/command.ts";
import { runUid } from "../running/launch.ts";
import { errorFacts } from "../log.ts";
import { runEnd, usageFromSamples, type Measured } from "../running/run-facts.ts";
import type { RunProcesses } from "../runner/members.ts";
import type { RecordEnd, RecordStart } from "../runner/record.ts";
import { currentRun, recordOf, type CurrentRun, type SupervisorPorts } from "./ports.ts";

export type Reporter = {
  /** Reads the record of a run and reports what is new. */
  look(key: string): void;
  started(key: string, start: RecordStart): void;
  ended(key: string, start: RecordStart, end: Omit<RecordEnd, "pid">): void;
  notStarted(key: string, failure: { step: string; errno: string; path: string }, note?: string): void;
  noWorktree(key: string, refused: { why: string; path: string }): void;
  /** What a run uses matters where it may not use more than so much. */
  sampled(key: string, rssBytes: number): void;
  noEnvironment(key: string, names: readonly string[]): void;
  lost(key: string, why: Extract<Outcome, { kind: "lost" }>["why"]): void;
};

export function createReporter(ports: SupervisorPorts): Reporter {
  /** Runs whose leader has ended and whose tree is being ended. */
  const ending = new Set<string>();

  const report = (command: Command): void => {
    ports.dispatch(command).catch((error: unknown) => ports.log.error("A report was refused", errorFacts(error)));
  };
  const withRun = (key: string, action: (now: CurrentRun) => void): void => {
    const now = currentRun(ports, key);
    if (now !== undefined) action(now);
  };

  const measured = (key: string, { task, run }: CurrentRun): Measured => ({
    sampled: ports.meter.untrack(key),
    group: ports.groupTotals(runUid(task, run.attempt)),
  });

  const reporter: Reporter = {
    look(key) {
      if (currentRun(ports, key) === undefined) return;
      const record = recordOf(ports, key);
      switch (record.state) {
        case "missing":
        case "starting":
        case "torn":
        case "unreadable":
          return;
        case "started":
          return reporter.started(key, record);
        case "failed":
          return reporter.notStarted(key, record);
        case "ended":
          return reporter.ended(key, record, record);
      }
    },
    started: (key, { pid, startTicks, bootId, startedAt }) =>
      withRun(key, ({ task, run }) => {
        if (run.started !== undefined) return;
        report({
          type: "report-started",
          id: task.id,
          attempt: run.attempt,
          process: { pid, startTicks, bootId },
          startedAt,
        });
      }),
    ended: (key, start, end) =>
      withRun(key, (now) => {
        const { task, run } = now;
        if (ending.has(key)) return;
        const finish = async (): Promise<void> => {
          const ended = runEnd(start.startedAt, end, measured(key, now));
          const left = hasGit(task) ? await ports.leave(currentRun(ports, key)?.task ?? task, ended) : {};
          ending.delete(key);
          report({
            type: "report-ended",
            id: task.id,
            attempt: run.attempt,
            overMemory: task.needs?.memoryMaxBytes !== undefined && ports.ranOutOfMemory(runUid(task, run.attempt)),
            ...ended,
            ...left,
          });
        };
        if (run.stopping === undefined) {
          if (hasGit(task)) ending.add(key);
          return void finish();
        }
        // Who asked for the end gets the whole tree ended, not only its leader.
        ending.add(key);
        const tree = { identity: start, runUid: runUid(task, run.attempt) };
        void untilTreeGone(ports, tree, run.stopping.killAt).then(finish, finish);
      }),
    noWorktree: (key, { why, path }) => reporter.notStarted(key, { step: "worktree", errno: "ENOTREADY", path }, why),
    notStarted: (key, { step, errno, path }, note) =>
      withRun(key, ({ task, run }) => {
        ports.meter.untrack(key);
        report({
          type: "report-ended",
          id: task.id,
          attempt: run.attempt,
          startedAt: null,
          finishedAt: ports.clock.wall(),
          usage: usageFromSamples(0, {}),
          outcome: { kind: "not-started", step, errno, path },
          note,
        });
      }),
    sampled: (key, rssBytes) =>
      withRun(key, ({ task, run }) => {
        const { memoryMaxBytes = Number.POSITIVE_INFINITY } = task.needs ?? {};
        if (rssBytes <= memoryMaxBytes || run.stopping !== undefined) return;
        if (!ports.isCapped(runUid(task, run.attempt)))
          report({ type: "report-memory", id: task.id, attempt: run.attempt, rssBytes });
      }),
    noEnvironment: (key, names) =>
      withRun(key, ({ task, run }) => {
        report({ type: "report-no-environment", id: task.id, attempt: run.attempt, names });
      }),
    lost: (key, why) =>
      withRun(key, ({ task, run }) => {
        const used = measured(key, { task, run });
        const startedAt = run.started?.startedAt ?? null;
        const finishedAt = ports.clock.wall();
        report({
          type: "report-ended",
          id: task.id,
          attempt: run.attempt,
          outcome: { kind: "lost", why },
          startedAt,
          finishedAt,
          usage: usageFromSamples(startedAt === null ? 0 : Math.max(0, finishedAt - startedAt), used),
        });
      }),
  };
  return reporter;
}

function hasGit({ worktree, checkpoint }: Task): boolean {
  return worktree !== undefined || checkpoint !== undefined;
}

async function untilTreeGone(ports: SupervisorPorts, tree: RunProcesses, killAt: number): Promise<void> {
  const isGone = await ports.treeGone(tree, Math.max(0, killAt - ports.clock.steady()));
  if (!isGone) await ports.signalTree(tree, "SIGKILL");
}
