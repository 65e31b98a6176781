/** docs/protocol.md shows what really comes back: its session is held by hand again, and compared by shape. */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";

type Message = { id?: unknown; method?: string; [key: string]: unknown };
type Line = Message | Message[];

const PAGE = join(import.meta.dirname, "../docs/protocol.md");

/** The lines of the page's session, without the example that stands for itself at the end. */
function sessionOfPage(): { text: string; line: Line }[] {
  const [session = ""] = readFileSync(PAGE, "utf8").split("## From a script");
  return session
    .split("\n")
    .filter((text) => /^\[?\{"/.test(text))
    .map((text) => ({ text, line: JSON.parse(text) as Line }));
}

const isRequest = (line: Line) =>
  (Array.isArray(line) ? line : [line]).every(({ method }) => method !== undefined && method !== "event");
const idOf = (line: Line): string => JSON.stringify(Array.isArray(line) ? line.map(({ id }) => id) : line.id);

/** Names and types stay, values go; a list is as its first element. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== "object" || value === null) return value === null ? null : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}

test("the page's session is what a daemon answers", async () => {
  const rig = await startDaemon();
  const socket = connect(rig.home.socket);
  const received = createInterface({ input: socket })[Symbol.asyncIterator]();
  const notifications: Line[] = [];
  const answerTo = async (id: string): Promise<Line> => {
    for (let next = await received.next(); next.done !== true; next = await received.next()) {
      const line = JSON.parse(next.value) as Line;
      if (idOf(line) === id) return line;
      notifications.push(line);
    }
    throw new Error(`the connection ended without an answer to ${id}`);
  };
  const page = sessionOfPage();
  expect(page.length).toBeGreaterThan(15);
  for (const { text, line } of page) {
    if (!isRequest(line)) continue;
    socket.write(`${text}\n`);
    const shown = page.find((other) => !isRequest(other.line) && idOf(other.line) === idOf(line));
    expect({ text, answer: shapeOf(await answerTo(idOf(line))) }).toEqual({ text, answer: shapeOf(shown?.line) });
  }
  socket.write("hello\n");
  expect(await answerTo("null")).toEqual(page.find(({ line }) => idOf(line) === "null")?.line);
  socket.destroy();
  expect(notifications.length).toBeGreaterThan(0);
  for (const notification of notifications) {
    expect(notification).toMatchObject({
      jsonrpc: "2.0",
      method: "event",
      params: { subscription: 1, events: expect.any(Array) },
    });
  }
});
