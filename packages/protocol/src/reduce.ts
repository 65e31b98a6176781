/** The one reducer: how an event changes a task. Shared by the daemon's state and by clients that fold events. */
import type { AgentFacts, Attention } from "./agent.ts";
import type { TaskEvent } from "./event.ts";
import { withSession } from "./reduce-session.ts";
import { withSpent } from "./spent.ts";
import type { LiveRun, Status, Task } from "./task.ts";

/** The task after `event`, or undefined when it is no more. Events of other tasks leave it as it is. */
export function reduceTask(task: Task | undefined, event: TaskEvent): Task | undefined {
  if (event.type === "task.submitted") return submitted(event);
  if (task === undefined || !("id" in event) || event.id !== task.id) return task;
  if (event.type === "task.removed") return undefined;
  if (event.type === "task.changed") return changed(task, event);
  if (event.type === "worktree.changed") return { ...task, checkout: event.worktree };
  const status = nextStatus(task, event);
  const attempt = event.type === "run.admitted" ? event.attempt : task.attempt;
  const anew = event.type === "task.released" || event.type === "task.retried" ? event.envId : undefined;
  const asked = event.type === "task.retried" && (event.automatic !== true || event.after === "told");
  const waived = event.type === "task.released" ? withoutFailed(task) : {};
  const again = event.type === "task.retried" ? { queuedAt: event.at } : {};
  const count = isLoss(event)
    ? { lostRuns: (task.lostRuns ?? 0) + 1 }
    : isYield(event)
      ? { yieldedRuns: (task.yieldedRuns ?? 0) + 1 }
      : isOfLimit(event)
        ? { limitedRuns: (task.limitedRuns ?? 0) + 1 }
        : {};
  const after = { ...task, attempt, envId: anew ?? task.envId, ...waived, ...count, ...again, status };
  return withSpent(withSession(asked ? countedAnew(after) : after, event), event);
}

function countedAnew({ yieldedRuns: _, agentAt: __, limitedRuns: ___, ...task }: Task): Task {
  return { ...task, retriedAt: task.attempt, lostRuns: 0 };
}

function isLoss(event: TaskEvent): boolean {
  return event.type === "run.finished" && event.state === "lost";
}

function isYield(event: TaskEvent): boolean {
  return event.type === "task.retried" && event.after === "pressure";
}

/** Neither its own failure nor the machine's. */
const OF_LIMITS: ReadonlySet<string | undefined> = new Set(["capacity", "limit", "budget"]);

function isOfLimit(event: TaskEvent): boolean {
  return event.type === "task.retried" && OF_LIMITS.has(event.after);
}

/** Who releases a task that was held because of a dependency lets it run without that one. */
function withoutFailed({ after = [], status }: Task): Partial<Task> {
  if (status.state !== "held" || status.why.kind !== "dependency") return {};
  const { id } = status.why;
  return { after: after.filter((one) => one.id !== id) };
}

function submitted(event: Extract<TaskEvent, { type: "task.submitted" }>): Task {
  const status: Status = event.held
    ? { state: "held", since: event.at, why: { kind: "user" } }
    : { ...queued(event, event.spec.notBefore), ...ripe(event) };
  return { ...event.spec, id: event.id, createdAt: event.at, attempt: 0, status };
}

function queued({ at, seq }: TaskEvent, notBefore: number | undefined): Extract<Status, { state: "queued" }> {
  return { state: "queued", since: at, order: seq, ...(notBefore === undefined ? {} : { notBefore }) };
}

/** A delay is over when either clock says so. */
function ripe({ ripeAt }: { ripeAt?: number | undefined }): { ripeAt?: number } {
  return ripeAt === undefined ? {} : { ripeAt };
}

/** Null takes a rule away; what was not said stays. */
function changed(task: Task, event: Extract<TaskEvent, { type: "task.changed" }>): Task {
  const { label, ...changes } = event.changes;
  const after: Task = { ...task, ...(label === undefined ? {} : { label }) };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) Reflect.deleteProperty(after, name);
    else if (value !== undefined) Reflect.set(after, name, value);
  }
  const { status } = after;
  if (status.state !== "queued" || changes.notBefore === undefined) return after;
  const { notBefore: _, ripeAt: __, ...rest } = status;
  const { notBefore } = changes;
  return { ...after, status: notBefore === null ? rest : { ...rest, notBefore, ...ripe(event) } };
}

