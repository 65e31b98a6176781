/** Moves queued tasks in their line. */
import { ClaudineError, type EventBody, type Task, type TaskId } from "@claudine/protocol";
import type { Place, UserCommand } from "./command.ts";
import type { Facts } from "./decide.ts";
import { eachTarget, stateWords } from "./targets.ts";

type MoveCommand = Extract<UserCommand, { type: "move" | "swap" }>;
type Queued = Extract<Task["status"], { state: "queued" }>;
type Spot = { since: number; order: number };
/** Between two orders, or behind the first. */
type Gap = { since: number; from: number; to: number | undefined };

/** @throws ClaudineError not_found, wrong_state */
export function decideMove(facts: Facts, command: MoveCommand): EventBody[] {
  if (command.type === "swap") return swap(facts, command.ids);
  const { targets, to } = command;
  const gap = gapAt(facts, to);
  const ids = new Set([...targets.named, ...targets.matched]);
  let step = 0;
  return eachTarget(facts, targets, {
    verb: "move",
    judge: (task) => {
      const { id, status } = task;
      if (status.state !== "queued") return stateWords(task);
      step += 1;
      // Several keep their order among each other.
      const order = gap.from + (gap.to === undefined ? step : ((gap.to - gap.from) * step) / (ids.size + 1));
      return [{ type: "task.moved", id, since: gap.since, order }];
    },
  });
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
function gapAt(facts: Facts, to: Place): Gap {
  if (typeof to === "object") return gapBefore(facts, queuedOf(facts, to.before));
  const nowhere: Spot = { since: facts.wall, order: 0 };
  if (to === "front") {
    const { since, order } = extreme(facts, (a, b) => compare(a, b) < 0) ?? nowhere;
    return { since, from: order - 1, to: order };
  }
  const { since, order } = extreme(facts, (a, b) => compare(a, b) > 0) ?? nowhere;
  return { since, from: order, to: undefined };
}

/** Behind what was moved there before. */
function gapBefore(facts: Facts, { since, order }: Spot): Gap {
  const isNext = (a: Spot, b: Spot) => a.order > b.order;
  const last = extreme(facts, isNext, (one) => one.since === since && one.order < order);
  return { since, from: Math.max(last?.order ?? order - 1, order - 1), to: order };
}

function compare(a: Spot, b: Spot): number {
  return a.since - b.since || a.order - b.order;
}

/** The first of what waits, by what is asked for. */
function extreme(
  { state }: Facts,
  isBefore: (a: Spot, b: Spot) => boolean,
  counts: (one: Spot) => boolean = () => true,
): Spot | undefined {
  let best: Spot | undefined;
  for (const { status } of state.live.values()) {
    if (status.state !== "queued" || !counts(status)) continue;
    if (best === undefined || isBefore(status, best)) best = status;
  }
  return best;
}
