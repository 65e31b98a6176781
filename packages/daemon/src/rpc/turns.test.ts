import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createTurns } from "./turns.ts";

test("builds one at a time, in order, and only while there is room", async () => {
  let room = true;
  const turns = createTurns(() => room, new AbortController().signal);
  const log: string[] = [];
  const build = (name: string) => () => {
    log.push(name);
    room = false;
    return Promise.resolve(name);
  };
  const answers = ["a", "b", "c"].map((name) => turns.take(build(name)));
  expect(await answers[0]).toBe("a");
  await turn();
  expect(log).toEqual(["a"]);
  room = true;
  turns.next();
  expect(await answers[1]).toBe("b");
  await turn();
  expect(log).toEqual(["a", "b"]);
  room = true;
  turns.next();
  expect(await answers[2]).toBe("c");
});

test("a failure does not hold up the next one", async () => {
  const turns = createTurns(() => true, new AbortController().signal);
  const failed = turns.take(() => Promise.reject(new Error("no")));
  const next = turns.take(() => Promise.resolve(2));
  await expect(failed).rejects.toThrow("no");
  expect(await next).toBe(2);
});

test("nothing is built for a connection that has ended", async () => {
  const connection = new AbortController();
  const turns = createTurns(() => false, connection.signal);
  const answer = turns.take(() => Promise.resolve("built"));
  connection.abort();
  turns.next();
  await expect(answer).rejects.toMatchObject({ code: "unavailable" });
});
