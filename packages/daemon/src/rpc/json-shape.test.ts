import fc from "fast-check";
import { expect, test } from "vitest";
import { checkShape } from "./json-shape.ts";

const filler = JSON.stringify("x".repeat(70_000));
const check = (json: string) => checkShape(Buffer.from(json));

test("takes whatever a string holds, and ordinary depth", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary", maxLength: 20 }), { maxLength: 5 }), (words) => {
      const strange = [...words, '[[{"', "\\", '\\"', "[".repeat(200), "{,".repeat(200)];
      check(JSON.stringify({ filler, strange, deep: [[[[{ a: [] }]]]] }));
    }),
  );
});

test("refuses what is too deep or too much, and what never ends", () => {
  const refused = (json: string) => expect(() => check(json)).toThrow(expect.objectContaining({ code: "too_large" }));
  refused(`[${filler},${"[".repeat(64)}${"]".repeat(64)}]`);
  refused("[".repeat(100_000));
  refused(`[${"{},".repeat(2_000_001)}{}]`);
  refused(`{"a":{${'"k":1,'.repeat(100_001)}"k":1}}`);
  check(`[${"[1,2],".repeat(200_000)}1]`);
  check(`["${"\\".repeat(100_001)}`);
  check(`"${"[".repeat(100_000)}`);
});

test("counts depth, not brackets", () => {
  check(`[${filler}${",[]".repeat(1000)}]`);
});
