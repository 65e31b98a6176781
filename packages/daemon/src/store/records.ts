/** Shapes that are stored but never sent. */
import type { StateCounts } from "@claudine/protocol";

/** A group that somebody has set up. */
export type GroupRecord = { slots?: number | undefined; paused?: boolean };

/** Where the counters stand; written with every commit. */
export type Head = { nextId: number; lastSeq: number; counts: StateCounts };
