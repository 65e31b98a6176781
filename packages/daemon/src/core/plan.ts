/** What time and free slots ask for next. Called again after every event until it has nothing more to say. */
import type { EventBody, Task } from "@claudine/protocol";
import { admission } from "./admission.ts";
import { dueEvent, nextDue, type Times } from "./deadlines.ts";
import type { Facts } from "./decide.ts";
import { consequence, judge } from "./dependencies.ts";
import { groupOf } from "./groups.ts";
import { enterLine, setDeadline } from "./indexes.ts";
import type { State } from "./state.ts";
import { rankOf } from "./waiting.ts";

export type PlanFacts = Pick<Facts, "state" | "lookup"> & Times;

/** The next event that is due, or undefined; nothing new is started unless `admit`. */
export function planNext(facts: PlanFacts, admit: boolean): EventBody | undefined {
  const due = nextDeadline(facts);
  if (due !== undefined) return due;
  ripen(facts);
  return judgeNext(facts) ?? (admit ? admission(facts.state) : undefined);
}

/** When `planNext` has something to say next if nothing else happens, on the steady clock. */
export function wakeAt(state: State, { now, wall }: Pick<Times, "now" | "wall">): number | undefined {
  const due = dueAt(state);
  const id = state.waiting.later.peek();
  const status = id === undefined ? undefined : state.live.get(id)?.status;
  const ripeAt =
    status?.state === "queued" && status.notBefore !== undefined ? status.notBefore - wall + now : undefined;
  return due === undefined || ripeAt === undefined ? (due ?? ripeAt) : Math.min(due, ripeAt);
}

function dueAt(state: State): number | undefined {
  const task = taskDue(state);
  return task === undefined ? undefined : nextDue(state, task)?.at;
}

function taskDue(state: State): Task | undefined {
  const id = state.deadlines.peek();
  return id === undefined ? undefined : state.live.get(id);
}

function nextDeadline(facts: PlanFacts): EventBody | undefined {
  const { state, now } = facts;
  for (let task = taskDue(state); task !== undefined; task = taskDue(state)) {
    const due = nextDue(state, task);
    if (due === undefined || due.at > now) return undefined;
    const event = dueEvent(state, task, { due, times: facts });
    if (event !== undefined) return event;
    setDeadline(state, task);
  }
  return undefined;
}

/** Tasks whose time has come enter their lines. */
function ripen({ state, wall }: PlanFacts): void {
  for (;;) {
    const id = state.waiting.later.peek();
    const task = id === undefined ? undefined : state.live.get(id);
    if (task?.status.state !== "queued" || (task.status.notBefore ?? 0) > wall) return;
    enterLine(state, task);
  }
}

/** Looks at tasks one of whose dependencies has ended: they wait on, enter their line, or will never start. */
function judgeNext(facts: PlanFacts): EventBody | undefined {
  const { state } = facts;
  for (const id of state.waiting.unjudged) {
    state.waiting.unjudged.delete(id);
    const task = state.live.get(id);
    if (task?.status.state !== "queued") continue;
    const judgement = judge(facts, task);
    if (judgement.kind === "contrary") return consequence(task, judgement);
    if (judgement.kind === "met") groupOf(state, task.group).ready.set(id, rankOf(task, state.settings));
  }
  return undefined;
}
