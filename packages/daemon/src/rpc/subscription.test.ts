import type { TaskEvent } from "@claudine/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createSubscription } from "./subscription.ts";

const event = (seq: number): TaskEvent => ({ seq, at: seq, type: "daemon.stopped", pid: 1 });

test("every event once and in order, however often the reader stops and whatever arrives meanwhile", () => {
  const step = fc.oneof(
    fc.record({ write: fc.integer({ min: 1, max: 700 }) }),
    fc.record({ full: fc.boolean() }),
    fc.constant({ drain: true }),
  );
  fc.assert(
    fc.property(fc.nat(5), fc.array(step, { maxLength: 30 }), (since, steps) => {
      const journal = Array.from({ length: 8 }, (_, index) => event(index + 1));
      const got: number[] = [];
      let full = false;
      const source = {
        lastSeq: () => journal.length,
        read: (after: number, limit: number) => journal.slice(after, after + limit),
      };
      const subscription = createSubscription(
        since,
        source,
        (events) => (got.push(...events.map(({ seq }) => seq)), !full),
      );
      subscription.push();
      for (const one of steps) {
        if ("write" in one) {
          const fresh = Array.from({ length: one.write }, (_, index) => event(journal.length + index + 1));
          journal.push(...fresh);
          subscription.push(fresh);
        } else if ("full" in one) full = one.full;
        else subscription.push();
      }
      full = false;
      subscription.push();
      subscription.push();
      expect(got).toEqual(journal.slice(since).map(({ seq }) => seq));
    }),
    { numRuns: 50 },
  );
});
