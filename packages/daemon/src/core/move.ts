/** Moves queued tasks in their line. */
import { ClaudineError, type EventBody, type Task, type TaskId } from "@claudine/protocol";
import type { Place, UserCommand } from "./command.ts";
import type { Facts } from "./decide.ts";
import { eachTarget, stateWords } from "./targets.ts";

type MoveCommand = Extract<UserCommand, { type: "move" | "swap" }>;
type Queued = Extract<Task["status"], { state: "queued" }>;
type Spot = { since: number; order: number };

/** @throws ClaudineError not_found, wrong_state */
export function decideMove(facts: Facts, command: MoveCommand): EventBody[] {
  if (command.type === "swap") return swap(facts, command.ids);
  const { targets, to } = command;
  const anchor = spotOf(facts, to);
  const ids = new Set([...targets.named, ...targets.matched]);
  let step = 0;
  return eachTarget(facts, targets, {
    verb: "move",
    judge: (task) => {
      const { id, status } = task;
      if (status.state !== "queued") return stateWords(task);
      step += 1;
      // Several keep their order among each other.
      const order = to === "back" ? anchor.order + step : anchor.order - 1 + step / (ids.size + 1);
      return [{ type: "task.moved", id, since: anchor.since, order }];
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
function spotOf(facts: Facts, to: Place): Spot {
  if (typeof to === "object") {
    const { since, order } = queuedOf(facts, to.before);
    return { since, order };
  }
  const waiting = [...facts.state.live.values()].flatMap(({ status }) => (status.state === "queued" ? [status] : []));
  const spots = waiting.toSorted((x, y) => x.since - y.since || x.order - y.order);
  const spot = to === "front" ? spots[0] : spots.at(-1);
  return { since: spot?.since ?? facts.wall, order: spot?.order ?? 0 };
}
