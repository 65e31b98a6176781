/** What agents' tasks may spend together: a budget that is used up keeps its tasks from starting. */
import {
  NOTHING,
  plus,
  type Account,
  type Budget,
  type BudgetLeft,
  type BudgetReached,
  type BudgetScope,
  type BudgetUnit,
  type EventBody,
  type GroupBudget,
  type Spent,
  type Task,
  type TaskId,
} from "@claudine/protocol";
import { sane } from "./agent-accounts.ts";
import type { Day } from "./calendar.ts";
import { ALL_GROUPS } from "./groups.ts";
import type { State } from "./state.ts";

export type Budgets = {
  /** By group; of all together under `*`. */
  accounts: Map<string, Account>;
  /** What was told to be used up, by scope and unit. */
  reached: Map<string, BudgetReached>;
  /** As of when it was last asked. */
  day: Day | undefined;
  /** The day on which those that wait for one were last offered a place. */
  offeredOn: string | undefined;
};

/** One number that may not be passed. */
export type Limit = { scope: BudgetScope; unit: BudgetUnit; limit: number; perDay: boolean };
/** `hasFailed`: its tool has said that it failed, which is its last word unless its session takes messages. */
export type SoFar = Spent & { hasFailed?: boolean };
/** What a run has spent so far; undefined is not known. */
export type SpentBy = (id: TaskId) => SoFar | undefined;

export function createBudgets(accounts: Iterable<[string, Account]>, reached: Iterable<BudgetReached>): Budgets {
  return {
    accounts: new Map(accounts),
    reached: new Map([...reached].map((one) => [reachedKey(one), one])),
    day: undefined,
    offeredOn: undefined,
  };
}

export function reachedKey({ scope, unit }: Pick<BudgetReached, "scope" | "unit">): string {
  return `${scopeKey(scope)} ${unit}`;
}

export function scopeKey(scope: BudgetScope): string {
  switch (scope.kind) {
    case "task":
      return `task ${scope.id}`;
    case "group":
      return `group ${scope.name}`;
    case "day":
      return "day";
  }
}

export function dayAt({ budgets, calendar }: Pick<State, "budgets" | "calendar">, wall: number): Day {
  const known = budgets.day;
  if (known !== undefined && known.from <= wall && wall < known.endsAt) return known;
  budgets.day = calendar.day(wall);
  return budgets.day;
}

/** Of another moment than now. */
export function dayNameAt({ budgets, calendar }: Pick<State, "budgets" | "calendar">, at: number): string {
  const known = budgets.day;
  return known !== undefined && known.from <= at && at < known.endsAt ? known.name : calendar.day(at).name;
}

/** The day that a limit is about now; null for what is counted in all. */
export function dayOf({ budgets }: Pick<State, "budgets">, { perDay }: Pick<Limit, "perDay">): string | null {
  return perDay ? (budgets.day?.name ?? "") : null;
}

/** When budgets of a day begin anew; undefined when nobody waits for that. */
export function newDayAt(state: State, wall: number): number | undefined {
  return state.waiting.parked.size > 0 && hasDaily(state) ? dayAt(state, wall).endsAt : undefined;
}

/** Where there is none, nobody asks what day it is: zones are megabytes. */
export function hasDaily({ settings, groups }: State): boolean {
  if (settings.budgets.day !== undefined) return true;
  for (const { budget } of groups.values()) if (budget?.per === "day") return true;
  return false;
}

/** Whether the day is another one since it was last asked. */
export function isNewDay(state: State, wall: number): boolean {
  if (!hasDaily(state)) return false;
  const { name } = dayAt(state, wall);
  const before = state.budgets.offeredOn;
  state.budgets.offeredOn = name;
  return before !== undefined && before !== name;
}

/** The scopes of which a task may be kept from starting. */
export function scopesOf({ agent, id, group }: Partial<Pick<Task, "agent" | "id" | "group">>): BudgetScope[] {
  if (agent === undefined || id === undefined || group === undefined) return [];
  return [{ kind: "task", id }, { kind: "group", name: group }, { kind: "day" }];
}

export function limitsOf(state: State, scope: BudgetScope): Limit[] {
  const { budgets } = state.settings;
  switch (scope.kind) {
    case "task":
      return limitsOfTask(state, scope.id, state.live.get(scope.id)?.budget);
    case "group":
      return limitsOfGroup(scope.name, state.groups.get(scope.name)?.budget);
    case "day":
      return limitsIn(scope, budgets.day, true);
  }
}

