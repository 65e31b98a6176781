/** Follows the runs of agents: what they write becomes what is known of them, and whoever hangs is noticed. */
import {
  choiceOf,
  type AgentEnd,
  type AgentFacts,
  type Attention,
  type Run,
  type Task,
  type TaskId,
} from "@claudine/protocol";
import type { Fact } from "../engine.ts";
import { errorFacts, type Log } from "../log.ts";
import type { RunFolders } from "../output/files.ts";
import { hasAnswers } from "../core/agent-limits.ts";
import type { SpentBy } from "../core/budgets.ts";
import { judge, type WatchRules } from "./attention.ts";
import { endOf, factsOf, spentOf, type RunTool } from "./facts.ts";
import { createReading, type Reading } from "./reading.ts";
import type { Registry } from "./registry.ts";
import { createSpending, type Spending } from "./spending.ts";
import type { TextFiles } from "./text-files.ts";
import { zoneOf } from "./zone.ts";

export type AgentRunsPorts = {
  registry: Registry;
  runs: Pick<RunFolders, "files">;
  files: TextFiles;
  rules: WatchRules;
  live(id: TaskId): Task | undefined;
  liveTasks(): Iterable<Task>;
  report(report: { id: TaskId; attempt: number; attention: Attention | null; end?: "quiet" | "lingering" }): void;
  /** A run that tries whether a limit is over gets answers. */
  answers(run: { id: TaskId; attempt: number }): void;
  /** A run has spent more, or goes on to its next turn. */
  spending(run: { id: TaskId; attempt: number; turned: boolean }): void;
  calledTools(task: Task, calls: number): void;
  /** Of a task, that have ended. */
  runsOf(id: TaskId): readonly Run[];
  /** Of a task; empty when it cannot be read any more. */
  environment(task: Task): Readonly<Record<string, string>>;
  wall(): number;
  /** For spans of time; whatever was done to the wall clock. */
  steady(): number;
  log: Log;
};

export type AgentRuns = {
  onFacts(facts: readonly Fact[]): void;
  /** What runs already when the daemon comes up. */
  takeUp(): void;
  /** Somebody has looked at the size of a run's output. */
  looked(run: { id: TaskId; attempt: number }, hasGrown: boolean): void;
  current(id: TaskId): AgentFacts | undefined;
  spentBy: SpentBy;
  /** Reads the rest of what a run has written, when its process has ended; undefined for what is no agent's. */
  ended(task: Task, attempt: number, exitCode: number | undefined): Promise<AgentEnd | undefined>;
  close(): void;
};

type Followed = RunTool & {
  task: Task;
  attempt: number;
  reading: Reading;
  grownAt: number;
  answeredAt: number | undefined;
  saidAnswers: boolean;
  said: string | undefined;
  spending: Spending;
};

