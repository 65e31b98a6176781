/** The README begins with what is promised, names every verb, and links to pages that are there. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { COMMANDS } from "../packages/client/src/cli/commands/index.ts";
import { rootDir } from "./build/dist-folder.ts";

const PAGES = [
  "README.md",
  "docs/architecture.md",
  "docs/scheduling.md",
  "docs/schedules.md",
  "docs/service.md",
  "docs/mcp.md",
  "docs/protocol.md",
  "docs/metrics.md",
  "docs/top.md",
  "docs/worktrees.md",
];
const read = (page: string) => readFileSync(join(rootDir, page), "utf8");

test("the first commands are the ones that .ci/run runs", () => {
  const [, first = ""] = /```sh\n([^`]*)```/.exec(read("README.md")) ?? [];
  expect(first.trimEnd().split("\n")).toEqual([
    expect.stringMatching(/^npm ci && npx claudine submit --follow -- \S/),
    "npm ci && npm test",
    "claudine service install",
  ]);
});

test("the table of verbs has every verb with its aliases, and no other", () => {
  const [, table = ""] = /## Verbs\n([\s\S]*?)\n## /.exec(read("README.md")) ?? [];
  const firstCells = table.split("\n").flatMap((line) => /^\| (`.*?) \|/.exec(line)?.[1] ?? []);
  const named = firstCells.flatMap((cell) => [...cell.matchAll(/`([a-z]+)`/g)].map(([, verb]) => verb));
  expect(new Set(named)).toEqual(new Set(COMMANDS.flatMap(({ name, aliases = [] }) => [name, ...aliases])));
});

test.for(PAGES)("%s links to what is there", (page) => {
  const targets = [...read(page).matchAll(/\]\(((?!https?:)[^)#]+)/g)].map(([, path = ""]) => path);
  expect(targets.filter((path) => !existsSync(join(rootDir, page, "..", path)))).toEqual([]);
});

test("the architecture fits on a few screens", () => {
  expect(read("docs/architecture.md").split("\n").length).toBeLessThanOrEqual(200);
});
