/** An event of the journal as a line for people. */
import type { EventBody, TaskEvent } from "@claudine/protocol/event";
import { outcomeText } from "@claudine/protocol/info";
import { oneLine } from "@claudine/protocol/text";
import { budgetAmount, scopeText } from "./budgets/words.ts";
import { formatDuration } from "@claudine/protocol/units";

export function eventText(event: TaskEvent): string {
  return `${String(event.seq).padStart(6)}  ${localTime(event.at)}  ${oneLine(eventWords(event))}`;
}

/** `2026-11-21 08:04:20.123`, in local time. */
function localTime(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 23).replace("T", " ");
}

/** What happened, in a few words that may hold anything a task was given. */
export function eventWords(event: EventBody): string {
  switch (event.type) {
    case "task.submitted":
      return `task ${event.id} submitted${event.held ? ", held" : ""}: ${event.spec.command}`;
    case "task.held":
    case "task.released":
    case "task.removed":
    case "task.moved":
      return `task ${event.id} ${event.type.slice(5)}`;
    case "task.retried":
      return `task ${event.id} ${retried(event)}`;
    case "task.told":
      return `task ${event.id} was sent ${event.said.bytes} bytes, for its next run`;
    case "task.changed":
      return `task ${event.id} changed: ${Object.keys(event.changes).join(", ")}`;
    case "task.skipped":
    case "task.failed":
      return `task ${event.id} ${event.type.slice(5)}${because(event.note)}`;
    case "task.cancelled":
      return `task ${event.id} cancelled${because(event.note)}`;
    case "run.paused":
      return `${run(event)} paused${because(event.pressure ?? null)}`;
    case "run.admitted":
    case "run.resumed":
      return `${run(event)} ${event.type.slice(4)}`;
    case "run.started":
      return `${run(event)} started with pid ${event.process.pid}`;
    case "run.warned":
      return `${run(event)} has ${formatDuration(event.remainingMs)} left`;
    case "run.attention":
      return `${run(event)} ${event.attention === null ? "goes on" : `needs attention: ${event.attention.note}`}`;
    case "run.stopping":
      return `${run(event)} is being ended with ${event.signal} (${event.cause})${because(event.note)}`;
    case "run.escalated":
      return `${run(event)} did not end in time: SIGKILL`;
    case "run.signalled":
      return `${run(event)} was sent ${event.signal}`;
    case "run.finished":
      return `${run(event)} ${event.state}: ${outcomeText(event.outcome)}${because(event.note)}`;
    case "worktree.changed":
      return `task ${event.id} ${worktreeWords(event)}`;
    case "group.changed":
      return `group ${event.name}${groupWords(event)}`;
    case "group.removed":
      return `group ${event.name} removed`;
    case "agent.limited":
      return `${event.agent} has met its limit, ${event.told ? "resets" : "tried again"} ${localTime(event.resetsAt)}${because(event.message)}`;
    case "agent.freed":
      return `${event.agent} takes more again`;
    case "budget.reached":
      return reachedText(event);
    case "schedule.added":
    case "schedule.changed":
    case "schedule.paused":
    case "schedule.resumed":
    case "schedule.removed":
      return `schedule ${event.name} ${event.type.slice(9)}`;
    case "schedule.fired":
      return `schedule ${event.name}, due ${localTime(event.due)}, became task ${event.task}`;
    case "schedule.skipped":
      return `schedule ${event.name}, due ${localTime(event.due)}, skipped${because(event.note)}`;
    case "daemon.started":
      return `daemon ${event.version} started with pid ${event.pid}`;
    case "daemon.stopped":
      return `daemon with pid ${event.pid} stopped`;
  }
}

function retried({ automatic, after, feedback }: Extract<EventBody, { type: "task.retried" }>): string {
  if (feedback !== undefined) return "continued";
  if (after !== undefined) return `queued again, as ${AFTER[after]}`;
  return automatic === true ? "retried by its own rule" : "retried";
}

function worktreeWords({ step, worktree }: Extract<EventBody, { type: "worktree.changed" }>): string {
  const { path, branch, base, pullRequest } = worktree;
  switch (step) {
    case "assigned":
      return `has the worktree ${path} of branch ${branch}`;
    case "committed":
      return `left changes that were committed to ${branch}`;
    case "merged":
      return `merged: ${branch} into ${base ?? "another branch"}`;
    case "unmerged":
      return `merge of ${branch} undone`;
    case "rebased":
      return `rebased: ${branch} onto ${base ?? "another branch"}`;
    case "removed":
      return `worktree ${path} removed`;
    case "pull-request":
      return `pull request ${pullRequest ?? ""}`;
  }
}

const AFTER = {
  lost: "its run was lost",
  pressure: "its run was ended to free memory",
  limit: "its agent has met a limit",
  budget: "a budget was used up",
  capacity: "its agent has no capacity: the next one is tried",
  session: "its session is gone: a new one is told of it",
  told: "more was said to it meanwhile",
} as const;

function reachedText({ scope, unit, limit, spent }: Of<"budget.reached">): string {
  return `budget of ${scopeText(scope)} used up: ${budgetAmount({ [unit]: spent })} of ${budgetAmount({ [unit]: limit })}`;
}

type Of<T extends EventBody["type"]> = Extract<EventBody, { type: T }>;

function groupWords({ slots, paused, budget }: Of<"group.changed">): string {
  const size = slots === undefined ? [] : [slots === null ? "has slots as configured" : `has ${slots} slots`];
  const state = paused === undefined ? [] : [paused ? "is paused" : "goes on"];
  const money =
    budget === undefined ? [] : [budget === null ? "has no budget" : `has a budget of ${budgetAmount(budget)}`];
  return ` ${[...size, ...state, ...money].join(", ")}`;
}

const run = ({ id, attempt }: { id: number; attempt: number }): string =>
  `task ${id}${attempt === 1 ? "" : ` run ${attempt}`}`;
const because = (note: string | null): string => (note === null ? "" : ` (${note})`);
