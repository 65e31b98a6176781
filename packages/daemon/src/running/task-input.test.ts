/** What several senders write to a task that does not read fast enough. */
import { closeSync, constants, mkdirSync, mkdtempSync, openSync, readdirSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { spec } from "../core/fixtures.ts";
import { createStdinFifo, writeStdin } from "../runner/stdin.ts";
import { processes } from "../runner/test-rig.ts";
import { until } from "../runner/test-rig.ts";
import { createTaskInput, type Patience, type TaskInput } from "./task-input.ts";

async function openInput(patience?: Patience) {
  const dir = mkdtempSync(join(tmpdir(), "input-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, "stdin"));
  const input = createTaskInput(dir, processes, patience);
  const started = { pid: 1, startTicks: "1", bootId: "boot", startedAt: 1 };
  const run = { attempt: 1, admittedAt: 1, started };
  const task = { ...spec(), id: 1, createdAt: 1, attempt: 1, status: { state: "running", run } } as const;
  await createStdinFifo(input.path(task, 1));
  const reader = openSync(input.path(task, 1), constants.O_RDONLY | constants.O_NONBLOCK);
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(reader);
    isOpen = false;
  };
  onTestFinished(close);
  const piece = { eof: false, isMessage: false, sentBytes: 0 };
  const tellBy = (by: TaskInput) => (text: string) => by.write(task, run, { ...piece, text, isMessage: true });
  return {
    dir: join(dir, "stdin"),
    reader,
    close,
    /** Leaves no room, whatever the system gives a pipe. */
    fill(): string {
      const wrote = writeStdin(input.path(task, 1), Buffer.alloc(1 << 20, "x"));
      return "x".repeat(wrote.result === "full" ? wrote.writtenBytes : expect.fail("it takes a megabyte"));
    },
    send: (text: string) => input.write(task, run, { ...piece, text }),
    tell: tellBy(input),
    end: () => input.write(task, run, { ...piece, text: "", eof: true, isMessage: true }),
    /** Of a daemon that comes after this one. */
    next: () => tellBy(createTaskInput(dir, processes)),
  };
}

/** All that is there now. */
function readAll(reader: number): string {
  const piece = Buffer.alloc(262_144);
  try {
    return piece.toString("utf8", 0, readSync(reader, piece));
  } catch {
    return "";
  }
}

test("a text that is sent while another is still on its way comes after it, not into the middle", async () => {
  const { reader, send } = await openInput();
  const long = `${"a".repeat(100_000)}\n`;
  const first = send(long);
  await setImmediate();
  let read = readAll(reader);
  expect(read.length).toBeLessThan(long.length);
  await Promise.all([first, send("b\n"), send("c\n")]);
  read += readAll(reader);
  expect(read === `${long}b\nc\n`).toBe(true);
});

/** Gives up at once, and tries again soon. */
const HASTY = { patienceMs: 0, againMs: 1 };
const LONG = `${"m".repeat(20_000)}\n`;

/** Makes room for some of it: reads so much. */
function readPage(reader: number): string {
  const page = Buffer.alloc(4096);
  return page.toString("utf8", 0, readSync(reader, page));
}

/** Reads on until it has as much. */
async function readOn(reader: number, length: number): Promise<string> {
  let read = "";
  await until(() => (read += readAll(reader)).length >= length, "the rest of it");
  return read;
}

test("a message that was taken in part comes whole before the next one, which is refused until then", async () => {
  const { dir, reader, fill, tell } = await openInput(HASTY);
  const before = fill();
  let read = readPage(reader);
  await tell(LONG);
  await expect(tell("second\n")).rejects.toMatchObject({
    code: "timeout",
    hint: expect.stringMatching(/^Nothing of it/),
  });
  read += await readOn(reader, before.length + LONG.length - read.length);
  expect(read === before + LONG).toBe(true);
  await tell("third\n");
  expect(await readOn(reader, 6)).toBe("third\n");
  expect(readdirSync(dir)).toHaveLength(1);
});

test("what has no room at all is refused, and nothing of it comes later", async () => {
  const { reader, fill, tell } = await openInput(HASTY);
  const before = fill();
  await expect(tell(LONG)).rejects.toMatchObject({ code: "timeout" });
  expect(await readOn(reader, before.length)).toBe(before);
  await tell("next\n");
  expect(await readOn(reader, 5)).toBe("next\n");
});

test("the next daemon finishes what was begun, and takes messages after that", async () => {
  const { reader, fill, tell, next } = await openInput({ ...HASTY, againMs: 1_000_000 });
  const before = fill();
  let read = readPage(reader);
  await tell(LONG);
  // The first daemon has tried it once, and is no more.
  await setImmediate();
  read += readAll(reader);
  const sent = next()("next\n");
  read += await readOn(reader, before.length + LONG.length + 5 - read.length);
  await sent;
  expect(read === `${before}${LONG}next\n`).toBe(true);
});

test("the end of the input is not sent into the middle of a message", async () => {
  const { reader, fill, tell, end } = await openInput(HASTY);
  fill();
  readPage(reader);
  await tell(LONG);
  await expect(end()).rejects.toThrow("Cannot end the input of task 1: it has not read all that was sent before");
});

test("of a session that is over nothing is kept", async () => {
  const { dir, reader, close, fill, tell } = await openInput(HASTY);
  fill();
  readPage(reader);
  await tell(LONG);
  close();
  await until(() => readdirSync(dir).length === 1, "the rest to be forgotten");
  await expect(tell("next\n")).rejects.toMatchObject({ code: "wrong_state" });
});
