import { appendFileSync, chmodSync, lstatSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { until } from "./test-rig.ts";
import { lineSplitter, openWake, parseFact, type WakeFact } from "./wake.ts";

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "wake-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

async function listen(path: string): Promise<WakeFact[]> {
  const facts: WakeFact[] = [];
  const wake = await openWake(path, (fact) => facts.push(fact));
  onTestFinished(() => wake.close());
  return facts;
}

test("lines become facts, and what is no line is skipped", async () => {
  const path = join(folder(), "wake.fifo");
  const facts = await listen(path);
  appendFileSync(path, "12.1\nnonsense of some kind\nnostart 13.1 EAGAIN\n");
  appendFileSync(path, `\n\0\xff\n${"x".repeat(5000)}\n`);
  appendFileSync(path, "14");
  appendFileSync(path, ".2\n");
  await until(() => facts.length >= 3, "three facts");
  expect(facts).toEqual([
    { type: "changed", runKey: "12.1" },
    { type: "not-started", runKey: "13.1", errno: "EAGAIN" },
    { type: "changed", runKey: "14.2" },
  ]);
});

test("the FIFO is for its user only; one that is there is kept, anything else replaced", async () => {
  const path = join(folder(), "wake.fifo");
  writeFileSync(path, "no FIFO");
  await listen(path);
  expect(lstatSync(path).isFIFO()).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const { ino } = statSync(path);
  await listen(path);
  expect(statSync(path).ino).toBe(ino);
  chmodSync(path, 0o666);
  await listen(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("listening goes on after a writer has gone", async () => {
  const path = join(folder(), "wake.fifo");
  const facts = await listen(path);
  for (const key of ["1.1", "2.1", "3.1"]) {
    appendFileSync(path, `${key}\n`);
    await until(() => facts.at(-1)?.runKey === key, `the fact of ${key}`);
  }
});

test("a line without an end is not kept for ever", () => {
  const lines: string[] = [];
  const split = lineSplitter((line) => lines.push(line));
  for (let n = 0; n < 100; n++) split("x".repeat(100));
  split("x\nok\n");
  expect(lines).toEqual(["ok"]);
});

test.each(["nostart 1.1", "nostart 1.1 no such", "1.1 extra", "../1", "ended 1.1 E 1 x 0", "nostart  EAGAIN"])(
  "%j is no fact",
  (line) => {
    expect(parseFact(line)).toBeUndefined();
  },
);
