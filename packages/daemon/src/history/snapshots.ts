/** The machine when something failed. Failures in quick succession share one, so that many of them cost no more than one. */
import type { Snapshot } from "@claudine/protocol";
import type { HistoryStore } from "./ports.ts";
import type { HistoryWriter } from "./writer.ts";

export type Snapshots = {
  /** A run has failed. */
  take(): void;
  /** The one that was taken when a run failed that ended at that time. */
  near(finishedAt: number): Snapshot | null;
};

export type SnapshotsPorts = {
  look(): Promise<Snapshot>;
  store: Pick<HistoryStore, "snapshot">;
  writer: Pick<HistoryWriter, "pending" | "within">;
};

const SHARED_MS = 10_000;
/** From an end until it is durable and the look is done. */
const LATE_MS = 10_000;
const WRITE_MS = 2000;

export function createSnapshots({ look, store, writer }: SnapshotsPorts): Snapshots {
  let nextAt = Number.NEGATIVE_INFINITY;
  return {
    take() {
      if (performance.now() < nextAt) return;
      nextAt = performance.now() + SHARED_MS;
      void look().then(
        (snapshot) => {
          writer.pending.snapshots.push(snapshot);
          writer.within(WRITE_MS);
        },
        // The next failure may see more.
        () => {
          nextAt = Number.NEGATIVE_INFINITY;
        },
      );
    },
    near(finishedAt) {
      const [since, until] = [finishedAt - SHARED_MS - LATE_MS, finishedAt + LATE_MS];
      const waiting = writer.pending.snapshots.findLast(({ at }) => at >= since && at <= until);
      return waiting ?? store.snapshot(since, until) ?? null;
    },
  };
}
