import fc from "fast-check";
import { expect, test } from "vitest";
import { createHeap } from "./heap.ts";

type Step = { op: "set"; key: number; rank: number } | { op: "delete"; key: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ op: fc.constant("set" as const), key: fc.nat(30), rank: fc.integer({ min: -5, max: 5 }) }),
  fc.record({ op: fc.constant("delete" as const), key: fc.nat(30) }),
);

test("always gives the least member, whatever is added, moved and removed", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = createHeap<number>();
      const model = new Map<number, number>();
      for (const one of steps) {
        if (one.op === "set") {
          heap.set(one.key, [one.rank, one.key]);
          model.set(one.key, one.rank);
        } else {
          expect(heap.delete(one.key)).toBe(model.delete(one.key));
        }
        const least = [...model].toSorted(([a, x], [b, y]) => x - y || a - b)[0]?.[0];
        expect(heap.peek()).toBe(least);
        expect(heap.size).toBe(model.size);
      }
    }),
  );
});
