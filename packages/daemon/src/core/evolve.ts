/** How an event changes the state. Total: whatever was decided can be applied. */
import { reduceSchedule, reduceTask, withTaskEnd, type Task, type TaskEvent } from "@claudine/protocol";
import { forgetLimit, setLimit } from "./agent-limits.ts";
import { noteChange } from "./batches.ts";
import { book } from "./agent-accounts.ts";
import { forgetScope, reachedKey, scopeSetBy } from "./budgets.ts";
import { offerAgent, offerAll } from "./counted.ts";
import { setGroup } from "./groups.ts";
import { learnFrom } from "./kinds.ts";
import { indexTask } from "./indexes.ts";
import { isScheduleEvent, setSchedule } from "./schedules.ts";
import type { State } from "./state.ts";

/** Applies `event` in place; `before` is the task it is about, from the state or the store. Gives the task after it. */
export function evolve(state: State, event: TaskEvent, before: Task | undefined): Task | undefined {
  state.lastSeq = event.seq;
  const scope = scopeSetBy(event);
  if (scope !== undefined) forgetScope(state.budgets, scope);
  if (event.type === "group.changed") {
    setGroup(state, event);
    offerAll(state);
  }
  if (event.type === "group.removed") state.groups.delete(event.name);
  noteSpending(state, event);
  if (event.type === "agent.limited") setLimit(state.providers, event);
  if (event.type === "agent.freed") {
    forgetLimit(state.providers, event.agent);
    offerAgent(state, event.agent);
  }
  if (isScheduleEvent(event)) {
    const schedule = reduceSchedule(state.schedules.all.get(event.name), event);
    setSchedule(state, event.name, schedule);
  }
  if (!("id" in event)) return undefined;
  const after = reduceTask(before, event);
  if (event.type === "task.submitted") state.nextId = Math.max(state.nextId, event.id + 1);
  indexTask(state, before, after);
  if (event.type === "task.changed" && event.changes.batch !== undefined) noteChange(state, event.changes.batch);
  if (event.type === "run.finished" && after !== undefined) learnFrom(state.kinds, after);
  const schedule = after?.schedule === undefined ? undefined : state.schedules.all.get(after.schedule.name);
  if (schedule !== undefined && after !== undefined)
    state.schedules.all.set(schedule.name, withTaskEnd(schedule, after));
  if (before !== undefined) state.counts[before.status.state] -= 1;
  if (after !== undefined) state.counts[after.status.state] += 1;
  return after;
}

/** Before the tasks are moved: those that wait for a budget are not offered what is used up. */
function noteSpending({ budgets }: State, event: TaskEvent): void {
  if (event.type === "run.finished" && event.spent !== undefined) book(budgets.accounts, event.spent);
  if (event.type === "budget.reached") {
    const { scope, unit, limit, spent, day } = event;
    budgets.reached.set(reachedKey(event), { scope, unit, limit, spent, day });
  }
  if (event.type === "task.removed") forgetScope(budgets, { kind: "task", id: event.id });
  if (event.type !== "group.removed") return;
  forgetScope(budgets, { kind: "group", name: event.name });
  budgets.accounts.delete(event.name);
}
