/** Shapes that are stored but never sent. */
import type { StateCounts } from "@claudine/protocol";
import type { TimeMark } from "../clock.ts";

/** Where the counters stand; written with every commit. */
export type Head = { nextId: number; lastSeq: number; counts: StateCounts; time?: TimeMark };
