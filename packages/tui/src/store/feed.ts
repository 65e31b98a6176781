/** Reads the daemon's events for ever: a snapshot, then what happens, and a new snapshot when something is missing. */
import type { EventBatch } from "@claudine/client";
import type { Clock, Source } from "./source.ts";

const SNAPSHOT_FINISHED = 2000;
const AGAIN_MS = 1000;

type Ports = {
  source: Source;
  clock: Clock;
  /** @returns false to begin again with a snapshot */
  batch(batch: EventBatch): boolean;
  failed(why: string): void;
};

export async function readEvents(ports: Ports, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await oneReading(ports, signal);
    } catch (error) {
      if (signal.aborted) return;
      ports.failed(error instanceof Error ? error.message : String(error));
      await pause(ports.clock, signal);
    }
  }
}

async function oneReading({ source, batch }: Ports, signal: AbortSignal): Promise<void> {
  for await (const one of source.events({ snapshot: true, snapshotLimit: SNAPSHOT_FINISHED, signal })) {
    if (!batch(one)) return;
  }
  if (!signal.aborted) throw new Error("the connection was closed");
}

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const callOff = clock.after(AGAIN_MS, resolve);
    signal.addEventListener(
      "abort",
      () => {
        callOff();
        resolve();
      },
      { once: true },
    );
  });
}
