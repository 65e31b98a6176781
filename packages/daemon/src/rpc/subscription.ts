/** Sends a client the events after a sequence number: the journal is the buffer, so a slow reader costs nothing. */
import type { TaskEvent } from "@claudine/protocol";
import { eventSize } from "../core/size.ts";
import type { EventSource } from "./context.ts";

/** Of one notification. */
const EVENTS_AT_MOST = 500;
const SIZE_AT_MOST = 256 * 1024;

export type Subscription = {
  /** Tries to send what is new; `live` saves reading the journal when it is what follows. The first call starts it. */
  push(live?: readonly TaskEvent[]): void;
};

/** `send` says whether the client can take more now; when it can't, `push` is called again once it reads on. */
export function createSubscription(
  since: number,
  source: EventSource,
  send: (events: readonly TaskEvent[]) => boolean,
): Subscription {
  let sent = since;
  let writable = false;
  const deliver = (events: readonly TaskEvent[]) => {
    for (let start = 0; writable && start < events.length;) {
      const piece = events.slice(start, start + fitting(events, start));
      sent = piece.at(-1)?.seq ?? sent;
      start += piece.length;
      writable = send(piece);
    }
  };
  return {
    push(live) {
      if (live === undefined) writable = true;
      if (live?.[0]?.seq === sent + 1) deliver(live);
      while (writable && sent < source.lastSeq()) {
        const events = source.read(sent, Math.min(EVENTS_AT_MOST, source.lastSeq() - sent));
        if (events.length === 0) return;
        deliver(events);
      }
    },
  };
}

/** How many events from `start` on go into one notification: at least one. */
function fitting(events: readonly TaskEvent[], start: number): number {
  let size = 0;
  for (let count = 0; count < EVENTS_AT_MOST; count += 1) {
    const event = events[start + count];
    if (event === undefined) return count;
    size += eventSize(event);
    if (size > SIZE_AT_MOST) return Math.max(1, count);
  }
  return EVENTS_AT_MOST;
}
