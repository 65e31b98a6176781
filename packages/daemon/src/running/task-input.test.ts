/** What several senders write to a task that does not read fast enough. */
import { closeSync, constants, mkdirSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { spec } from "../core/fixtures.ts";
import { createStdinFifo } from "../runner/stdin.ts";
import { processes } from "../runner/test-rig.ts";
import { createTaskInput } from "./task-input.ts";

async function openInput() {
  const dir = mkdtempSync(join(tmpdir(), "input-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, "stdin"));
  const input = createTaskInput(dir, processes);
  const run = { attempt: 1, admittedAt: 1 };
  const task = { ...spec(), id: 1, createdAt: 1, attempt: 1, status: { state: "running", run } } as const;
  await createStdinFifo(input.path(task, 1));
  const reader = openSync(input.path(task, 1), constants.O_RDONLY | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(reader));
  return { reader, send: (text: string) => input.write(task, run, { text, eof: false, sentBytes: 0 }) };
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
