/** How events change what a task's agent goes on with: its session, and what was said to it. */
import type { AgentEnd, Feedback } from "./agent.ts";
import type { TaskEvent } from "./event.ts";
import type { Task } from "./task.ts";

type Of<T extends TaskEvent["type"]> = Extract<TaskEvent, { type: T }>;

export function withSession(task: Task, event: TaskEvent): Task {
  if (task.agent === undefined) return task;
  if (event.type === "run.finished") return sessionAfter(task, event.agent);
  if (event.type === "run.admitted") return heard(chosen(task, event), event.attempt);
  if (event.type === "task.told") return withFeedback(task, { ...event.said, attempt: null, at: event.at });
  return event.type === "task.retried" ? goingOn(task, event) : task;
}

/** What waits for the next run of a task. */
export function waitingFeedback({ feedback = [] }: Pick<Task, "feedback">): Feedback[] {
  return feedback.filter(({ attempt }) => attempt === null);
}

function heard(task: Task, attempt: number): Task {
  if (waitingFeedback(task).length === 0) return task;
  return { ...task, feedback: task.feedback?.map((one) => (one.attempt === null ? { ...one, attempt } : one)) };
}

function withFeedback(task: Task, said: Feedback): Task {
  return { ...task, feedback: [...(task.feedback ?? []), said] };
}

/** Those before it have met their limits. */
function chosen(task: Task, { agentAt, goesOn }: Of<"run.admitted">): Task {
  return { ...task, ...(agentAt === undefined ? {} : { agentAt }), ...(goesOn === undefined ? {} : { goesOn }) };
}

/** One that is gone is not tried again. */
export function sessionAfter(task: Task, agent: AgentEnd | undefined): Task {
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
  const told = feedback === undefined ? task : withFeedback(task, { ...feedback, attempt: task.attempt + 1, at });
  return {
    ...told,
    ...(agentAt === undefined ? {} : { agentAt }),
    ...(goesOn === undefined ? {} : { goesOn }),
    // A session that is gone is no reason to count.
    ...(after === "session" ? { retriedAt: (task.retriedAt ?? 0) + 1 } : {}),
  };
}
