/** What a client of the daemon can do. */
import type { TaskEvent } from "@claudine/protocol/event";
import type { MethodName, ParamsIn, Result } from "@claudine/protocol/methods";
import type { Task } from "@claudine/protocol/task";

export type CallOptions = {
  /** Stops waiting for the answer; the daemon may still carry out what was asked. */
  signal?: AbortSignal;
};

export type EventsOptions = {
  /** Events after this sequence number; from now on unless told. */
  since?: number;
  /** Start with the tasks as they are. */
  snapshot?: boolean;
  /** How many finished tasks the snapshot holds. */
  snapshotLimit?: number;
  signal?: AbortSignal;
};

/** Events in order, without a gap or a duplicate to the batch before, unless a snapshot starts it anew. */
export type EventBatch = {
  /** The tasks as they are after event `seq`; forget what was known before. */
  snapshot?: { seq: number; tasks: readonly Task[] };
  events: readonly TaskEvent[];
};

export type ConnectionChange = { state: "connected" } | { state: "lost"; why: string };

export type Client = {
  /**
   * One method of the daemon.
   * @throws ClaudineError with the daemon's code; `unavailable` when it went away and the call may not be repeated
   */
  call<M extends MethodName>(method: M, params: ParamsIn<M>, options?: CallOptions): Promise<Result<M>>;
  /** Events as they become durable. Goes on over a reconnect; ends by `signal`, `close` or leaving the loop. */
  events(options?: EventsOptions): AsyncIterable<EventBatch>;
  /** Told each time the connection is made or lost. @returns a function that ends it */
  onConnection(listener: (change: ConnectionChange) => void): () => void;
  close(): void;
};
