/** Events as batches without a gap or a duplicate, over any number of connections. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { TaskEvent } from "@claudine/protocol/event";
import type { Result } from "@claudine/protocol/methods";
import type { EventBatch, EventsOptions } from "./client.ts";
import { type Connection, ConnectionLost } from "./connection.ts";
import { EventQueue } from "./event-queue.ts";
import type { Link } from "./link.ts";

/** Where the reader stands: after which event, or nowhere yet. */
type Place = { after: number | undefined; snapshot: boolean };

export async function* eventBatches(
  link: Link,
  options: EventsOptions = {},
): AsyncGenerator<EventBatch, void, undefined> {
  const place: Place = { after: options.since, snapshot: options.snapshot ?? false };
  const ended = () => options.signal?.aborted === true || link.closed;
  while (!ended()) {
    try {
      const connection = await link.connected(false, options.signal);
      yield* oneSubscription(connection, place, options);
    } catch (error) {
      if (ended()) return;
      if (isOutOfReach(error, place, options)) startAnew(place, options);
      else if (
        !(error instanceof ConnectionLost) &&
        !(error instanceof ClaudineError && error.code === "shutting_down")
      )
        throw error;
    }
  }
}

/** Ends without an error when the reader fell behind: the next subscription starts where it stands. */
async function* oneSubscription(
  connection: Connection,
  place: Place,
  options: EventsOptions,
): AsyncGenerator<EventBatch, void, undefined> {
  const queue = new EventQueue(connection, options.signal);
  try {
    const answer = await subscribe(connection, place, options);
    queue.accept(answer.subscription);
    if (place.snapshot) {
      place.snapshot = false;
      place.after = answer.seq;
      yield { snapshot: { seq: answer.seq, tasks: answer.tasks ?? [] }, events: [] };
    }
    place.after ??= answer.seq;
    if (answer.seq !== place.after) return startAnew(place, options);
    for await (const received of queue.batches()) {
      const events = withoutRepeats(received, place.after);
      if (hasGap(events, place.after)) return startAnew(place, options);
      place.after = events.at(-1)?.seq ?? place.after;
      if (events.length > 0) yield { events };
    }
  } finally {
    queue.close();
  }
}

async function subscribe(
  connection: Connection,
  place: Place,
  options: EventsOptions,
): Promise<Result<"event.subscribe">> {
  const answer = await connection.request(
    "event.subscribe",
    {
      ...(place.after === undefined || place.snapshot ? {} : { since: place.after }),
      snapshot: place.snapshot,
      ...(options.snapshotLimit === undefined ? {} : { snapshotLimit: options.snapshotLimit }),
    },
    options.signal,
  );
  return answer as Result<"event.subscribe">;
}

function withoutRepeats(events: readonly TaskEvent[], after: number): TaskEvent[] {
  let last = after;
  return events.filter(({ seq }) => {
    const isNew = seq > last;
    if (isNew) last = seq;
    return isNew;
  });
}

function hasGap(events: readonly TaskEvent[], after: number): boolean {
  return events.some(({ seq }, index) => seq !== (events[index - 1]?.seq ?? after) + 1);
}

/** The daemon says that its journal begins later. */
function isOutOfReach(error: unknown, place: Place, options: EventsOptions): boolean {
  return error instanceof ClaudineError && error.code === "not_found" && options.snapshot === true && !place.snapshot;
}

/** The journal does not reach back to where the reader stands: only a new snapshot makes its picture whole. */
function startAnew(place: Place, options: EventsOptions): void {
  if (options.snapshot !== true) {
    throw new ClaudineError(
      "not_found",
      `Cannot go on after event ${place.after}: the journal does not hold what follows`,
      {
        hint: "Start again without a sequence number, or ask for a snapshot",
      },
    );
  }
  place.snapshot = true;
}
