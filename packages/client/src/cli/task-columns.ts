/** The columns in which tasks can be listed and sorted. */
import { agentChoiceText } from "@claudine/protocol/agent-choice";
import type { TaskInfo } from "@claudine/protocol/task";
import { formatBytes } from "@claudine/protocol/units";
import { costText } from "./agents/facts.ts";
import { STATE_COLORS } from "./paint.ts";
import type { Column } from "./table.ts";
import { blankOr, brief, clock, cpuMs, cpuText, memory, reasonText, runMs, stateText } from "./task-values.ts";

function branchOf({ worktree }: TaskInfo): string | undefined {
  return worktree?.checkout?.branch ?? worktree?.branch;
}

export type TaskColumn = Column<TaskInfo> & {
  name: string;
  describe: string;
  /** What it sorts by; undefined comes last. */
  key(task: TaskInfo): number | string | undefined;
};

/** @param now epoch ms */
export function taskColumns(now: number): readonly TaskColumn[] {
  const right = { align: "right" } as const;
  return [
    { name: "id", title: "ID", ...right, describe: "Id", text: ({ id }) => String(id), key: ({ id }) => id },
    {
      name: "state",
      title: "STATE",
      describe: "State",
      text: stateText,
      key: ({ state }) => state,
      color: ({ state }) => STATE_COLORS[state],
    },
    {
      name: "label",
      title: "LABEL",
      describe: "Label",
      shrinksTo: 6,
      text: ({ label }) => label ?? "",
      key: ({ label }) => label ?? undefined,
    },
    {
      name: "group",
      title: "GROUP",
      describe: "Group",
      shrinksTo: 7,
      text: ({ group }) => group,
      key: ({ group }) => group,
    },
    {
      name: "priority",
      title: "PRIO",
      ...right,
      describe: "Priority",
      text: ({ priority }) => String(priority),
      key: ({ priority }) => priority,
    },
    {
      name: "attempt",
      title: "RUN",
      ...right,
      describe: "Number of runs",
      text: ({ attempt }) => String(attempt),
      key: ({ attempt }) => attempt,
    },
    {
      name: "age",
      title: "AGE",
      ...right,
      describe: "Since it was submitted",
      text: (task) => brief(now - task.createdAt),
      key: (task) => now - task.createdAt,
    },
    {
      name: "time",
      title: "TIME",
      ...right,
      describe: "How long it runs or ran",
      text: (task) => blankOr(runMs(task, now), brief),
      key: (task) => runMs(task, now),
    },
    {
      name: "cpu",
      title: "CPU",
      ...right,
      describe: "Share of a core now; when it has ended, CPU time used",
      text: cpuText,
      key: (task) => task.cpuPercent ?? cpuMs(task),
    },
    {
      name: "mem",
      title: "MEM",
      ...right,
      describe: "Memory now; when it has ended, the most it had",
      text: (task) => blankOr(memory(task), formatBytes),
      key: memory,
    },
    {
      name: "exit",
      title: "EXIT",
      ...right,
      describe: "Exit code or signal",
      text: ({ exitCode, signal }) => String(exitCode ?? signal?.replace(/^SIG/, "") ?? ""),
      key: ({ exitCode }) => exitCode ?? undefined,
    },
    {
      name: "agent",
      title: "AGENT",
      describe: "The agent and its model",
      shrinksTo: 8,
      text: ({ agent }) => (agent === null ? "" : agentChoiceText(agent)),
      key: ({ agent }) => agent?.agent,
    },
    {
      name: "cost",
      title: "COST",
      ...right,
      describe: "What an agent has cost, as it counts",
      text: ({ agent }) => blankOr(agent?.costUsd ?? undefined, costText),
      key: ({ agent }) => agent?.costUsd ?? undefined,
    },
    {
      name: "tokens",
      title: "TOKENS",
      ...right,
      describe: "Tokens that an agent has read and written",
      text: ({ agent }) => (agent === null ? "" : String(agent.tokens.input + agent.tokens.output)),
      key: ({ agent }) => (agent === null ? undefined : agent.tokens.input + agent.tokens.output),
    },
    {
      name: "doing",
      title: "DOING",
      describe: "What an agent does now, or did last",
      shrinksTo: 12,
      text: ({ agent }) => agent?.headline ?? "",
      key: ({ agent }) => agent?.headline ?? undefined,
    },
    {
      name: "reason",
      title: "REASON",
      describe: "Why it waits, or how it ended",
      shrinksTo: 8,
      text: reasonText,
      key: ({ reason }) => reason ?? undefined,
    },
    {
      name: "pid",
      title: "PID",
      ...right,
      describe: "Process",
      text: ({ pid }) => String(pid ?? ""),
      key: ({ pid }) => pid ?? undefined,
    },
    {
      name: "created",
      title: "SUBMITTED",
      describe: "When it was submitted",
      text: ({ createdAt }) => clock(createdAt),
      key: ({ createdAt }) => createdAt,
    },
    {
      name: "started",
      title: "STARTED",
      describe: "When the last run began",
      text: ({ startedAt }) => blankOr(startedAt, clock),
      key: ({ startedAt }) => startedAt ?? undefined,
    },
    {
      name: "finished",
      title: "FINISHED",
      describe: "When the last run ended",
      text: ({ finishedAt }) => blankOr(finishedAt, clock),
      key: ({ finishedAt }) => finishedAt ?? undefined,
    },
    {
      name: "cwd",
      title: "DIRECTORY",
      describe: "Working directory",
      shrinksTo: 10,
      text: ({ cwd }) => cwd,
      key: ({ cwd }) => cwd,
    },
    {
      name: "branch",
      title: "BRANCH",
      describe: "Branch of its worktree",
      shrinksTo: 10,
      text: (task) => branchOf(task) ?? "",
      key: branchOf,
    },
    { name: "uid", title: "UID", describe: "Unique name", text: ({ uid }) => uid, key: ({ uid }) => uid },
    {
      name: "command",
      title: "COMMAND",
      describe: "What runs",
      shrinksTo: 12,
      text: ({ command }) => command,
      key: ({ command }) => command,
    },
  ];
}

export const COLUMN_NAMES: readonly string[] = taskColumns(0).map(({ name }) => name);

/** The columns worth their room for these tasks; fewer on a narrow terminal. */
export function usualColumns(tasks: readonly TaskInfo[], width: number): string[] {
  const when = (name: string, wanted: boolean) => (wanted ? [name] : []);
  return [
    "id",
    "state",
    ...when(
      "label",
      tasks.some(({ label }) => label !== null),
    ),
    ...when(
      "group",
      tasks.some(({ group }) => group !== "default"),
    ),
    ...when("age", width >= 50),
    "time",
    ...when("cpu", width >= 70),
    ...when("mem", width >= 70),
    ...when(
      "cost",
      tasks.some(({ agent }) => agent !== null && agent.costUsd !== null),
    ),
    ...when(
      "reason",
      tasks.some((task) => reasonText(task) !== ""),
    ),
    ...when(
      "doing",
      tasks.some(({ agent }) => agent !== null && agent.headline !== null),
    ),
    "command",
  ];
}
