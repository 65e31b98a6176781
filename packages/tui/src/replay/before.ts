/** What a task must have been before the first event about it that is still kept. */
import type { TaskEvent } from "@claudine/protocol/event";
import type { Status, Task } from "@claudine/protocol/task";

/** @returns undefined when nothing is known of the task today, or nothing follows from the event */
export function taskBefore(event: TaskEvent, today: Task | undefined): Task | undefined {
  if (today === undefined) return undefined;
  const status = statusBefore(event, today);
  if (status === undefined) return undefined;
  const attempt = "attempt" in event && status.state === "running" ? event.attempt : 0;
  return { ...today, attempt, status };
}

function statusBefore(event: TaskEvent, { createdAt }: Task): Status | undefined {
  const queued: Status = { state: "queued", since: createdAt, order: 0 };
  switch (event.type) {
    case "task.held":
    case "task.cancelled":
    case "task.skipped":
    case "task.failed":
    case "task.moved":
    case "run.admitted":
      return queued;
    case "task.released":
      return { state: "held", since: createdAt, why: { kind: "user" } };
    case "run.started":
    case "run.warned":
    case "run.attention":
    case "run.stopping":
    case "run.escalated":
    case "run.signalled":
    case "run.paused":
      return running(event.attempt, createdAt);
    case "run.finished":
      return running(event.attempt, event.startedAt ?? createdAt);
    case "run.resumed":
      return { ...running(event.attempt, createdAt), state: "paused", since: createdAt };
    case "task.submitted":
    case "task.retried":
    case "task.told":
    case "task.removed":
    case "task.changed":
    case "worktree.changed":
    case "group.changed":
    case "group.removed":
    case "agent.limited":
    case "agent.freed":
    case "budget.reached":
    case "schedule.added":
    case "schedule.changed":
    case "schedule.paused":
    case "schedule.resumed":
    case "schedule.fired":
    case "schedule.skipped":
    case "schedule.removed":
    case "daemon.started":
    case "daemon.stopped":
      return undefined;
  }
}

function running(attempt: number, admittedAt: number): Extract<Status, { state: "running" }> {
  return { state: "running", run: { attempt, admittedAt } };
}
