import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GZIP, ZSTD } from "./codec.ts";
import { createRunFolders, packedPath, type RunFiles } from "./files.ts";
import { readGaps, writeGaps } from "./gaps.ts";
import { lineEnd, lineStart, tailOffset } from "./line-offsets.ts";
import { packStream } from "./pack.ts";
import { addSighting, readIndex, readIndexNow } from "./run-index.ts";
import { openStream, type OutputStream } from "./stream.ts";

let dir = "";
let files: RunFiles;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "stream-"));
  const runs = createRunFolders(dir);
  runs.prepare(7);
  files = runs.files(7, 1);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const closed = new AbortController().signal;
const pack = (gap?: { from: number; to: number }, codec = ZSTD, freeBytes = 1e9) =>
  packStream({ path: files.stdout, gap, closed, codec, freeBytes: () => freeBytes });

async function withStream<T>(use: (stream: OutputStream) => Promise<T>): Promise<T> {
  const stream = await openStream(files, "stdout");
  if (stream === undefined) throw new Error("there is no stream");
  try {
    return await use(stream);
  } finally {
    await stream.close();
  }
}

/** All that is there, with what is left out as its length. */
async function readAll(pieceBytes: number): Promise<(string | number)[]> {
  return withStream(async (stream) => {
    const parts: (string | number)[] = [];
    for (let at = 0; at < stream.size;) {
      const { offset, leftOut, bytes } = await stream.read(at, pieceBytes);
      if (leftOut > 0) parts.push(leftOut);
      const last = parts.at(-1);
      if (typeof last === "string" && leftOut === 0) parts[parts.length - 1] = last + bytes.toString("latin1");
      else if (bytes.length > 0) parts.push(bytes.toString("latin1"));
      at = offset + bytes.length;
    }
    return parts;
  });
}

test("what is not there is undefined", async () => {
  expect(await openStream(files, "stdout")).toBeUndefined();
});

const OTHERS = [
  { what: "a FIFO", put: (path: string) => spawnSync("mkfifo", [path]), code: "ENXIO" },
  { what: "a folder", put: (path: string) => mkdirSync(path), code: "EISDIR" },
  { what: "a link to a device", put: (path: string) => symlinkSync("/dev/zero", path), code: "ENXIO" },
  { what: "a link to itself", put: (path: string) => symlinkSync(path, path), code: "ELOOP" },
];
describe.for(OTHERS)("$what in the place of", ({ put, code }) => {
  test.for(["the file", "the packed one"])("%s is refused and holds nobody up", async (which) => {
    put(which === "the file" ? files.stdout : packedPath(files.stdout, ZSTD));
    await expect(readAll(1000)).rejects.toMatchObject({ code });
  });

  test("what tells of gaps or times, too", async () => {
    put(files.gaps);
    put(files.index);
    const gaps = { stdout: { from: 1, to: 2 }, stderr: undefined };
    expect(() => readGaps(files.gaps)).toThrow(code);
    await expect(readIndex(files.index)).rejects.toMatchObject({ code });
    expect(() => readIndexNow(files.index)).toThrow(code);
    expect(() => writeGaps(files.gaps, gaps)).toThrow(code);
    expect(() => addSighting(files.index, { at: 1, stdout: 1, stderr: 1 }, 0)).toThrow(code);
  });
});

const decoders = [
  { codec: ZSTD, decoder: "zstd" },
  { codec: GZIP, decoder: "gzip" },
];
test.for(decoders)("packed as $decoder it reads as before, at every offset", async ({ codec, decoder }) => {
  const bytes = Buffer.concat([randomBytes(300_000), Buffer.alloc(700_000, "line\n")]);
  writeFileSync(files.stdout, bytes);
  expect(await pack(undefined, codec)).toBe(true);
  expect(existsSync(files.stdout)).toBe(false);
  await withStream(async (stream) => {
    expect(stream.size).toBe(bytes.length);
    for (const at of [0, 1, 262_143, 262_144, 299_999, 999_999, 1_000_000]) {
      const piece = await stream.read(at, 300_000);
      expect(piece).toMatchObject({ offset: at, leftOut: 0 });
      expect(piece.bytes.equals(bytes.subarray(at, at + 300_000))).toBe(true);
    }
  });
  const unpacked = spawnSync(decoder, ["-dc", packedPath(files.stdout, codec)], { maxBuffer: 1e8 });
  if (unpacked.error === undefined) expect(unpacked.stdout.equals(bytes)).toBe(true);
});