type OfTask = Exclude<
  Extract<TaskEvent, { id: number }>,
  { type: "task.submitted" | "task.removed" | "task.changed" | "worktree.changed" }
>;

function nextStatus(task: Task, event: OfTask): Status {
  switch (event.type) {
    case "task.held":
      return { state: "held", since: event.at, why: event.why };
    case "task.released":
      return queued(event, task.notBefore);
    case "task.retried":
      return {
        ...queued(event, event.notBefore),
        ...ripe(event),
        ...(event.after === "pressure" ? { yielded: true } : {}),
        // Who has begun comes before those that came later.
        ...(event.after === "limit" || event.after === "budget" ? { since: task.createdAt } : {}),
      };
    case "task.cancelled":
      return { state: "cancelled", ...neverRan(event) };
    case "task.skipped":
      return { state: "skipped", ...neverRan(event) };
    case "task.failed":
      return { state: "failed", ...neverRan(event) };
    case "task.told":
      return task.status;
    case "task.moved":
      return task.status.state === "queued" ? { ...task.status, since: event.since, order: event.order } : task.status;
    case "run.admitted": {
      const { attempt, units, slots, probe, pastBudget, budget } = event;
      const taken = {
        ...(units === undefined ? {} : { units }),
        ...(slots === undefined ? {} : { slots }),
        ...(probe === undefined ? {} : { probe }),
        ...(pastBudget === undefined ? {} : { pastBudget }),
        ...(budget === undefined ? {} : { budget }),
      };
      return { state: "running", run: { attempt, admittedAt: event.at, ...taken } };
    }
    case "run.finished":
      return finishedStatus(event);
    case "run.started":
      return withRun(task, {
        started: { ...event.process, startedAt: event.startedAt },
        ...(event.timeoutAt === undefined ? {} : { timeoutAt: event.timeoutAt }),
      });
    case "run.warned":
      return withRun(task, { warned: true });
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
      return event.early === true ? withRun(task, { signalled: true }) : task.status;
    case "run.attention":
      return withAttention(task, event.attention);
    case "run.paused":
      return paused(task, event);
    case "run.resumed":
      return "run" in task.status
        ? { state: "running", run: { ...task.status.run, resumedAt: event.at } }
        : task.status;
  }
}

function paused({ status }: Task, { at, pressure }: Extract<TaskEvent, { type: "run.paused" }>): Status {
  if (!("run" in status)) return status;
  return { state: "paused", run: status.run, since: at, ...(pressure === undefined ? {} : { pressure }) };
}

function neverRan({ at, note }: { at: number; note: string | null }) {
  return { finishedAt: at, startedAt: null, outcome: null, note, usage: null };
}

function finishedStatus(event: Extract<TaskEvent, { type: "run.finished" }>): Status {
  const { startedAt, finishedAt, outcome, note, usage } = event;
  const facts = { startedAt, finishedAt, outcome, note, usage, ...agentFacts(event) };
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

/** All but the answer, which may be long. */
function agentFacts({ agent }: Extract<TaskEvent, { type: "run.finished" }>): { agent?: AgentFacts } {
  if (agent === undefined) return {};
  const { result: _, structured: __, cut: ___, ...facts } = agent;
  return { agent: facts };
}

function withAttention({ status }: Task, attention: Attention | null): Status {
  if (!("run" in status)) return status;
  const { attention: _, ...run } = status.run;
  return { ...status, run: attention === null ? run : { ...run, attention } };
}

function withRun(task: Task, change: Partial<LiveRun>): Status {
  const { status } = task;
  return "run" in status ? { ...status, run: { ...status.run, ...change } } : status;
}

function escalated(task: Task): Status {
  const stopping = "run" in task.status ? task.status.run.stopping : undefined;
  return stopping === undefined ? task.status : withRun(task, { stopping: { ...stopping, killed: true } });
}
