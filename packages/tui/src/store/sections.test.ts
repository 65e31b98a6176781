import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Entry } from "./order.ts";
import { headingsOf, lineOf, placesIn } from "./sections.ts";

const entry = (section: number | string) => ({ section }) as Entry;

test("each section has a heading, with how many there are", () => {
  const headings = headingsOf([entry(0), entry(2), entry(2), entry(4)]);
  expect(headings.map(({ title, start, count }) => [title, start, count])).toEqual([
    ["failed, not yet seen", 0, 1],
    ["running", 1, 2],
    ["done", 3, 1],
  ]);
  expect(headingsOf([entry("gpu")])[0]?.title).toBe("group gpu");
});

test("any window shows what the whole table has on its lines", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 5 });
  fc.assert(
    fc.property(lengths, fc.nat(60), fc.nat(20), (counts, from, rows) => {
      const entries = counts.flatMap((count, section) => Array.from({ length: count }, () => entry(section)));
      const headings = headingsOf(entries);
      const whole = placesIn(headings, entries.length, { from: 0, to: 1000 });
      expect(whole).toHaveLength(entries.length + headings.length);
      expect(placesIn(headings, entries.length, { from, to: from + rows })).toEqual(whole.slice(from, from + rows));
      for (const index of entries.keys()) expect(whole[lineOf(headings, index)]).toEqual({ kind: "task", index });
    }),
  );
});
