/** Moves queued tasks in their line. */
import { ClaudineError, type EventBody, type Task, type TaskId } from "@claudine/protocol";
import type { Place, UserCommand } from "./command.ts";
import type { Facts } from "./decide.ts";
import { eachTarget, stateWords } from "./targets.ts";

type MoveCommand = Extract<UserCommand, { type: "move" | "swap" }>;
type Queued = Extract<Task["status"], { state: "queued" }>;
type Spot = Pick<Queued, "since" | "order">;
/** Where the tasks go, in their order, and who makes room for them. */
type Places = { since: number; orders: readonly number[]; pushed: readonly EventBody[] };

/** @throws ClaudineError not_found, wrong_state */
export function decideMove(facts: Facts, command: MoveCommand): EventBody[] {
  if (command.type === "swap") return swap(facts, command.ids);
  const { targets, to } = command;
  const { since, orders, pushed } = placesAt(facts, to, new Set([...targets.named, ...targets.matched]));
  let step = 0;
  const moves = eachTarget(facts, targets, {
    verb: "move",
    judge: (task) => {
      const { id, status } = task;
      if (status.state !== "queued") return stateWords(task);
      const order = orders[step] ?? status.order;
      step += 1;
      return [{ type: "task.moved", id, since, order }];
    },
  });
  return [...pushed, ...moves];
}

function swap(facts: Facts, [a, b]: readonly [TaskId, TaskId]): EventBody[] {
  const [x, y] = [queuedOf(facts, a), queuedOf(facts, b)];
  return [
    { type: "task.moved", id: a, since: y.since, order: y.order },
    { type: "task.moved", id: b, since: x.since, order: x.order },
  ];
}

function queuedOf(facts: Facts, id: TaskId): Queued {
  const task = facts.lookup(id);
  if (task === undefined) throw new ClaudineError("not_found", `Cannot move task ${id}: there is no such task`);
  if (task.status.state !== "queued")
    throw new ClaudineError("wrong_state", `Cannot move task ${id}: ${stateWords(task)}`);
  return task.status;
}

/** The front is before all that wait, whatever their group; the order counts among equal priorities only. */
function placesAt(facts: Facts, to: Place, moved: ReadonlySet<TaskId>): Places {
  if (typeof to === "object") return placesBefore(facts, queuedOf(facts, to.before), moved);
  const isFront = to === "front";
  const isBefore = (a: Spot, b: Spot) => (isFront ? compare(a, b) < 0 : compare(a, b) > 0);
  const { since, order } = extreme(facts, isBefore) ?? { since: facts.wall, order: 0 };
  const first = isFront ? order - moved.size : order + 1;
  return { since, orders: Array.from(moved, (_, index) => first + index), pushed: [] };
}

/** Behind what was moved there before. */
function placesBefore(facts: Facts, anchor: Spot, moved: ReadonlySet<TaskId>): Places {
  const { since, order: to } = anchor;
  const isThere = (one: Spot, id: TaskId) => one.since === since && one.order < to && !moved.has(id);
  const last = extreme(facts, (a, b) => a.order > b.order, isThere);
  const from = Math.max(last?.order ?? to - 1, to - 1);
  const orders = between(from, to, moved.size);
  if (orders !== undefined) return { since, orders, pushed: [] };
  const there = [...facts.state.live.values()].flatMap(({ id, status }) =>
    status.state === "queued" && isThere(status, id) && status.order >= to - 1 ? [{ id, order: status.order }] : [],
  );
  const ids = there.toSorted((a, b) => a.order - b.order).map(({ id }) => id);
  return pushTogether(anchor, ids, moved.size);
}

/** Others will want to go behind them: they get a place less often than those that would follow each other evenly. */
const ROOM = 15;

/** Undefined when there are not as many numbers. */
function between(from: number, to: number, count: number): number[] | undefined {
  const step = (to - from) / (count + ROOM);
  const orders = Array.from({ length: count }, (_, index) => from + step * (index + 1));
  const isOrdered = [from, ...orders].every((order, index) => order < (orders[index] ?? to));
  return isOrdered ? orders : undefined;
}

/** All that were moved there before get new places, as far from each other as there is room for. */
function pushTogether({ since, order }: Spot, there: readonly TaskId[], count: number): Places {
  const orders = between(order - 1, order, there.length + count) ?? [];
  return {
    since,
    orders: orders.slice(there.length),
    pushed: there.map((id, index) => ({ type: "task.moved", id, since, order: orders[index] ?? order })),
  };
}

function compare(a: Spot, b: Spot): number {
  return a.since - b.since || a.order - b.order;
}

/** The first of what waits, by what is asked for. */
function extreme(
  facts: Facts,
  isBefore: (a: Queued, b: Queued) => boolean,
  counts: (one: Queued, id: TaskId) => boolean = () => true,
): Queued | undefined {
  let best: Queued | undefined;
  for (const { id, status } of facts.state.live.values())
    if (status.state === "queued" && counts(status, id) && (best === undefined || isBefore(status, best)))
      best = status;
  return best;
}
