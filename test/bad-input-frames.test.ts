/** Lines that are no requests: each gets one clear error, and the daemon goes on. */
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";
import { RawClient, refusal } from "./support/raw-client.ts";

let rig: Rig;
let client: RawClient;
beforeAll(async () => {
  rig = await createRig();
  return () => rig[Symbol.asyncDispose]();
});
beforeEach(async () => {
  client = await RawClient.open(rig.home.socket);
});
afterEach(async () => {
  const status = await client.ask("daemon.status");
  client.destroy();
  if (status?.result === undefined) throw new Error("the daemon no longer answers on this connection");
});

const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const request = (fields: string) => `{"jsonrpc":"2.0",${fields}}`;

test.each([
  ["half an object", "{", "parse_error"],
  ["a word", "hello", "parse_error"],
  ["NULs", "\0\0\0", "parse_error"],
  ["a byte order mark", `\ufeff${request('"id":1,"method":"daemon.status"')}`, "parse_error"],
  ["spaces", "   ", "parse_error"],
  ["a carriage return", "\r", "parse_error"],
  ["null", "null", "invalid_request"],
  ["a number", "1e400", "invalid_request"],
  ["a string", '"daemon.status"', "invalid_request"],
  ["an empty batch", "[]", "invalid_request"],
  ["an empty object", "{}", "invalid_request"],
  ["another version", '{"jsonrpc":"1.0","id":1,"method":"daemon.status"}', "invalid_request"],
  ["no method", request('"id":1'), "invalid_request"],
  ["a method that is a number", request('"id":1,"method":7'), "invalid_request"],
  ["a method that is null", request('"id":1,"method":null'), "invalid_request"],
  ["an id that is an object", request('"id":{},"method":"daemon.status"'), "invalid_request"],
  ["an id that is true", request('"id":true,"method":"daemon.status"'), "invalid_request"],
  ["an id without end", request(`"id":"${"x".repeat(100_000)}","method":"daemon.status"`), "invalid_request"],
  ["a deep id", request(`"id":${nested(20_000)},"method":"daemon.status"`), "invalid_request"],
  ["a deep line", nested(200_000), "too_large"],
  ["a batch of 10,000", `[${Array(10_000).fill(request('"id":1,"method":"daemon.status"')).join()}]`, "limit"],
  ["two million objects", `[${"{},".repeat(4_000_000)}{}]`, "too_large"],
  ["an object of a million keys", `{${'"k":1,'.repeat(1_000_000)}"k":1}`, "too_large"],
])("%s", async (_what, line, code) => {
  expect(await client.line(line)).toMatchObject(refusal(code));
});

test("bytes that are not UTF-8", async () => {
  const bytes = Buffer.from(request('"id":1,"method":"daemon.status"'));
  bytes[12] = 0xff;
  expect(await client.line(bytes)).toMatchObject(refusal("parse_error"));
});

test.each(["", "nope", "__proto__", "constructor", "toString", "hasOwnProperty", "task", "task.", "TASK.LIST"])(
  "the method %j",
  async (method) => {
    const answer = await client.ask(method, {});
    expect(answer).toMatchObject(refusal("unknown_method"));
    expect(answer?.error?.message).toBe(`There is no method "${method}"`);
  },
);

test("the name of a method without end is not sent back whole", async () => {
  const answer = await client.ask("x".repeat(1_000_000), {});
  expect(answer).toMatchObject(refusal("unknown_method"));
  expect(answer?.error?.message.length).toBeLessThan(200);
});

test("a batch answers each of its requests, whatever the others are", async () => {
  const answers = await client.line(
    `[${request('"id":1,"method":"daemon.status"')},1,null,[],{},${request('"id":2,"method":"nope"')}]`,
  );
  expect(answers).toMatchObject([
    { id: 1, result: {} },
    ...Array.from({ length: 4 }, () => ({ id: null, ...refusal("invalid_request") })),
    { id: 2, ...refusal("unknown_method") },
  ]);
});

test("a batch of searches finds nothing, and that is all", async () => {
  const search = (id: number, method: string) =>
    request(`"id":${id},"method":"${method}","params":{"selector":["all"]}`);
  const answers = await client.line(`[${search(1, "task.kill")},${search(2, "task.list")},${search(3, "task.retry")}]`);
  expect(answers).toMatchObject([1, 2, 3].map((id) => ({ id, result: { tasks: [] } })));
});

test("what asks for no answer gets none, also when it is wrong", async () => {
  await client.write(`${request('"method":"nope"')}\n${request('"method":"task.get","params":{}')}\n\n\n`);
  expect(await client.line("{")).toMatchObject(refusal("parse_error"));
  expect(client.others).toEqual([]);
});

test("a request in pieces of one byte is a request", async () => {
  for (const char of request('"id":"slow","method":"daemon.status"')) await client.write(char);
  expect(await client.line("")).toMatchObject({ id: "slow", result: {} });
});
