/** Shapes that are stored but never sent. */
import type { GroupBudget, StateCounts } from "@claudine/protocol";
import type { TimeMark } from "../time/clock.ts";

/** A group that somebody has set up. */
export type GroupRecord = { slots?: number | undefined; paused?: boolean; budget?: GroupBudget | undefined };

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

/** One after the other what `history/host-point.ts` packs. */
export type HostRecord = { rows: HostRow[] };
export type HostRow = (number | null | Record<string, number>)[];

/** What `history/course.ts` packs. */
export type CourseRecord = Uint8Array;

/** A snapshot as clients get it. */
export type SnapshotRecord = Record<string, unknown>;
