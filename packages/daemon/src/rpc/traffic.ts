/** Counts what all connections together keep in memory: requests not answered, and answers not read. */

export type Share = {
  /** Bytes of requests that are unfinished or unanswered; false when all together hold too many: then nothing changes. */
  setHeld(bytes: number): boolean;
  setUnread(bytes: number): void;
  /** The client has to read before it is answered more. */
  isFull(): boolean;
  close(): void;
};

export type Traffic = { open(): Share };

export type TrafficLimits = { heldAtMost: number; unreadAtMost: number };

/** A client with more than this unread waits. */
const OWN_UNREAD_AT_MOST = 4 * 2 ** 20;
/** With less than this it is served even when the others leave too much unread. */
const OWN_UNREAD_ALWAYS = 2 ** 16;

export function createTraffic({ heldAtMost, unreadAtMost }: TrafficLimits): Traffic {
  const total = { held: 0, unread: 0 };
  return {
    open() {
      const own = { held: 0, unread: 0 };
      const set = (what: "held" | "unread", bytes: number) => {
        total[what] += bytes - own[what];
        own[what] = bytes;
      };
      return {
        setHeld(bytes) {
          if (bytes > own.held && total.held + bytes - own.held > heldAtMost) return false;
          set("held", bytes);
          return true;
        },
        setUnread: (bytes) => set("unread", bytes),
        isFull: () =>
          own.unread > OWN_UNREAD_AT_MOST || (own.unread > OWN_UNREAD_ALWAYS && total.unread > unreadAtMost),
        close() {
          set("held", 0);
          set("unread", 0);
        },
      };
    },
  };
}
