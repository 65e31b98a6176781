/** The reference pages are what the source says. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Config } from "@claudine/protocol";
import { describe, expect, it } from "vitest";
import type { Command } from "../packages/client/src/cli/command.ts";
import { COMMANDS } from "../packages/client/src/cli/commands/index.ts";
import { loadConfig } from "../packages/daemon/src/config/config.ts";
import { driftedPages } from "./docs.ts";
import { JSON_SHAPES } from "./docs/cli-json.ts";
import { exampleYaml } from "./docs/config-page.ts";

describe("reference pages", () => {
  it("are up to date; npm run docs writes them anew", async () => {
    expect(await driftedPages()).toEqual([]);
  });

  it("say for every verb what --json prints", () => {
    expect(Object.keys(JSON_SHAPES).toSorted()).toEqual(COMMANDS.flatMap((command) => pathsOf(command)).toSorted());
  });

  it("show a configuration file that is valid and changes nothing", () => {
    const dir = mkdtempSync(join(tmpdir(), "docs-"));
    try {
      writeFileSync(join(dir, "config.yaml"), exampleYaml());
      expect(loadConfig(join(dir, "config.yaml"))).toEqual(Config.parse({}));
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

function pathsOf({ name, run, subcommands = [] }: Command): string[] {
  return [
    ...(run === undefined ? [] : [name]),
    ...subcommands.flatMap((one) => pathsOf(one).map((path) => `${name} ${path}`)),
  ];
}
