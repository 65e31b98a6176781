/** The subscriptions of one connection. */
import { ClaudineError, type TaskEvent } from "@claudine/protocol";
import type { EventSource } from "./context.ts";
import { createSubscription, type Subscription } from "./subscription.ts";

const SUBSCRIPTIONS_AT_MOST = 32;

export type Subscriptions = {
  /** Begins after the answer that names it. @throws ClaudineError limit */
  add(since: number): number;
  remove(id: number): boolean;
  tell(events: readonly TaskEvent[]): void;
  /** The client reads again. */
  resume(): void;
  clear(): void;
};

export type SubscriptionsPorts = {
  source: EventSource;
  /** False when the client should take no more for now. */
  write(message: object): boolean;
  isFull(): boolean;
};

export function createSubscriptions({ source, write, isFull }: SubscriptionsPorts): Subscriptions {
  const all = new Map<number, Subscription>();
  let nextId = 1;
  return {
    add(since) {
      if (all.size >= SUBSCRIPTIONS_AT_MOST) {
        throw new ClaudineError("limit", `A connection holds at most ${SUBSCRIPTIONS_AT_MOST} subscriptions`, {
          hint: "End one with event.unsubscribe",
        });
      }
      const id = nextId;
      nextId += 1;
      const subscription = createSubscription(since, source, (events) =>
        write({ jsonrpc: "2.0", method: "event", params: { subscription: id, events } }),
      );
      all.set(id, subscription);
      setImmediate(() => {
        if (all.has(id)) subscription.push();
      });
      return id;
    },
    remove: (id) => all.delete(id),
    tell(events) {
      for (const subscription of all.values()) if (!isFull()) subscription.push(events);
    },
    resume() {
      for (const subscription of all.values()) if (!isFull()) subscription.push();
    },
    clear: () => all.clear(),
  };
}
