import { describe, expect, test } from "vitest";
import type { TaskId } from "@claudine/protocol";
import { one, spec, World } from "./fixtures.ts";

/** Task 1 runs, the others wait in the order of their ids. */
function waiting(count: number): World {
  const world = new World(1);
  // Late in the life of a daemon there are fewer numbers between two.
  world.state.lastSeq = 1_000_000_000;
  world.do({ type: "submit", tasks: Array.from({ length: count + 1 }, () => ({ spec: spec(), held: false })) });
  world.plan();
  return world;
}

function move(world: World, ids: number | readonly TaskId[], before: TaskId): string[] {
  const targets = typeof ids === "number" ? one(ids) : { named: [], matched: ids };
  return world.do({ type: "move", targets, to: { before } });
}

/** In which order they start. */
function drained(world: World): TaskId[] {
  const order: TaskId[] = [];
  while (world.state.live.size > 0) {
    const [running = 0] = world.state.inFlight;
    world.end(running);
    order.push(...world.plan());
  }
  return order;
}

describe("before another", () => {
  test("however often, each goes directly before it, behind those that were moved there before", () => {
    const world = waiting(3000);
    const ids = Array.from({ length: 2998 }, (_, index) => index + 4);
    for (const id of ids) move(world, id, 3);
    expect(drained(world)).toEqual([2, ...ids, 3]);
  });

  test("each before the one that was moved last", () => {
    const world = waiting(400);
    const ids = Array.from({ length: 398 }, (_, index) => index + 4);
    for (const id of ids) move(world, id, id - 1);
    expect(drained(world)).toEqual([2, ...ids.toReversed(), 3]);
  });

  test("the same two by turns, for ever", () => {
    const world = waiting(4);
    for (let round = 0; round < 500; round += 1) {
      move(world, 4, 3);
      move(world, 5, 3);
      move(world, 5, 4);
    }
    expect(drained(world)).toEqual([2, 5, 4, 3]);
  });

  test("one that is there already stays there, and costs no room", () => {
    const world = waiting(2);
    move(world, 3, 2);
    const { status } = world.task(3) ?? {};
    move(world, 3, 2);
    expect(world.task(3)?.status).toEqual(status);
  });

  test("many at once keep their order among each other", () => {
    const world = waiting(5000);
    const ids = Array.from({ length: 4990 }, (_, index) => index + 12);
    for (let round = 0; round < 8; round += 1) move(world, ids, 2 + round);
    expect(drained(world)).toEqual([2, 3, 4, 5, 6, 7, 8, ...ids, 9, 10, 11]);
  });
});
