/** How events change what a task's agent goes on with: its session, and what was said to it. */
import type { TaskEvent } from "./event.ts";
import type { Task } from "./task.ts";

type Of<T extends TaskEvent["type"]> = Extract<TaskEvent, { type: T }>;

export function withSession(task: Task, event: TaskEvent): Task {
  if (task.agent === undefined) return task;
  if (event.type === "run.finished") return sessionOf(task, event);
  return event.type === "task.retried" ? goingOn(task, event) : task;
}

/** One that is gone is not tried again. */
function sessionOf(task: Task, { agent }: Of<"run.finished">): Task {
  if (agent?.error?.class === "session-not-found") return withoutSession(task);
  if (agent === undefined || agent.sessionId === null || agent.resumable === false) return task;
  return { ...task, session: { id: agent.sessionId, agentAt: task.agentAt ?? 0 } };
}

function withoutSession({ session: _, ...task }: Task): Task {
  return task;
}

/** Without a word about it, it starts over. */
function goingOn({ goesOn: _, ...task }: Task, event: Of<"task.retried">): Task {
  const { agentAt, goesOn, feedback, automatic, after, at } = event;
  const said = feedback === undefined ? [] : [{ ...feedback, attempt: task.attempt + 1, at }];
  return {
    ...task,
    ...(agentAt === undefined ? {} : { agentAt }),
    ...(goesOn === undefined ? {} : { goesOn }),
    ...(said.length === 0 ? {} : { feedback: [...(task.feedback ?? []), ...said] }),
    ...notCounted(task, { agentAt, isAsked: automatic !== true, isForSession: after === "session" }),
  };
}

type Wish = { agentAt: number | undefined; isAsked: boolean; isForSession: boolean };

/** Choices that were tried are no retries: who goes on with a later one has not tried the earlier ones since. */
function notCounted({ retriedAt = 0 }: Task, { agentAt = 0, isAsked, isForSession }: Wish): Pick<Task, "retriedAt"> {
  if (isForSession) return { retriedAt: retriedAt + 1 };
  return isAsked && agentAt > 0 ? { retriedAt: retriedAt - agentAt } : {};
}
