/** Which queued task starts next. */
import { rankOf } from "@claudine/protocol/rank";
import { choiceOf, type BudgetLeft, type EventBody, type GoesOn, type Task } from "@claudine/protocol";
import { leftFor, reachedIn, scopesOf, type SpentBy } from "./budgets.ts";
import type { Capacity } from "./capacity.ts";
import { isLimited, openChoice } from "./agent-limits.ts";
import { goesOnElsewhere } from "./continue.ts";
import { lackingInLine, offerWanted, park, unitsFor } from "./counted.ts";
import { groupOf, slotsOf, totalSlotsOf, widthOf, type GroupState } from "./groups.ts";
import { comesBefore, firstOf, fits, hasWaitedLong, keeperBefore, keepersOf, type Head } from "./keepers.ts";
import type { State } from "./state.ts";

/** So many tasks for which the machine has no room are passed over by smaller ones. */
const PASSED_OVER_AT_MOST = 32;

export type AdmissionFacts = { state: State; wall: number; capacity: Capacity; spentBy: SpentBy };

/** The admission of the next task that fits, or undefined. */
export function admission(facts: AdmissionFacts): EventBody | undefined {
  const { state, capacity } = facts;
  if (state.used >= totalSlotsOf(state)) return undefined;
  const best = settledBest(facts);
  if (best === undefined) return undefined;
  capacity.admitted(best);
  return admit(facts, best);
}

/** Whoever moves while the lines are looked at may come first in one that was looked at before. */
function settledBest(facts: AdmissionFacts): Task | undefined {
  const { waiting } = facts.state;
  for (;;) {
    const { moves } = waiting;
    const best = bestOf(facts);
    if (moves === waiting.moves) return best;
  }
}

function bestOf(facts: AdmissionFacts): Task | undefined {
  const { state } = facts;
  const heads = [...state.groups.values()].flatMap((group) => headOf(facts, group) ?? []);
  const keepers = keepersOf(state, heads);
  const able = heads.filter(
    (head) => !head.lacksRoom && fits(state, head) && keeperBefore(state, keepers, head) === undefined,
  );
  return firstOf(able, (a, b) => comesBefore(state, a, b))?.task;
}

/** With what the run gets: its slots stay its own, however many its group has later. */
export function admit({ state, spentBy }: Pick<AdmissionFacts, "state" | "spentBy">, task: Task): EventBody {
  const units = unitsFor(state, task);
  const slots = widthOf(state, task);
  return {
    type: "run.admitted",
    id: task.id,
    attempt: task.attempt + 1,
    ...(units === undefined ? {} : { units }),
    ...(slots === 1 ? {} : { slots }),
    ...choiceFor(state, task),
    ...budgetFor({ state, spentBy }, task),
  };
}

/** Only a person starts one although a budget is used up. */
function budgetFor(
  { state, spentBy }: Pick<AdmissionFacts, "state" | "spentBy">,
  task: Task,
): { pastBudget?: true; budget?: BudgetLeft } {
  if (scopesOf(task).some((scope) => reachedIn(state, scope) !== undefined)) return { pastBudget: true };
  const budget = leftFor(state, spentBy, task);
  return budget === undefined ? {} : { budget };
}

/** The first of its choices that is not at its limit; whoever is started all the same tries whether the limit is over. */
function choiceFor({ providers }: State, task: Task): { agentAt?: number; goesOn?: GoesOn | undefined; probe?: true } {
  const { agent } = task;
  if (agent === undefined) return {};
  const was = task.agentAt ?? 0;
  const at = openChoice(providers, task) ?? was;
  return {
    ...(at === was ? {} : { agentAt: at, ...goesOnElsewhere(task) }),
    ...(isLimited(providers, choiceOf(agent, at).agent) ? { probe: true } : {}),
  };
}

/** The first in a group's line for which everything is there; those before it go to wait for what they lack. */
function headOf(facts: AdmissionFacts, group: GroupState): Head | undefined {
  const { state } = facts;
  while (!group.paused && group.used < slotsOf(state, group)) {
    const id = group.ready.peek();
    const task = id === undefined ? undefined : state.live.get(id);
    if (task === undefined) return undefined;
    const head = { task, group, lacksRoom: false };
    const [lack] = lackingInLine(state, task);
    if (lack !== undefined) park(state, task, lack.name);
    else if (!fits(state, head) || facts.capacity.lack(task) === undefined) return head;
    else if (hasWaitedLong(facts.wall, task)) return { ...head, lacksRoom: true };
    else if (!passOver(state, group, task)) return undefined;
  }
  return undefined;
}

/** False when enough are passed over already. */
function passOver(state: State, group: GroupState, task: Task): boolean {
  if (state.waiting.short.size >= PASSED_OVER_AT_MOST) return false;
  group.ready.delete(task.id);
  state.waiting.short.add(task.id);
  offerWanted(state, task);
  return true;
}

/** Those passed over are looked at again, in their order. */
export function reconsider(state: State): void {
  for (const id of state.waiting.short) {
    const task = state.live.get(id);
    if (task !== undefined) groupOf(state, task.group).ready.set(id, rankOf(task, state.settings));
  }
  state.waiting.short.clear();
}
