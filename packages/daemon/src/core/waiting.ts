/** Where each queued task waits: for its time, for its dependencies, for a resource, or in its group's line. */
import type { TaskId } from "@claudine/protocol";
import { createHeap, type Heap } from "./heap.ts";
import type { Counted } from "./counted.ts";

export type Waiting = {
  /** Tasks that do not start before a time, by it. */
  later: Heap<TaskId>;
  /** Those of them that wait for a delay, by its end on the steady clock. */
  ripening: Heap<TaskId>;
  /** Tasks whose dependencies have to be looked at. */
  unjudged: Set<TaskId>;
  /** The unfinished tasks that depend on a task. */
  dependents: Map<TaskId, Set<TaskId>>;
  /** Locks and counted resources that somebody has or waits for, by name. */
  counted: Map<string, Counted>;
  /** Tasks for which the machine had no room when they were last looked at. */
  short: Set<TaskId>;
  /** The resource a task waits for. */
  parked: Map<TaskId, string>;
  /** How often one went to wait for a resource, or back into its group's line. */
  moves: number;
};

export function createWaiting(): Waiting {
  return {
    later: createHeap(),
    ripening: createHeap(),
    unjudged: new Set(),
    dependents: new Map(),
    counted: new Map(),
    short: new Set(),
    parked: new Map(),
    moves: 0,
  };
}
