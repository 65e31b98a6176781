import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { parseExitLine, parseRecord, readRecord } from "./record.ts";
import { openRig } from "./test-rig.ts";

const blank = Buffer.alloc(1024, " ");

async function endedBlock(): Promise<Buffer> {
  const rig = await openRig("perl");
  const spec = rig.start("1.1", ["sh", "-c", "exit 3"]);
  await rig.ended("1.1");
  return readFileSync(spec.recordPath);
}

test("bytes that were changed or cut off never tell another end", async () => {
  const block = await endedBlock();
  const truth = parseRecord(block);
  expect(truth).toMatchObject({ state: "ended", exit: { kind: "exited", exitCode: 3 } });
  const changes = fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(changes, fc.option(fc.nat(1024)), (flips, cut) => {
      const bytes = Buffer.from(block);
      for (const [at, value] of flips) bytes[at] = value;
      const record = parseRecord(bytes.subarray(0, cut ?? undefined));
      // The count of calls is written beside the end and may be torn by itself.
      if (record.state === "ended" && truth.state === "ended") {
        const operations = { readOps: undefined, writeOps: undefined };
        expect({ ...record, usage: { ...record.usage, ...operations } }).toEqual({
          ...truth,
          usage: { ...truth.usage, ...operations },
        });
        expect([truth.usage?.readOps, undefined]).toContain(record.usage?.readOps);
      }
    }),
    { numRuns: 3000 },
  );
});

test("the calls that read and wrote are in it, of children too", async () => {
  const rig = await openRig("perl");
  const spec = rig.start("1.1", ["sh", "-c", "head -c 100000 /dev/zero | dd bs=1000 of=/dev/null 2>/dev/null"]);
  await rig.ended("1.1");
  const record = readRecord(spec.recordPath);
  expect(record).toMatchObject({ state: "ended" });
  const usage = record.state === "ended" ? record.usage : undefined;
  if (process.platform !== "linux") return;
  expect(usage?.readOps).toBeGreaterThanOrEqual(100);
  expect(usage?.writeOps).toBeGreaterThanOrEqual(100);
});

test("a digit changed into another is noticed", async () => {
  const block = await endedBlock();
  for (let at = 0; at < 512; at++) {
    const byte = block[at] ?? 0;
    if (byte < 0x30 || byte > 0x39) continue;
    const bytes = Buffer.from(block);
    bytes[at] = byte === 0x39 ? 0x30 : byte + 1;
    if (at < 448) expect(parseRecord(bytes)).toEqual({ state: "torn" });
    else
      expect(parseRecord(bytes)).toMatchObject({ state: "ended", usage: { readOps: undefined, writeOps: undefined } });
  }
});

test("any bytes at all are read without an error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1500 }), (bytes) => {
      expect(["starting", "torn"]).toContain(parseRecord(Buffer.from(bytes)).state);
    }),
  );
});

test("an end that was torn while it was written is torn, not still running", async () => {
  const block = await endedBlock();
  const bytes = Buffer.from(block);
  bytes.fill(" ", 256 + 20, 512);
  expect(parseRecord(bytes)).toEqual({ state: "torn" });
  bytes.fill(" ", 256, 512);
  expect(parseRecord(bytes)).toMatchObject({ state: "started" });
});

test("the end of another run is not taken for this one's", async () => {
  const one = await endedBlock();
  const other = await endedBlock();
  expect(parseRecord(Buffer.concat([one.subarray(0, 256), other.subarray(256, 512), blank.subarray(512)]))).toEqual({
    state: "torn",
  });
});

test("a file that is missing, empty, short, huge or no file at all is told apart", () => {
  const dir = mkdtempSync(join(tmpdir(), "record-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  expect(readRecord(join(dir, "none"))).toEqual({ state: "missing" });
  expect(readRecord(dir)).toEqual({ state: "unreadable", errno: "EISDIR" });
  const states = { empty: "", short: "S 1 2 3", blank: " ".repeat(1024), huge: " ".repeat(10_000_000) };
  for (const [name, bytes] of Object.entries(states)) writeFileSync(join(dir, name), bytes);
  for (const name of ["empty", "short"]) expect(readRecord(join(dir, name))).toEqual({ state: "starting" });
  for (const name of ["blank", "huge"]) expect(readRecord(join(dir, name))).toEqual({ state: "torn" });
});

test("an exit line that came by the FIFO is checked too", () => {
  const line = "E 12345 s 9 0 774 0 5052 8 16 1 1 1795249590916 ";
  expect(parseExitLine(`${line}00000000`)).toBeUndefined();
  expect(parseExitLine("")).toBeUndefined();
});
