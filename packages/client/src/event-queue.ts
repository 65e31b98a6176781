/** Holds the events of one subscription between the socket and the reader. */
import type { TaskEvent } from "@claudine/protocol/event";
import type { EventNotification } from "@claudine/protocol/methods";
import { type Connection, ConnectionLost } from "./connection.ts";

/** A reader further behind than this gets the rest from the journal later, instead of from memory. */
const MAX_EVENTS = 50_000;

export class EventQueue {
  readonly #connection: Connection;
  readonly #signal: AbortSignal | undefined;
  readonly #endListening: () => void;
  #subscription: number | undefined;
  /** Notifications may come in the same piece as the answer that says whose they are. */
  #early: EventNotification[] = [];
  #events: TaskEvent[] = [];
  #state: "open" | "overflown" | "lost" = "open";
  #wake: () => void = () => undefined;

  constructor(connection: Connection, signal: AbortSignal | undefined) {
    this.#connection = connection;
    this.#signal = signal;
    this.#endListening = connection.onEvents((notification) => this.#hear(notification));
    signal?.addEventListener("abort", this.#onAbort);
    void connection.ended.then(() => {
      if (this.#state === "open") this.#state = "lost";
      this.#wake();
    });
  }

  /** Names the subscription whose events these are. */
  accept(subscription: number): void {
    this.#subscription = subscription;
    const early = this.#early;
    this.#early = [];
    for (const notification of early) this.#hear(notification);
  }

  /**
   * Everything that has come since the last batch. Ends when the reader was too slow, or by the signal.
   * @throws ConnectionLost after the last event that arrived
   */
  async *batches(): AsyncGenerator<readonly TaskEvent[], void, undefined> {
    while (this.#signal?.aborted !== true) {
      if (this.#events.length > 0) {
        const events = this.#events;
        this.#events = [];
        yield events;
      } else if (this.#state === "overflown") {
        return;
      } else if (this.#state === "lost") {
        throw new ConnectionLost(false);
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  close(): void {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#endListening();
    this.#unsubscribe();
  }

  readonly #onAbort = () => this.#wake();

  #hear(notification: EventNotification): void {
    if (this.#state !== "open") return;
    if (this.#subscription === undefined) this.#early.push(notification);
    else if (notification.subscription === this.#subscription) this.#add(notification.events);
  }

  #add(events: readonly TaskEvent[]): void {
    if (this.#events.length + events.length > MAX_EVENTS && this.#events.length > 0) {
      this.#state = "overflown";
      this.#unsubscribe();
    } else {
      for (const event of events) this.#events.push(event);
    }
    this.#wake();
  }

  #unsubscribe(): void {
    if (this.#subscription === undefined || this.#state === "lost") return;
    const subscription = this.#subscription;
    this.#subscription = undefined;
    // Whether it arrives does not matter: the daemon forgets the subscription with the connection.
    this.#connection.request("event.unsubscribe", { subscription }).catch(() => undefined);
  }
}
