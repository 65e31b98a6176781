/** The suite with the tools themselves; `main.ts` starts it. Apart from the other tests, as it installs them first. */
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { closingLine } from "../setup/closing-line.ts";

/** Only there to end a test that hangs. */
const HANG_GUARD_MS = 180_000;

export default defineConfig({
  root: join(import.meta.dirname, "../.."),
  test: {
    pool: "forks",
    maxWorkers: 1,
    reporters: ["verbose", closingLine()],
    include: ["test/agents/*.long.test.ts"],
    globalSetup: ["test/setup/temp-root.ts", "test/agents/provide-tools.ts"],
    testTimeout: HANG_GUARD_MS,
    hookTimeout: HANG_GUARD_MS,
  },
});
