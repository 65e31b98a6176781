/** Tells the engine what a run's record says: that it started, how it ended, or that it is lost. */
import type { Refusal } from "../agents/start.ts";
import type { AgentEnd, Outcome, Task } from "@claudine/protocol";
import type { Command } from "../core/command.ts";
import { runUid } from "../running/launch.ts";
import { errorFacts } from "../log.ts";
import { runEnd, usageFromSamples, type Measured, type RunEnd } from "../running/run-facts.ts";
import type { RunProcesses } from "../runner/members.ts";
import type { RecordEnd, RecordStart } from "../runner/record.ts";
import { currentRun, recordOf, type CurrentRun, type SupervisorPorts } from "./ports.ts";

export type Reporter = {
  /** Reads the record of a run and reports what is new. */
  look(key: string): void;
  started(key: string, start: RecordStart): void;
  ended(key: string, start: RecordStart, end: Omit<RecordEnd, "pid">): void;
  notStarted(key: string, failure: { step: string; errno: string; path: string }): void;
  /** Its agent or its worktree cannot be had, and would not the next time. */
  refused(key: string, refusal: Refusal): void;
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

  const agentEnd = async ({ task, run }: CurrentRun, outcome: Outcome): Promise<AgentEnd | undefined> => {
    try {
      const exitCode = outcome.kind === "exited" ? outcome.exitCode : undefined;
      return await ports.agentEnded(task, run.attempt, exitCode);
    } catch (error) {
      ports.log.warn("What an agent has answered could not be read", { task: task.id, ...errorFacts(error) });
      return undefined;
    }
  };

  const notBegun = (key: string, { outcome, note }: Pick<Refusal, "outcome"> & { note?: string }): void =>
    withRun(key, ({ task, run }) => {
      ports.meter.untrack(key);
      report({
        type: "report-ended",
        id: task.id,
        attempt: run.attempt,
        startedAt: null,
        finishedAt: ports.clock.wall(),
        usage: usageFromSamples(0, {}),
        outcome,
        note,
      });
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
        const factsOf = () => runEnd(start.startedAt, end, measured(key, now));
        const finish = (facts: RunEnd, agent?: AgentEnd, left: { note?: string } = {}) => {
          ending.delete(key);
          report({
            type: "report-ended",
            id: task.id,
            attempt: run.attempt,
            overMemory: task.needs?.memoryMaxBytes !== undefined && ports.ranOutOfMemory(runUid(task, run.attempt)),
            ...facts,
            ...left,
            agent,
          });
        };
        const isPlain = task.agent === undefined && !hasGit(task);
        if (run.stopping === undefined && isPlain) return finish(factsOf());
        // Who asked for the end gets the whole tree ended, not only its leader.
        ending.add(key);
        const tree = { identity: start, runUid: runUid(task, run.attempt) };
        const isGone = run.stopping === undefined ? Promise.resolve() : untilTreeGone(ports, tree, run.stopping.killAt);
        const afterwards = async () => {
          const facts = factsOf();
          const left = hasGit(task) ? await ports.leave(currentRun(ports, key)?.task ?? task, facts) : {};
          finish(facts, await agentEnd(now, facts.outcome), left);
        };
        void isGone.then(afterwards, afterwards);
      }),
    notStarted: (key, { step, errno, path }) => notBegun(key, { outcome: { kind: "not-started", step, errno, path } }),
    refused: notBegun,
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
      withRun(key, (now) => {
        const { task, run } = now;
        if (ending.has(key)) return;
        const used = measured(key, now);
        const startedAt = run.started?.startedAt ?? null;
        const finishedAt = ports.clock.wall();
        const outcome: Outcome = { kind: "lost", why };
        const usage = usageFromSamples(startedAt === null ? 0 : Math.max(0, finishedAt - startedAt), used);
        const finish = (agent?: AgentEnd) => {
          ending.delete(key);
          report({
            type: "report-ended",
            id: task.id,
            attempt: run.attempt,
            outcome,
            startedAt,
            finishedAt,
            usage,
            agent,
          });
        };
        if (task.agent === undefined) return finish();
        ending.add(key);
        void agentEnd(now, outcome).then(finish);
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
