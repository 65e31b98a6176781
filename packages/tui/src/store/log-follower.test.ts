import { ClaudineError } from "@claudine/protocol/errors";
import type { ParamsIn, Result } from "@claudine/protocol/methods";
import { expect, test } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import { FakeSource, NO_LOG } from "../testing/fake-source.ts";
import { LogFollower } from "./log-follower.ts";

type Read = (params: ParamsIn<"log.read">) => Result<"log.read"> | Promise<Result<"log.read">>;
const never = () => new Promise<Result<"log.read">>(() => undefined);

function follow(stdout: Read) {
  const clock = new FakeClock();
  const source = new FakeSource([], {
    "log.read": (params) => (params.stream === "stderr" ? NO_LOG : stdout(params)),
  });
  const follower = new LogFollower({ source, clock, changed: () => undefined });
  follower.follow({ id: 5, attempt: 2, isAgent: false });
  const lines = () =>
    follower.state?.buffer.slice(0, 10_000).map(({ text }) => text.map((piece) => piece.text).join(""));
  const asked = () =>
    source.asked.map(({ params }) => params as ParamsIn<"log.read">).filter(({ stream }) => stream === "stdout");
  return { clock, follower, lines, asked };
}

const piece = (data: string, offset: number, more: Partial<Result<"log.read">> = {}): Result<"log.read"> => {
  const nextOffset = offset + data.length;
  const facts = { attempt: 2, offset, nextOffset, size: nextOffset, leftOut: 0, eof: false } as const;
  return { ...facts, encoding: "utf8", data, ...more };
};

test("starts near the end, waits for more, and stops at the end", async () => {
  const answers = [piece("one\n", 100), piece("tw", 104), piece("o\n", 106, { eof: true })];
  const { clock, follower, lines, asked } = follow(() => answers.shift() ?? never());
  await clock.pass(100);
  expect(lines()).toEqual(["one", "two"]);
  expect(follower.state).toMatchObject({ status: "ended", buffer: { partial: true } });
  expect(asked()).toMatchObject([{ id: 5, attempt: 2, tailLines: 500 }, { offset: 104 }, { offset: 106 }]);
  expect(asked()[1]?.waitMs).toBeGreaterThan(0);
});

test("takes bytes that are no text", async () => {
  const bytes = Buffer.from([0xe6, 0x97, 0xa5, 0xff, 0x0a]).toString("base64");
  const { clock, lines } = follow(() => piece(bytes, 0, { encoding: "base64", eof: true }));
  await clock.pass(100);
  expect(lines()).toEqual(["日�"]);
});

test("jumps to the end when output comes faster than it can be shown", async () => {
  const answers = [piece("a\n", 0), piece("b\n", 2, { size: 9_000_000 }), piece("z\n", 8_999_998, { eof: true })];
  const { clock, lines, asked } = follow(() => answers.shift() ?? never());
  await clock.pass(100);
  expect(lines()).toEqual(["a", "b", expect.stringContaining("left out"), "z"]);
  expect(asked().at(-1)?.tailLines).toBe(500);
});

test("keeps what it has while the daemon is away, and reads anew when it is back", async () => {
  let away = false;
  let release: () => void = () => undefined;
  const { clock, lines, follower } = follow(({ offset }) => {
    if (away) throw new ClaudineError("unavailable", "gone");
    if (offset === undefined) return piece("one\n", 0);
    return new Promise((_resolve, reject) => {
      release = () => reject(new ClaudineError("unavailable", "gone"));
    });
  });
  await clock.pass(100);
  away = true;
  release();
  await clock.pass(3000);
  expect(lines()).toEqual(["one"]);
  away = false;
  await clock.pass(1500);
  expect(lines()).toEqual(["one"]);
  expect(follower.state?.problem).toBe(null);
});

test("says what is wrong with a log that cannot be read", async () => {
  const { clock, follower } = follow(() => {
    throw new ClaudineError("not_found", "Cannot read the log of task 5: it was removed");
  });
  await clock.pass(100);
  expect(follower.state).toMatchObject({ status: "failed", problem: "Cannot read the log of task 5: it was removed" });
});

test("keeps the newest lines only", async () => {
  const many = Array.from({ length: 6000 }, (_, index) => `line ${index}\n`).join("");
  const { clock, follower, lines } = follow(() => piece(many, 0, { eof: true }));
  await clock.pass(100);
  expect(lines()?.at(-1)).toBe("line 5999");
  expect(lines()?.length).toBeLessThan(2500);
  expect(follower.state?.buffer).toMatchObject({ partial: true, range: { end: 6000 } });
});

test("an agent's stream is shown as the conversation that it is", async () => {
  const clock = new FakeClock();
  const said = (text: string) =>
    `${JSON.stringify({ type: "assistant", message: { id: text, content: [{ type: "text", text }] } })}\n`;
  const stream = said("I look around") + said("All done");
  const source = new FakeSource([], {
    "task.get": () => ({ task: { agent: { agent: "claude" } }, runs: [] }) as never,
    "log.read": (params) => (params.stream === "stderr" ? NO_LOG : piece(stream, 0, { eof: true })),
  });
  const follower = new LogFollower({ source, clock, changed: () => undefined });
  follower.follow({ id: 5, attempt: 2, isAgent: true });
  await clock.pass(100);
  const lines = follower.state?.buffer.slice(0, 100).map(({ text }) => text.map((part) => part.text).join(""));
  expect(lines).toEqual(["I look around", "", "All done"]);
});