test("an empty one can be packed", async () => {
  writeFileSync(files.stdout, "");
  expect(await pack()).toBe(true);
  expect(await readAll(10)).toEqual([]);
});

const HEAD = "a".repeat(8192);
const TAIL = `tail\n${"b".repeat(5000)}\nend\n`;
const GAP = { from: HEAD.length, to: 1_000_000 };

describe("with its middle left out", () => {
  beforeEach(() => {
    writeFileSync(files.stdout, HEAD);
    truncateSync(files.stdout, GAP.to);
    writeFileSync(files.stdout, TAIL, { flag: "a" });
    writeGaps(files.gaps, { stdout: GAP, stderr: undefined });
  });

  const both = [
    { what: "plain", make: () => Promise.resolve(true) },
    { what: "packed", make: () => pack(GAP) },
    { what: "packed as gzip", make: () => pack(GAP, GZIP) },
  ];
  test.for(both)("$what, head and tail are read and the rest is counted", async ({ make }) => {
    expect(await make()).toBe(true);
    for (const bytes of [1000, 8192, 100_000]) expect(await readAll(bytes)).toEqual([HEAD, GAP.to - GAP.from, TAIL]);
    await withStream(async (stream) => {
      expect(stream.size).toBe(GAP.to + TAIL.length);
      expect(await stream.read(500_000, 4)).toMatchObject({ offset: GAP.to, leftOut: GAP.to - 500_000 });
    });
  });
  test.for(both)("$what, lines are found from the end", async ({ make }) => {
    await make();
    await withStream(async (stream) => {
      const end = stream.size;
      expect(await tailOffset(stream, end, 1)).toBe(end - 4);
      expect(await tailOffset(stream, end, 2)).toBe(GAP.to + 5);
      expect(await tailOffset(stream, end, 3)).toBe(0);
      expect(await lineStart(stream, end - 2)).toBe(end - 4);
      expect(await lineEnd(stream, end - 2)).toBe(end);
      expect(await lineStart(stream, 100)).toBe(0);
    });
  });
});

test("a gap that grows over what is being read is not taken for output", async () => {
  writeFileSync(files.stdout, Buffer.alloc(1_000_000, "x"));
  await withStream(async (stream) => {
    writeGaps(files.gaps, { stdout: { from: 10, to: 999_990 }, stderr: undefined });
    truncateSync(files.stdout, 10);
    truncateSync(files.stdout, 999_990);
    writeFileSync(files.stdout, "0123456789", { flag: "a" });
    expect(await stream.read(100, 1000)).toEqual({
      offset: 999_990,
      leftOut: 999_890,
      bytes: Buffer.from("0123456789"),
    });
  });
});

test("what would take most of the disk stays plain, and leaves nothing behind", async () => {
  const bytes = randomBytes(1_000_000);
  writeFileSync(files.stdout, bytes);
  await expect(pack(undefined, ZSTD, 500_000)).rejects.toMatchObject({ code: "limit" });
  expect(readFileSync(files.stdout).equals(bytes)).toBe(true);
  expect(readdirSync(dirname(files.stdout))).toEqual(["7.1.stdout"]);
});

test("what is still being written to stays plain", async () => {
  writeFileSync(files.stdout, randomBytes(8_000_000));
  const packing = pack();
  await expect.poll(() => existsSync(`${packedPath(files.stdout, ZSTD)}.tmp`), { interval: 1 }).toBe(true);
  writeFileSync(files.stdout, "more", { flag: "a" });
  expect(await packing).toBe(false);
  expect(existsSync(files.stdout)).toBe(true);
  expect(existsSync(packedPath(files.stdout, ZSTD))).toBe(false);
});

test.for([
  { what: "empty", harm: () => Buffer.alloc(0) },
  { what: "cut", harm: (bytes: Buffer) => bytes.subarray(0, bytes.length - 20) },
  { what: "overwritten", harm: (bytes: Buffer) => Buffer.concat([Buffer.alloc(100, "?"), bytes.subarray(100)]) },
])("a packed file that is $what is refused with its name", async ({ harm }) => {
  writeFileSync(files.stdout, randomBytes(10_000));
  await pack();
  const path = packedPath(files.stdout, ZSTD);
  writeFileSync(path, harm(readFileSync(path)));
  await expect(readAll(1000)).rejects.toMatchObject({ code: "storage", message: expect.stringContaining("damaged") });
});
