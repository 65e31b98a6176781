import { expect, test } from "vitest";
import { runHook } from "./hook-process.ts";

const hook = (command: string, env: Record<string, string> = {}) => runHook({ command, cwd: "/", env }, 10_000);

test("what went wrong is told in words", async () => {
  expect(await hook("exit 0")).toBeUndefined();
  expect(await hook("exit 3")).toBe("exit code 3");
  expect(await hook("kill -9 $$")).toBe("ended by SIGKILL");
});

test("a hook that the system refuses to start has failed, and that is all", async () => {
  expect(await hook("true", { LONG: "x".repeat(200_000) })).toMatch("E2BIG");
  expect(await hook("true\0")).toMatch("null bytes");
});