export function createAgentRuns(ports: AgentRunsPorts): AgentRuns {
  const followed = new Map<TaskId, Followed>();

  const follow = (task: Task, attempt: number, isTakenUp = false): Followed | undefined => {
    const known = followed.get(task.id);
    if (known?.attempt === attempt) return known;
    known?.reading.close();
    if (task.agent === undefined) return undefined;
    const choice = choiceOf(task.agent, task.agentAt);
    const adapter = ports.registry.find(choice.agent);
    if (adapter === undefined) return undefined;
    const zone = zoneOf(ports.environment(task));
    const run: Followed = {
      task,
      attempt,
      choice,
      version: ports.files.version({ task, attempt }),
      resumable: adapter.unsupported({ prompt: { path: "/", text: "" }, resume: "it" }) === undefined,
      reading: createReading({
        adapter,
        files: ports.runs.files(task.id, attempt),
        clock: () => ({ nowMs: ports.wall(), zone }),
      }),
      grownAt: ports.steady(),
      answeredAt: undefined,
      saidAnswers: false,
      said: undefined,
      spending: createSpending(
        { id: task.id, attempt, isTakenUp },
        { ...ports, progress: () => run.reading.progress() },
      ),
    };
    followed.set(task.id, run);
    return run;
  };
  const forget = (task: Task, attempt: number): void => {
    ports.files.remove({ task, attempt });
    if (followed.get(task.id)?.attempt !== attempt) return;
    followed.get(task.id)?.reading.close();
    followed.delete(task.id);
  };
  const read = (run: Followed): void => {
    run.reading
      .catchUp()
      .then(() => {
        watch(ports, run);
        ports.calledTools(run.task, run.reading.progress().toolCalls);
      })
      .catch((error: unknown) =>
        ports.log.debug("An agent's output could not be read", { task: run.task.id, ...errorFacts(error) }),
      );
  };
  return {
    onFacts(facts) {
      for (const { event, task } of facts) {
        if (task?.agent === undefined) continue;
        if (event.type === "run.started") follow(task, event.attempt);
        if (event.type === "run.finished") forget(task, event.attempt);
      }
    },
    takeUp() {
      const running = [...ports.liveTasks()].filter((task) => task.agent !== undefined && "run" in task.status);
      ports.files.sweep(running.map((task) => ({ task, attempt: task.attempt })));
      for (const task of running) {
        const run = follow(task, task.attempt, true);
        if (run !== undefined) read(run);
      }
    },
    looked({ id, attempt }, hasGrown) {
      const run = followed.get(id);
      if (run?.attempt !== attempt) return;
      if (!hasGrown) return watch(ports, run);
      run.grownAt = ports.steady();
      read(run);
    },
    current(id) {
      const run = followed.get(id);
      return run === undefined ? undefined : factsOf(run, run.reading.progress(), run.spending.before());
    },
    spentBy(id) {
      const run = followed.get(id);
      if (run === undefined) return undefined;
      const progress = run.reading.progress();
      return { ...spentOf(progress, run.spending.before()), hasFailed: progress.result?.ok === false };
    },
    async ended(task, attempt, exitCode) {
      const run = follow(task, attempt);
      if (run === undefined) return undefined;
      const progress = await run.reading.end(exitCode);
      return endOf(run, progress, run.spending.before());
    },
    close() {
      for (const { reading } of followed.values()) reading.close();
      followed.clear();
    },
  };
}

/** Says what is new: that somebody should look at it, that nobody need any more, or that it is to end. */
function watch(ports: AgentRunsPorts, run: Followed): void {
  const { task, attempt } = run;
  const now = ports.steady();
  const status = ports.live(task.id)?.status;
  if (status?.state === "paused") run.grownAt = now;
  if (status?.state !== "running" || status.run.attempt !== attempt || status.run.stopping !== undefined) return;
  const progress = run.reading.progress();
  if (status.run.probe === true && !run.saidAnswers && hasAnswers(factsOf(run, progress, undefined))) {
    run.saidAnswers = true;
    ports.answers({ id: task.id, attempt });
  }
  run.spending.tell();
  run.answeredAt = progress.result === undefined ? undefined : (run.answeredAt ?? now);
  const { attention, end } = judge(
    {
      progress,
      quietMs: now - run.grownAt,
      answeredMs: run.answeredAt === undefined ? undefined : now - run.answeredAt,
      takesMessages: task.agent?.takesMessages === true,
    },
    ports.rules,
  );
  const said = attention === null ? undefined : `${attention.kind} ${end ?? ""}`;
  // What an earlier daemon said may not be so any more.
  if (said === (run.said ?? (attention === null ? kindOf(status.run.attention) : undefined))) return;
  run.said = said;
  ports.report({
    id: task.id,
    attempt,
    attention: attention === null ? null : { ...attention, since: ports.wall() },
    ...(end === undefined ? {} : { end }),
  });
}

function kindOf(attention: Attention | undefined): string | undefined {
  return attention === undefined ? undefined : `${attention.kind} `;
}
