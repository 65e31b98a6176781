/** What agents have spent and may spend. */
import type { BudgetInfo, BudgetScope, Task } from "@claudine/protocol";
import { dayAt, isReached, limitsOf, runningIn, spentIn, type SpentBy } from "../../core/budgets.ts";
import { ALL_GROUPS } from "../../core/groups.ts";
import type { State } from "../../core/state.ts";
import type { Handler } from "../context.ts";

export const list: Handler<"budget.list"> = async (context) =>
  context.engine.read((state) => {
    const { endsAt } = dayAt(state, Date.now());
    const spentBy: SpentBy = (id) => context.agents.current(id)?.spent;
    const budgets = scopesIn(state).map((scope) => budgetInfo(state, { scope, spentBy, endsAt }));
    return { budgets, atLimit: state.settings.budgets.atLimit };
  });

/** The day, then the groups by their names, then the tasks. */
function scopesIn(state: State): BudgetScope[] {
  const { budgets, groups, live } = state;
  const budgeted = [...groups.values()].flatMap(({ name, budget }) => (budget === undefined ? [] : [name]));
  const names = new Set([...budgets.accounts.keys(), ...budgeted]);
  names.delete(ALL_GROUPS);
  const tasks = [...live.values()].filter((task) => isTold(state, task));
  return [
    { kind: "day" },
    ...[...names].toSorted().map((name): BudgetScope => ({ kind: "group", name })),
    ...tasks.map(({ id }): BudgetScope => ({ kind: "task", id })).toSorted(byId),
  ];
}

function byId(a: BudgetScope, b: BudgetScope): number {
  return a.kind === "task" && b.kind === "task" ? a.id - b.id : 0;
}

/** With a budget of its own, or one that it has begun to use up: thousands may wait under the configured one. */
function isTold(state: State, { agent, id, budget, spent, status }: Task): boolean {
  if (agent === undefined) return false;
  const isInUse = budget !== undefined || spent !== undefined || "run" in status;
  return isInUse && limitsOf(state, { kind: "task", id }).length > 0;
}

type Asked = { scope: BudgetScope; spentBy: SpentBy; endsAt: number };

function budgetInfo(state: State, { scope, spentBy, endsAt }: Asked): BudgetInfo {
  const limits = limitsOf(state, scope);
  const perDay = scope.kind === "day" || limits.some((limit) => limit.perDay);
  return {
    scope,
    per: perDay ? "day" : "total",
    limit: limits.length === 0 ? null : Object.fromEntries(limits.map(({ unit, limit }) => [unit, limit])),
    spent: spentIn(state, scope, perDay),
    running: runningIn(state, spentBy, { scope }),
    reached: limits.some((limit) => isReached(state, limit)),
    endsAt: perDay ? endsAt : null,
  };
}
