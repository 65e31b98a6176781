/** What an agent has written is read once, in order, however it was written. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADAPTERS, type AgentAdapter } from "@claudine/agents";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createReading, type Reading } from "./reading.ts";

let dir = "";
let files = { stdout: "", stderr: "" };
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "reading-"));
  files = { stdout: join(dir, "stdout"), stderr: join(dir, "stderr") };
});
afterEach(() => rmSync(dir, { recursive: true }));

const reading = (): Reading =>
  createReading({ adapter: ADAPTERS["claude"] as AgentAdapter, files, clock: () => ({ nowMs: 0, zone: "UTC" }) });
const says = (text: string) =>
  Buffer.from(`${JSON.stringify({ type: "assistant", message: { id: text, content: [{ type: "text", text }] } })}\n`);

test("goes on where it was, also in the middle of a character", async () => {
  const read = reading();
  await read.catchUp();
  expect(read.progress().headline).toBe("");
  const bytes = Buffer.concat([says("one"), says("zwölf")]);
  const middle = bytes.indexOf("ö") + 1;
  writeFileSync(files.stdout, bytes.subarray(0, middle));
  await read.catchUp();
  expect(read.progress()).toMatchObject({ headline: "one", turns: 1 });
  appendFileSync(files.stdout, bytes.subarray(middle));
  await Promise.all([read.catchUp(), read.catchUp()]);
  expect(read.progress()).toMatchObject({ headline: "zwölf", turns: 2, ignored: 0 });
});

test("at the end a line without its newline counts, and what stderr says", async () => {
  writeFileSync(files.stdout, says("last").subarray(0, -1));
  writeFileSync(files.stderr, "something went wrong\n");
  const progress = await reading().end(1);
  expect(progress).toMatchObject({ headline: "last", error: { message: expect.stringContaining("went wrong") } });
});

test("files that are not there say nothing", async () => {
  expect(await reading().end(0)).toMatchObject({ headline: "", turns: 0 });
});

test("others have their turns while many short lines are read", async () => {
  writeFileSync(files.stdout, "{x}\n".repeat(32_768));
  const read = reading();
  let turns = 0;
  const next = (): void => void setImmediate(() => ((turns += 1), isOver ? undefined : next()));
  let isOver = false;
  next();
  await read.catchUp();
  isOver = true;
  expect(read.progress().ignored).toBe(32_768);
  expect(turns).toBeGreaterThan(4);
});

test("a daemon that stops in the middle reports no end", async () => {
  writeFileSync(files.stdout, says("one"));
  const read = reading();
  read.close();
  const settled = Symbol("not yet");
  expect(await Promise.race([read.end(0), read.catchUp().then(() => settled)])).toBe(settled);
});
