/** What becomes of agents' runs when a budget is used up: as configured they finish, are held, or are ended. */
import type { AgentEnd, BudgetLeft, Charge, EventBody, LiveRun, StopCause, Task, TaskId } from "@claudine/protocol";
import {
  dayNameAt,
  dayOf,
  inFlightIn,
  isReached,
  limitsOf,
  runningIn,
  scopeKey,
  scopesOf,
  spentIn,
  told,
  type Limit,
} from "./budgets.ts";
import { sane } from "./agent-accounts.ts";
import { reachedWords } from "./budget-words.ts";
import type { Facts } from "./decide.ts";
import type { State } from "./state.ts";
import { stopRun } from "./stop.ts";

/** A run has spent more; `turned` when a turn of it or a call of a tool has begun since the last report. */
export type SpendingReport = { type: "report-spending"; id: TaskId; attempt: number; turned: boolean };

type Used = { limit: Limit; spent: number };

export function decideSpending(facts: Facts, { id, attempt, turned }: SpendingReport): EventBody[] {
  const task = facts.lookup(id);
  if (task === undefined || !("run" in task.status) || task.status.run.attempt !== attempt) return [];
  const { state } = facts;
  const limits = limitsFor(facts, task);
  const before = limits.filter((limit) => isReached(state, limit)).map((limit) => usedOf(facts, limit));
  const events = reachedAll(
    facts,
    usedUp(facts, limits).filter(({ limit }) => told(state, limit) === undefined),
  );
  // It may go on to the end of the turn in which the budget was used up.
  const [first] = before;
  if (first === undefined || events.some((event) => event.type === "run.stopping" && event.id === id)) return events;
  return [...events, ...stopped(facts, { task, used: first, turned })];
}

/** What of the limits of a budget that is set is used up, and what follows from that. */
export function reachedNow(facts: Facts, limits: readonly Limit[]): EventBody[] {
  return reachedAll(facts, usedUp(facts, limits));
}

function usedUp(facts: Facts, limits: readonly Limit[]): Used[] {
  return limits.map((limit) => usedOf(facts, limit)).filter(({ limit, spent }) => spent >= limit.limit);
}

function limitsFor({ state }: Facts, task: Task): Limit[] {
  return scopesOf(task).flatMap((scope) => limitsOf(state, scope));
}

function usedOf({ state, spentBy }: Facts, limit: Limit): Used {
  const running = runningIn(state, spentBy, limit);
  return { limit, spent: spentIn(state, limit.scope, limit.perDay)[limit.unit] + running[limit.unit] };
}

/** Once for each; where runs are ended at once, all of them are that are in its scope. */
function reachedAll(facts: Facts, used: readonly Used[]): EventBody[] {
  const { state } = facts;
  const reached = used.map((one) => reachedEvent(facts, one));
  if (state.settings.budgets.atLimit !== "end") return reached;
  const stopping = new Map<TaskId, EventBody[]>();
  for (const one of used)
    for (const task of inFlightIn(state, one.limit.scope))
      if (!stopping.has(task.id)) stopping.set(task.id, stopped(facts, { task, used: one, turned: true }));
  return [...reached, ...[...stopping.values()].flat()];
}

function reachedEvent({ state }: Facts, { limit, spent }: Used): EventBody & { type: "budget.reached" } {
  const { scope, unit } = limit;
  return { type: "budget.reached", scope, unit, limit: limit.limit, spent, day: dayOf(state, limit) };
}

type Stop = { task: Task; used: Used; turned: boolean };

/** A run that a person started past the budget is left alone, and so is one that is over but for its process. */
function stopped(facts: Facts, { task, used, turned }: Stop): EventBody[] {
  if (!("run" in task.status) || isOver(facts, task)) return [];
  const { stopping, pastBudget } = task.status.run;
  const cause = causeOf(facts, turned);
  if (stopping !== undefined || pastBudget === true || cause === undefined) return [];
  return stopRun(facts, { cause, signal: "SIGTERM", note: reachedWords(used.limit, used.spent) }, task);
}

/** Ended now it would have failed for the budget, or not, by how soon its process goes. */
function isOver({ spentBy }: Facts, { id, agent }: Task): boolean {
  return agent?.takesMessages !== true && spentBy(id)?.hasFailed === true;
}

function causeOf({ state }: Facts, turned: boolean): StopCause | undefined {
  switch (state.settings.budgets.atLimit) {
    case "finish":
      return undefined;
    case "hold":
      return turned ? "budget-hold" : undefined;
    case "end":
      return "budget";
  }
}

