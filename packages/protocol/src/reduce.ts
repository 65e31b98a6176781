/** The one reducer: how an event changes a task. Shared by the daemon's state and by clients that fold events. */
import type { TaskEvent } from "./event.ts";
import type { LiveRun, Status, Task } from "./task.ts";

/** The task after `event`, or undefined when it is no more. Events of other tasks leave it as it is. */
export function reduceTask(task: Task | undefined, event: TaskEvent): Task | undefined {
  if (event.type === "task.submitted") return submitted(event);
  if (task === undefined || !("id" in event) || event.id !== task.id) return task;
  if (event.type === "task.removed") return undefined;
  const status = nextStatus(task, event);
  const attempt = event.type === "run.admitted" ? event.attempt : task.attempt;
  const anew = event.type === "task.released" || event.type === "task.retried" ? event.envId : undefined;
  return { ...task, attempt, envId: anew ?? task.envId, status };
}

function submitted(event: Extract<TaskEvent, { type: "task.submitted" }>): Task {
  const status: Status = event.held
    ? { state: "held", since: event.at, why: { kind: "user" } }
    : { state: "queued", since: event.at, order: event.seq };
  return { ...event.spec, id: event.id, createdAt: event.at, attempt: 0, status };
}

type OfTask = Exclude<Extract<TaskEvent, { id: number }>, { type: "task.submitted" | "task.removed" }>;

function nextStatus(task: Task, event: OfTask): Status {
  switch (event.type) {
    case "task.held":
      return { state: "held", since: event.at, why: event.why };
    case "task.released":
    case "task.retried":
      return { state: "queued", since: event.at, order: event.seq };
    case "task.cancelled":
      return {
        state: "cancelled",
        finishedAt: event.at,
        startedAt: null,
        outcome: null,
        note: event.note,
        usage: null,
      };
    case "run.admitted":
      return { state: "running", run: { attempt: event.attempt, admittedAt: event.at } };
    case "run.finished":
      return finishedStatus(event);
    case "run.started":
      return withRun(task, { started: { ...event.process, startedAt: event.startedAt } });
    case "run.stopping":
      return withRun(task, {
        stopping: {
          cause: event.cause,
          signal: event.signal,
          requestedAt: event.at,
          killAt: event.killAt,
          killed: event.signal === "SIGKILL",
          note: event.note,
        },
      });
    case "run.escalated":
      return escalated(task);
    case "run.signalled":
      return task.status;
    case "run.paused":
      return "run" in task.status ? { state: "paused", run: task.status.run, since: event.at } : task.status;
    case "run.resumed":
      return "run" in task.status ? { state: "running", run: task.status.run } : task.status;
  }
}

function finishedStatus(event: Extract<TaskEvent, { type: "run.finished" }>): Status {
  const { startedAt, finishedAt, outcome, note, usage } = event;
  const facts = { startedAt, finishedAt, outcome, note, usage };
  switch (event.state) {
    case "succeeded":
    case "failed":
    case "cancelled":
    case "timed-out":
    case "lost":
    case "skipped":
      return { state: event.state, ...facts };
    case "queued":
    case "held":
    case "running":
    case "paused":
      throw new TypeError(`run.finished with state ${event.state}`);
  }
}

function withRun(task: Task, change: Partial<LiveRun>): Status {
  const { status } = task;
  return "run" in status ? { ...status, run: { ...status.run, ...change } } : status;
}

function escalated(task: Task): Status {
  const stopping = "run" in task.status ? task.status.run.stopping : undefined;
  return stopping === undefined ? task.status : withRun(task, { stopping: { ...stopping, killed: true } });
}
