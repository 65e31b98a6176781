/** What the history needs from the store. It is written in pieces, beside the commits of the engine and never as part of one. */
import type { Snapshot, TaskId } from "@claudine/protocol";

/** A packed sample; see host-point.ts. */
export type HostRow = (number | null | Record<string, number>)[];

export type Tier = "short" | "long";

export type HistoryBatch = {
  host: Record<Tier, HostRow[]>;
  /** Packed; see course.ts. */
  courses: { id: TaskId; attempt: number; bytes: Uint8Array }[];
  snapshots: Snapshot[];
  /** Older samples go; of courses and snapshots so many stay. */
  keep: { since: Record<Tier, number>; courses: number; snapshots: number };
};

export type HistoryStore = {
  /** @returns false when there is no room, or the disk refuses: nothing of it is stored then */
  append(batch: HistoryBatch): Promise<boolean>;
  /** Oldest first; may begin a little before `since`. */
  hostRows(tier: Tier, since: number, until: number): Iterable<HostRow[]>;
  /** Time of the oldest sample. */
  hostSince(tier: Tier): number | undefined;
  course(id: TaskId, attempt: number): Uint8Array | undefined;
  /** The newest one taken in that time. */
  snapshot(since: number, until: number): Snapshot | undefined;
};
