/** Lets one large answer at a time be built per connection, and none while the client leaves earlier ones unread. */
import { ClaudineError } from "@claudine/protocol";

export type Turns = {
  /** @throws ClaudineError unavailable when the connection ends before the turn comes */
  take<T>(build: () => Promise<T>): Promise<T>;
  /** Looks again whether the next one may go. */
  next(): void;
};

/** `hasRoom` says whether the client has read enough of what it was sent. */
export function createTurns(hasRoom: () => boolean, closed: AbortSignal): Turns {
  const waiting: (() => void)[] = [];
  let busy = false;
  const next = () => {
    if (busy || (!closed.aborted && !hasRoom())) return;
    const go = waiting.shift();
    busy = go !== undefined;
    go?.();
  };
  const free = () => {
    busy = false;
    next();
  };
  return {
    next,
    async take(build) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        next();
      });
      try {
        if (closed.aborted) throw new ClaudineError("unavailable", "Cannot answer: the connection has ended");
        return await build();
      } finally {
        // By then the answer is written, and counts as unread.
        setImmediate(free);
      }
    },
  };
}