type End = { agent?: AgentEnd | undefined; finishedAt: number };

/** What a run counts, on the day on which it has ended: the daemon may learn of it later. */
export function chargeOf({ state }: Facts, task: Task, { agent, finishedAt }: End): Charge | undefined {
  const { usd, tokens } = sane(agent?.spent);
  if (task.agent === undefined || usd + tokens === 0) return undefined;
  return { usd, tokens, group: task.group, day: dayNameAt(state, finishedAt) };
}

/** What a charge adds to that of which a limit is about. */
function addedTo(state: State, limit: Limit, charge: Charge | undefined): number {
  const isOther = limit.perDay && charge?.day !== dayOf(state, limit);
  return isOther ? 0 : (charge?.[limit.unit] ?? 0);
}

export type Ended = { run: LiveRun; agent: AgentEnd | undefined; charge: Charge | undefined };

/** What is to become of a task whose run has ended because of a budget: another run in its time, or it has failed. */
export type Fate = { kind: "again"; note: string | null } | { kind: "failed"; note: string };

export function budgetFate(facts: Facts, task: Task, { run, agent, charge }: Ended): Fate | undefined {
  const cause = run.stopping?.cause;
  if (agent?.ok === true) return undefined;
  if (cause === "budget-hold") return { kind: "again", note: run.stopping?.note ?? null };
  if (cause === "budget") return { kind: "failed", note: run.stopping?.note ?? "budget used up" };
  const kept = cause === undefined ? keptTo(task, run, agent) : undefined;
  if (kept === undefined) return undefined;
  const limit = limitsFor(facts, task).find((one) => isThat(facts.state, one, kept));
  if (limit === undefined || facts.state.settings.budgets.atLimit !== "end") return { kind: "again", note: null };
  const spent = spentIn(facts.state, limit.scope, limit.perDay).usd + addedTo(facts.state, limit, charge);
  return { kind: "failed", note: reachedWords(limit, spent) };
}

/** With the budget as the reason: of one that has failed whatever its tool said, else when it said nothing of its own. */
export function withFate(agent: AgentEnd | undefined, fate: Fate | undefined): AgentEnd | undefined {
  if (agent === undefined || fate === undefined) return agent;
  if (fate.kind === "failed") return { ...agent, ok: false, error: { class: "budget", message: fate.note } };
  // The task goes on, so its run alone can tell why it was ended.
  return fate.note === null || agent.error !== null
    ? agent
    : { ...agent, error: { class: "budget", message: fate.note } };
}

/** What the end of a run says of the budgets: they are used up now, or its tool has kept to what was left of one. */
export function budgetsAfter(facts: Facts, task: Task, { run, agent, charge }: Ended): EventBody[] {
  const kept = keptTo(task, run, agent);
  if (charge === undefined && kept === undefined) return [];
  const { state, spentBy } = facts;
  const used = limitsFor(facts, task).map((limit): Used => {
    const running = runningIn(state, spentBy, { scope: limit.scope, but: task.id });
    const ended = spentIn(state, limit.scope, limit.perDay)[limit.unit] + addedTo(state, limit, charge);
    return { limit, spent: ended + running[limit.unit] };
  });
  const fresh = used.filter(
    ({ limit, spent }) =>
      told(state, limit) === undefined && (spent >= limit.limit || (kept !== undefined && isThat(state, limit, kept))),
  );
  const others = reachedAll(facts, fresh);
  return others.filter((event) => !("id" in event) || event.id !== task.id);
}

/** The budget that its tool was given the rest of, when that is what ended it. */
function keptTo({ agent }: Task, { budget }: LiveRun, end: AgentEnd | undefined): LiveRun["budget"] {
  const own = agent?.budgetUsd ?? Number.POSITIVE_INFINITY;
  return end?.ok !== true && end?.error?.class === "budget" && budget !== undefined && budget.usd < own
    ? budget
    : undefined;
}

/** It was not raised meanwhile, and its day is not over. */
function isThat(state: State, limit: Limit, kept: BudgetLeft): boolean {
  const isSame = limit.unit === "usd" && limit.limit === kept.limit && scopeKey(limit.scope) === scopeKey(kept.scope);
  // Older daemons did not say of which day.
  return isSame && (kept.day === undefined || kept.day === dayOf(state, limit));
}
