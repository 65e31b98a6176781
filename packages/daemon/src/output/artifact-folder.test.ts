import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { artifactBytes, removeArtifacts } from "./artifact-folder.ts";
import { listArtifacts } from "./artifact-list.ts";
import { readArtifact } from "./artifact-read.ts";

const { signal: closed } = new AbortController();
let dir = "";
let folder = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "artifacts-"));
  folder = join(dir, "1.1.artifacts");
  mkdirSync(folder, { mode: 0o700 });
});
// What is too deep for Node to remove.
afterEach(() => void execFileSync("rm", ["-rf", dir]));

/** Deeper than a path can be long. */
function dig(levels: number, name: string): void {
  const script = `for (let level = 0; level < ${levels}; level += 1) { fs.mkdirSync("${name}"); process.chdir("${name}"); }
    fs.writeFileSync("file", "deep\\n")`;
  execFileSync(process.execPath, ["-e", script], { cwd: folder });
}

test.for([
  { levels: 60, name: "n".repeat(255) },
  { levels: 1000, name: "d" },
  { levels: 300, name: "n".repeat(100) },
])("$levels folders in each other are counted and removed", async (tree) => {
  dig(tree.levels, tree.name);
  writeFileSync(join(folder, "file"), Buffer.alloc(100_000, "x"));
  expect(await artifactBytes(folder)).toBeGreaterThan(90_000);
  const found = await listArtifacts(folder, { after: [], limit: 100, closed });
  expect(found.map(({ artifact }) => artifact.kind).toSorted()).toEqual(["file", "folder"]);
  await removeArtifacts(folder);
  expect(existsSync(folder)).toBe(false);
});

test("what is deep and can be named is listed and read, however long the path to the folder is", async () => {
  dig(38, "n".repeat(99));
  const [found] = await listArtifacts(folder, { after: [], limit: 10, closed });
  expect(found?.artifact).toMatchObject({ kind: "file", bytes: 5 });
  const { bytes } = await readArtifact(folder, { name: found?.artifact.name ?? "", offset: 0, maxBytes: 10 });
  expect(bytes.toString()).toBe("deep\n");
});

/** Puts a link in the place of a folder and back, until told. */
function swapping(inner: string, outside: string): { end(): Promise<void> } {
  const kept = `${inner}.kept`;
  symlinkSync(outside, join(dir, "link"));
  let isOver = false;
  const swap = (async () => {
    while (!isOver) {
      try {
        renameSync(inner, kept);
        renameSync(join(dir, "link"), inner);
        await new Promise(setImmediate);
        renameSync(inner, join(dir, "link"));
        renameSync(kept, inner);
      } catch {
        return;
      }
      await new Promise(setImmediate);
    }
  })();
  return {
    end: () => {
      isOver = true;
      return swap;
    },
  };
}

test("a link that comes into the place of a folder meanwhile leads nowhere", async () => {
  const outside = join(dir, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "file"), "outside");
  const inner = join(folder, "inner");
  mkdirSync(inner);
  writeFileSync(join(inner, "file"), "inside");
  const swap = swapping(inner, outside);
  const seen = new Set<string>();
  for (let round = 0; round < 300; round += 1) {
    const piece = readArtifact(folder, { name: "inner/file", offset: 0, maxBytes: 10 });
    await piece.then(
      ({ bytes }) => seen.add(bytes.toString()),
      () => {},
    );
  }
  await swap.end();
  expect([...seen].filter((content) => content !== "inside")).toEqual([]);
  for (let round = 0; round < 100; round += 1) {
    rmSync(join(dir, "link"), { force: true });
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, "file"), "inside");
    const again = swapping(inner, outside);
    await removeArtifacts(folder).catch(() => {});
    await again.end();
    rmSync(folder, { recursive: true, force: true });
  }
  expect(readFileSync(join(outside, "file"), "utf8")).toBe("outside");
});