export function limitsOfTask({ settings }: State, id: TaskId, budget: Budget | null | undefined): Limit[] {
  return limitsIn({ kind: "task", id }, { ...settings.budgets.task, ...budget }, false);
}

export function limitsOfGroup(name: string, budget: GroupBudget | null | undefined): Limit[] {
  return limitsIn({ kind: "group", name }, budget ?? undefined, budget?.per === "day");
}

function limitsIn(
  scope: BudgetScope,
  budget: { usd?: number | undefined; tokens?: number | undefined } | undefined,
  perDay: boolean,
): Limit[] {
  if (budget === undefined) return [];
  return (["usd", "tokens"] as const).flatMap((unit) => {
    const limit = budget[unit];
    return limit === undefined ? [] : [{ scope, unit, limit, perDay }];
  });
}

/** By runs that have ended. */
export function spentIn({ budgets, live }: State, scope: BudgetScope, perDay: boolean): Spent {
  if (scope.kind === "task") return live.get(scope.id)?.spent ?? NOTHING;
  const account = budgets.accounts.get(scope.kind === "group" ? scope.name : ALL_GROUPS);
  return (perDay ? account?.days[budgets.day?.name ?? ""] : account?.total) ?? NOTHING;
}

/** By those that go on, but for one that ends. */
export function runningIn(state: State, spentBy: SpentBy, { scope, but }: { scope: BudgetScope; but?: TaskId }): Spent {
  return inFlightIn(state, scope).reduce((sum, { id }) => (id === but ? sum : plus(sum, sane(spentBy(id)))), NOTHING);
}

/** Those that run of a scope, by their ids. */
export function inFlightIn({ inFlight, live }: State, scope: BudgetScope): Task[] {
  const ids = [...inFlight].toSorted((a, b) => a - b);
  return ids.flatMap((id) => {
    const task = live.get(id);
    return task !== undefined && scopesOf(task).some((one) => scopeKey(one) === scopeKey(scope)) ? [task] : [];
  });
}

/** That it was told of the limit as it is now, on this day. */
export function told(state: State, limit: Limit): BudgetReached | undefined {
  const known = state.budgets.reached.get(reachedKey(limit));
  return known?.limit === limit.limit && known.day === dayOf(state, limit) ? known : undefined;
}

/** Once it was told it stays so, as runs that go on may count less when they have ended. */
export function isReached(state: State, limit: Limit): boolean {
  return spentIn(state, limit.scope, limit.perDay)[limit.unit] >= limit.limit || told(state, limit) !== undefined;
}

export function reachedIn(state: State, scope: BudgetScope): Limit | undefined {
  return limitsOf(state, scope).find((limit) => isReached(state, limit));
}

/** What a tool that keeps to a budget itself may spend; undefined for as much as it likes, as when all are let finish. */
export function leftFor(state: State, spentBy: SpentBy, task: Task): BudgetLeft | undefined {
  if (state.settings.budgets.atLimit === "finish") return undefined;
  const limits = scopesOf(task).flatMap((scope) => limitsOf(state, scope).filter(({ unit }) => unit === "usd"));
  const lefts = limits.map((one): BudgetLeft => {
    const { scope, limit, perDay } = one;
    const spent = plus(spentIn(state, scope, perDay), runningIn(state, spentBy, { scope }));
    // In whole cents, as the tools write them.
    return { usd: Math.max(1, Math.ceil((limit - spent.usd) * 100)) / 100, scope, limit, day: dayOf(state, one) };
  });
  return lefts.toSorted((a, b) => a.usd - b.usd)[0];
}

/** The scope that gets another budget, or the same one again: what was told of it is told anew, if it still holds. */
export function scopeSetBy(event: EventBody): BudgetScope | undefined {
  if (event.type === "group.changed" && event.budget !== undefined) return { kind: "group", name: event.name };
  if (event.type === "task.changed" && event.changes.budget !== undefined) return { kind: "task", id: event.id };
  return undefined;
}

/** What was told of a scope that is no more, or has another budget. */
export function forgetScope({ reached }: Budgets, scope: BudgetScope): void {
  for (const unit of ["usd", "tokens"] as const) reached.delete(reachedKey({ scope, unit }));
}
