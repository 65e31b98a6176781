/** How events change what a task's agent goes on with: its session, and what was said to it. */
import type { TaskEvent } from "./event.ts";
import type { Task } from "./task.ts";

type Of<T extends TaskEvent["type"]> = Extract<TaskEvent, { type: T }>;

export function withSession(task: Task, event: TaskEvent): Task {
  if (task.agent === undefined) return task;
  if (event.type === "run.finished") return sessionOf(task, event);
  if (event.type === "run.admitted") return chosen(task, event);
  return event.type === "task.retried" ? goingOn(task, event) : task;
}

/** Those before it have met their limits. */
function chosen(task: Task, { agentAt, goesOn }: Of<"run.admitted">): Task {
  return { ...task, ...(agentAt === undefined ? {} : { agentAt }), ...(goesOn === undefined ? {} : { goesOn }) };
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
  const { agentAt, goesOn, feedback, after, at } = event;
  const said = feedback === undefined ? [] : [{ ...feedback, attempt: task.attempt + 1, at }];
  return {
    ...task,
    ...(agentAt === undefined ? {} : { agentAt }),
    ...(goesOn === undefined ? {} : { goesOn }),
    ...(said.length === 0 ? {} : { feedback: [...(task.feedback ?? []), ...said] }),
    // A session that is gone is no reason to count.
    ...(after === "session" ? { retriedAt: (task.retriedAt ?? 0) + 1 } : {}),
  };
}
