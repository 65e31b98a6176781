/** Adds up what runs of agents have spent. */
import type { Account, Charge, Spent } from "./budget.ts";
import type { TaskEvent } from "./event.ts";
import type { Task } from "./task.ts";

export const NOTHING: Spent = { usd: 0, tokens: 0 };

/** To a millionth of a dollar: ten times 0.1 is 1. */
export function plus(a: Spent, b: Spent): Spent {
  return { usd: Math.round((a.usd + b.usd) * 1e6) / 1e6, tokens: a.tokens + b.tokens };
}

export function withSpent(task: Task, event: TaskEvent): Task {
  if (event.type !== "run.finished" || event.spent === undefined) return task;
  return { ...task, spent: plus(task.spent ?? NOTHING, event.spent) };
}

/** Enough for a clock that is set back by less. */
const DAYS_KEPT = 31;

export function charged({ total, days }: Account, charge: Charge): Account {
  const { day } = charge;
  const others = Object.keys(days)
    .filter((one) => one !== day)
    .toSorted()
    .slice(1 - DAYS_KEPT);
  const kept = Object.fromEntries(others.map((one) => [one, days[one] ?? NOTHING]));
  return { total: plus(total, charge), days: { ...kept, [day]: plus(days[day] ?? NOTHING, charge) } };
}
