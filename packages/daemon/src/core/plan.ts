/** What time and free slots ask for next. Called again after every event until it has nothing more to say. */
import type { EventBody, Task } from "@claudine/protocol";
import { limitEndsAt, ripenLimits } from "./agent-limits.ts";
import { isNewDay, newDayAt } from "./budgets.ts";
import { admission, reconsider } from "./admission.ts";
import { giveUpNext } from "./batches.ts";
import type { Capacity, HostPort } from "./capacity.ts";
import { dueEvent, nextDue, type Times } from "./deadlines.ts";
import { offerAgent, offerAll } from "./counted.ts";
import type { Facts } from "./decide.ts";
import { consequence, judge } from "./dependencies.ts";
import { slotsOf } from "./groups.ts";
import { enterLine, enterReady, setDeadline } from "./indexes.ts";
import { relieve, watchesPressure } from "./pressure.ts";
import { RESCALE_MS, rescale } from "./scale.ts";
import { firstDue } from "./schedules.ts";
import type { State } from "./state.ts";

export type PlanFacts = Pick<Facts, "state" | "lookup" | "isUnreadable" | "spentBy"> &
  Times & { capacity: Capacity; machine: HostPort };

/** Once before a series of `planNext`: what was short is looked at again, and the slots follow the machine. */
export function beginPlan(state: State, { port, now }: { port: HostPort; now: number }): void {
  reconsider(state);
  const { autoscale, slotsFollow, defaultSlots, reserve } = state.settings;
  if (!autoscale || !slotsFollow) return;
  const wanted = isWanted(state);
  const host = wanted || state.scale.extra > 0 ? port.host() : undefined;
  if (host === undefined) return;
  state.scale = rescale(state.scale, { now, host, wanted, slots: defaultSlots, reserveBytes: reserve.memoryBytes });
}

/** Tasks wait for slots that are all in use. */
function isWanted(state: State): boolean {
  for (const group of state.groups.values())
    if (group.slots === undefined && group.ready.size > 0 && group.used >= slotsOf(state, group)) return true;
  return false;
}

/** The next event that is due, or undefined; nothing new is started unless `admit`. */
export function planNext(facts: PlanFacts, admit: boolean): EventBody | undefined {
  const due = nextDeadline(facts);
  if (due !== undefined) return due;
  ripen(facts);
  return relieve(facts) ?? judgeNext(facts) ?? giveUpNext(facts) ?? (admit ? admission(facts) : undefined);
}

/** When there is something to say next if nothing else happens, on the steady clock; schedules count when `admit`. */
export function wakeAt(state: State, { now, wall }: Pick<Times, "now" | "wall">, admit = true): number | undefined {
  const due = dueAt(state);
  const id = state.waiting.later.peek();
  const status = id === undefined ? undefined : state.live.get(id)?.status;
  const ripeAt =
    status?.state === "queued" && status.notBefore !== undefined ? status.notBefore - wall + now : undefined;
  const scheduled = admit ? firstDue(state.schedules)?.due : undefined;
  const firesAt = scheduled === undefined ? undefined : scheduled - wall + now;
  const limitAt = limitEndsAt(state.providers, { now, wall });
  const newDay = newDayAt(state, wall);
  const dayAt = newDay === undefined ? undefined : newDay - wall + now;
  const times = [due, ripeAt, firesAt, delayEndsAt(state), limitAt, dayAt, lookAgainAt(state, now)].filter(
    (at) => at !== undefined,
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The first delay to end on the steady clock; a wall clock that is set back holds none up. */
function delayEndsAt(state: State): number | undefined {
  const id = state.waiting.ripening.peek();
  const status = id === undefined ? undefined : state.live.get(id)?.status;
  return status?.state === "queued" ? status.ripeAt : undefined;
}

/** What the machine has is not told by any event. */
function lookAgainAt(state: State, now: number): number | undefined {
  const { autoscale, slotsFollow } = state.settings;
  const waits = state.waiting.short.size > 0 || (slotsFollow && isWanted(state));
  return (autoscale && waits) || watchesPressure(state) ? now + RESCALE_MS : undefined;
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
function ripen({ state, wall, now }: PlanFacts): void {
  for (let task = first(state, "later"); task !== undefined; task = first(state, "later")) {
    if (task.status.state !== "queued" || (task.status.notBefore ?? 0) > wall) break;
    enterLine(state, task);
  }
  for (let task = first(state, "ripening"); task !== undefined; task = first(state, "ripening")) {
    if (task.status.state !== "queued" || (task.status.ripeAt ?? 0) > now) break;
    enterLine(state, task);
  }
  for (const agent of ripenLimits(state.providers, { now, wall })) offerAgent(state, agent);
  if (isNewDay(state, wall)) offerAll(state);
}

function first({ waiting, live }: State, line: "later" | "ripening"): Task | undefined {
  const id = waiting[line].peek();
  return id === undefined ? undefined : live.get(id);
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
    if (judgement.kind === "met") enterReady(state, task);
  }
  return undefined;
}
