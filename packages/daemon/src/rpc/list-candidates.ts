/** Which tasks a list has to look at: as few as the question allows, the newest first. */
import { isFinished, type TaskId, type TaskState } from "@claudine/protocol";
import type { State } from "../core/state.ts";
import { mergeDescending } from "../reading/descending.ts";
import type { Context } from "./context.ts";
import { asksAnywhere, type Range, type Wanted } from "./wanted.ts";

/** Above every id. */
export const TOP: TaskId = 2 ** 32 - 1;

export type Sources = { store: Pick<Context["store"], "idsBelow">; state: Pick<State, "inFlight" | "nextId"> };
/** Without `wanted` all are asked for; `floor` is the oldest of its `last`. */
export type Question = { before: TaskId; wanted: Wanted | undefined; floor: TaskId; states: ReadonlySet<TaskState> };

/** Ids going down, each once; of some of them there is no task. */
export function* candidates(sources: Sources, question: Question): Generator<TaskId> {
  let last: TaskId | undefined;
  for (const id of mergeDescending(listsOf(sources, question))) {
    if (id !== last) yield id;
    last = id;
  }
}

function listsOf(sources: Sources, { before, wanted, floor, states }: Question): Iterable<TaskId>[] {
  const all = () => sources.store.idsBelow(before);
  if (wanted === undefined) return states.size === 0 ? [all()] : inStates(sources, before, states);
  if (asksAnywhere(wanted)) return [all()];
  const end = Math.min(before, sources.state.nextId);
  return [
    [...wanted.named].filter((id) => id < before).toSorted((a, b) => b - a),
    ...(wanted.last === 0 ? [] : [downTo(floor, all())]),
    ...wanted.ranges.map((range) => downwards(range, end)),
    ...inStates(sources, before, wanted.states),
  ];
}

function inStates({ store, state }: Sources, before: TaskId, states: ReadonlySet<TaskState>): Iterable<TaskId>[] {
  const finished = [...states].filter(isFinished).map((name) => store.idsBelow(before, name));
  const [first, ...others] = [...states].filter((name) => !isFinished(name));
  if (first === undefined) return finished;
  const isInFlight = [first, ...others].every((name) => name === "running" || name === "paused");
  // Few run among many that wait.
  const live = isInFlight
    ? [...state.inFlight].filter((id) => id < before).toSorted((a, b) => b - a)
    : store.idsBelow(before, first);
  return [...finished, live];
}

function* downTo(floor: TaskId, ids: Iterable<TaskId>): Generator<TaskId> {
  for (const id of ids) {
    if (id < floor) return;
    yield id;
  }
}

function* downwards({ from, to, step }: Range, end: TaskId): Generator<TaskId> {
  const top = Math.min(to, end - 1);
  for (let id = top - ((top - from) % step); id >= from; id -= step) yield id;
}
