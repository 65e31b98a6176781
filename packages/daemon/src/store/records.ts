/** Shapes that are stored but never sent. */
import type { StateCounts } from "@claudine/protocol";
import type { TimeMark } from "../time/clock.ts";

/** A group that somebody has set up. */
export type GroupRecord = { slots?: number | undefined; paused?: boolean };

/** Where the counters stand; written with every commit. */
export type Head = {
  nextId: number;
  lastSeq: number;
  counts: StateCounts;
  /** The environment taken last: most tasks share theirs with the one before, and the head changes anyway. */
  env?: EnvUse;
  time?: TimeMark;
};

/** How many tasks have an environment. */
export type EnvUse = { id: string; uses: number };
