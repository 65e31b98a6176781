/** `npm run test:systemd`: the user service under a real systemd. Apart from the other tests, as few machines allow it. */
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { closingLine } from "../setup/closing-line.ts";

/** Only there to end a test that hangs. */
const HANG_GUARD_MS = 60_000;

export default defineConfig({
  root: join(import.meta.dirname, "../.."),
  test: {
    pool: "forks",
    reporters: ["default", closingLine()],
    include: ["test/systemd/*.long.test.ts"],
    globalSetup: ["test/setup/temp-root.ts", "test/setup/build-dist.ts"],
    testTimeout: HANG_GUARD_MS,
    hookTimeout: HANG_GUARD_MS,
  },
});
