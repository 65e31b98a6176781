/** Tasks and schedules in few words: a model pays for every field it reads. */
import type { AgentInfo } from "@claudine/protocol/agent";
import type { ScheduleInfo } from "@claudine/protocol/schedule";
import type { TaskInfo } from "@claudine/protocol/task";

const COMMAND_CHARS = 300;
const COMMAND_CHARS_OF_ONE = 4000;

/** One of many. Null, false and empty fields are left out. */
export function briefTask(task: TaskInfo): Partial<Omit<TaskInfo, "agent">> & { wallMs?: number; agent?: BriefAgent } {
  const { id, state, reason, exitCode, signal, label, group, attempt, createdAt, startedAt, finishedAt } = task;
  return withoutEmpty({
    id,
    state,
    reason,
    exitCode,
    signal,
    label,
    group,
    command: cut(task.command, COMMAND_CHARS),
    attempt,
    createdAt,
    startedAt,
    finishedAt,
    wallMs: task.usage.wallMs,
    agent: briefAgent(task.agent),
  });
}

type BriefAgent = Partial<Pick<AgentInfo, "agent" | "model" | "headline" | "costUsd" | "attention" | "error">> | null;

function briefAgent(info: AgentInfo | null): BriefAgent {
  if (info === null) return null;
  const { agent, model, headline, costUsd, attention, error } = info;
  return withoutEmpty({ agent, model, headline, costUsd, attention, error });
}

/** All about one, but for the words that execute: they are in the command. */
export function fullTask(task: TaskInfo): Partial<TaskInfo> {
  const { argv: _, uid: __, ...rest } = task;
  return withoutEmpty({ ...rest, command: cut(task.command, COMMAND_CHARS_OF_ONE) });
}

export function briefSchedule({ name, state, when, zone, next, command, label, last }: ScheduleInfo) {
  const lastly = last === null ? {} : { last: withoutEmpty({ due: last.due, task: last.task, state: last.state }) };
  return withoutEmpty({ name, state, when, zone, next, command: cut(command, COMMAND_CHARS), label, ...lastly });
}

export function fullSchedule({ argv: _, ...schedule }: ScheduleInfo): Partial<ScheduleInfo> {
  return withoutEmpty({ ...schedule, command: cut(schedule.command, COMMAND_CHARS_OF_ONE) });
}

/** At most so many, and how many there are more. */
export function briefTasks(tasks: readonly TaskInfo[], most: number) {
  const more = tasks.length - most;
  return { tasks: tasks.slice(0, most).map(briefTask), ...(more > 0 ? { more } : {}) };
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

function withoutEmpty<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value))) as Partial<T>;
}

/** A zero says something, as an exit code does. */
function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0);
}
