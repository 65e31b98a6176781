import { expect, test } from "vitest";
import { encode } from "./encode.ts";

test("what no string can hold is an error with the same id, not the end of the daemon", () => {
  const endless = {
    toJSON() {
      throw new RangeError("Invalid string length");
    },
  };
  expect(JSON.parse(encode({ jsonrpc: "2.0", id: 7, result: endless }))).toMatchObject({
    id: 7,
    error: { data: { code: "too_large" } },
  });
  expect(JSON.parse(encode([{ id: 1, result: endless }]))).toMatchObject({ id: null });
});
