/** The tests: `unit` beside the sources, `e2e` in test/ against the built programs. */
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { closingLine } from "./test/setup/closing-line.ts";

/** Only there to end a test that hangs, nothing is measured by it: a machine busy with other things may take ten times as long. */
const HANG_GUARD_MS = 180_000;

/** Most of the time a test waits for others: two at a time also where there are two cores. */
const WORKERS = Math.max(2, availableParallelism() - 1);

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: WORKERS,
    reporters: ["default", closingLine()],
    testTimeout: HANG_GUARD_MS,
    hookTimeout: HANG_GUARD_MS,
    teardownTimeout: HANG_GUARD_MS,
    expect: { poll: { timeout: HANG_GUARD_MS / 3, interval: 10 } },
    globalSetup: ["test/setup/temp-root.ts"],
    projects: [
      { test: { name: "unit", include: ["packages/*/src/**/*.test.{ts,tsx}", "scripts/**/*.test.ts"] } },
      {
        test: {
          name: "e2e",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.long.test.ts"],
          globalSetup: ["test/setup/build-dist.ts"],
        },
      },
    ],
  },
});
