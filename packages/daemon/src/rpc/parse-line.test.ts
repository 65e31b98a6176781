import fc from "fast-check";
import { expect, test } from "vitest";
import { parseLine } from "./parse-line.ts";

const parse = (text: string | Buffer) => parseLine(Buffer.from(text));

test("any bytes are a request, a batch or an error with a code", () => {
  const json = fc.json().map((text) => Buffer.from(text));
  fc.assert(
    fc.property(
      fc.oneof(
        json,
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      ),
      (line) => {
        const parsed = parseLine(line);
        if ("error" in parsed) expect(parsed.error.code).toMatch(/^(parse_error|invalid_request)$/);
        else expect("batch" in parsed || typeof parsed.request.method === "string").toBe(true);
      },
    ),
  );
});

test.each([
  ["null", null],
  ["[]", null],
  ["{}", null],
  ['{"jsonrpc":"1.0","id":7,"method":"m"}', 7],
  ['{"jsonrpc":"2.0","id":"a","method":7}', "a"],
  ['{"jsonrpc":"2.0","id":{},"method":"m"}', null],
  ['{"jsonrpc":"2.0","id":true,"method":"m"}', null],
  [`{"jsonrpc":"2.0","id":"${"x".repeat(257)}","method":"m"}`, null],
])("%s is no request", (text, id) => {
  expect(parse(text)).toMatchObject({ error: { code: "invalid_request" }, id });
});

test("bytes that are not UTF-8 are not guessed at", () => {
  expect(parse(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ error: { code: "parse_error" } });
});

test("a batch keeps what is wrong in its place", () => {
  expect(parse('[{"jsonrpc":"2.0","id":1,"method":"m"},1]')).toMatchObject({
    batch: [{ request: { id: 1 } }, { error: { code: "invalid_request" }, id: null }],
  });
  expect(parse(`[${"1,".repeat(1000)}1]`)).toMatchObject({ error: { code: "limit" } });
});
