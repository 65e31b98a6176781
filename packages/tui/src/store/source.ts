/** What the screen needs of a connection to the daemon; the client library satisfies it. */
import type { Client } from "@claudine/client";

export type Source = Pick<Client, "call" | "events" | "onConnection">;

/** Time as a port, so that tests can turn it. */
export type Clock = {
  now(): number;
  /** @returns a function that calls it off */
  after(ms: number, run: () => void): () => void;
};

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
