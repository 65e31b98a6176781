/** The lint rules that keep the packages apart do catch what they are there for. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, inject, test } from "vitest";

const rootDir = join(import.meta.dirname, "..");

/** A line of code, where it would be written, and whether it may be. */
const cases: ReadonlyArray<readonly [allowed: boolean, file: string, code: string]> = [
  [true, "packages/protocol/src/a.ts", `export { z } from "zod";`],
  [true, "packages/protocol/src/a.test.ts", `import "node:fs";`],
  [false, "packages/protocol/src/a.ts", `import "node:fs";`],
  [false, "packages/protocol/src/a.ts", `import "lmdb";`],
  [false, "packages/protocol/src/a.ts", `export const a = Date.now();`],
  [false, "packages/protocol/src/a.ts", `export const a = globalThis.process;`],
  [true, "packages/agents/src/a.ts", `import "./b.ts";`],
  [false, "packages/agents/src/a.ts", `import "node:fs";`],
  [false, "packages/agents/src/a.ts", `import "zod";`],
  [false, "packages/agents/src/a.ts", `export const a = Date.now();`],
  [true, "packages/daemon/src/core/a.ts", `import "@claudine/protocol/task";`],
  [true, "packages/daemon/src/core/a.ts", `import "./b.ts";`],
  [false, "packages/daemon/src/core/a.ts", `import "../store/b.ts";`],
  [false, "packages/daemon/src/core/a.ts", `import "../engine.ts";`],
  [false, "packages/daemon/src/core/a.ts", `import "node:path";`],
  [false, "packages/daemon/src/core/a.ts", `import type { Dirent } from "node:fs";`],
  [false, "packages/daemon/src/core/a.ts", `console.log(1);`],
  [true, "packages/daemon/src/store/a.ts", `import "lmdb";`],
  [false, "packages/daemon/src/a.ts", `import "lmdb";`],
  [false, "packages/daemon/src/rpc/a.ts", `await import("lmdb");`],
  [true, "packages/daemon/src/runner/a.ts", `import "node:child_process";`],
  [true, "packages/daemon/src/runner/a.ts", `import "pidusage";`],
  [true, "packages/daemon/src/main.ts", `import "node:child_process";`],
  [false, "packages/daemon/src/a.ts", `import "node:child_process";`],
  [false, "packages/daemon/src/a.ts", `import "pidusage";`],
  [false, "packages/daemon/src/store/a.ts", `import "../runner/b.ts";`],
  [false, "packages/daemon/src/runner/a.ts", `import "../rpc/b.ts";`],
  [false, "packages/daemon/src/rpc/handlers/a.ts", `import "../../store/b.ts";`],
  [false, "packages/daemon/src/agents/a.ts", `import "../runner/b.ts";`],
  [true, "test/a.ts", `import "@claudine/daemon/core/state";`],
  [false, "packages/client/src/a.ts", `import "@claudine/daemon";`],
  [false, "packages/tui/src/a.ts", `import "@claudine/daemon/core/state";`],
  [true, "packages/git/src/a.ts", `import "node:child_process"; import "@claudine/protocol/errors";`],
  [false, "packages/git/src/a.ts", `import "@claudine/client";`],
  [true, "packages/mcp/src/a.ts", `import "@claudine/client";`],
  [false, "packages/mcp/src/a.ts", `import "@claudine/daemon/core/state";`],
  [false, "packages/mcp/src/a.ts", `import "node:child_process";`],
  [false, "scripts/a.ts", `import "@claudine/daemon";`],
  [true, "packages/client/src/cli/a.ts", `export type { Task } from "@claudine/protocol";`],
  [true, "packages/client/src/cli/a.ts", `export { hint } from "@claudine/protocol/errors";`],
  [false, "packages/client/src/cli/a.ts", `export { taskSchema } from "@claudine/protocol";`],
  [false, "packages/client/src/cli/a.ts", `export { taskSchema } from "@claudine/protocol/task";`],
  [false, "packages/client/src/cli/a.ts", `import "react";`],
];

test("a forbidden import or global fails the lint, an allowed one does not", async () => {
  const folder = await mkdtemp(join(inject("testRoot"), "lint-"));
  const config = JSON.stringify(join(rootDir, "oxlint.config.ts"));
  await writeFile(
    join(folder, "oxlint.config.ts"),
    `import config from ${config};\nexport default { ...config, options: {} };\n`,
  );
  // `a.ts` stands for any file: each case gets one of its own.
  const named = cases.map(([allowed, file, code], index) => ({
    allowed,
    file: file.replace("/a.", `/a${index}.`),
    code,
  }));
  await Promise.all(named.map(({ file, code }) => writeCase(folder, file, code)));
  const refused = await filesWithBoundaryErrors(folder);
  const wrong = named.filter(({ allowed, file }) => refused.has(file) === allowed);
  expect(wrong).toEqual([]);
});

async function writeCase(folder: string, file: string, code: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), `${code}\n`);
}

function filesWithBoundaryErrors(folder: string): Promise<Set<string>> {
  const oxlint = join(rootDir, "node_modules/oxlint/bin/oxlint");
  return new Promise((resolve) => {
    execFile(process.execPath, [oxlint, "--format", "unix"], { cwd: folder }, (_error, stdout) => {
      const lines = stdout.split("\n").filter((line) => /no-restricted-(imports|globals)/.test(line));
      resolve(new Set(lines.map((line) => line.slice(0, line.indexOf(":")))));
    });
  });
}
