import { expect, test } from "vitest";
import { NO_USAGE } from "@claudine/protocol/info";
import type { Outcome } from "@claudine/protocol";
import { spec, World } from "./fixtures.ts";

const KILLED = { kind: "signalled", signal: "SIGKILL", coreDumped: false } as const;

/** The kernel has ended something of it, and this is how its command ended. */
function endedByKernel(outcome: Outcome, more: Parameters<typeof spec>[0] = {}): World {
  const world = new World();
  world.submit(spec({ needs: { memoryMaxBytes: 2 ** 20 }, ...more }));
  world.plan();
  const times = { startedAt: world.now, finishedAt: world.now };
  world.do({ type: "report-ended", id: 1, attempt: 1, outcome, ...times, usage: NO_USAGE, overMemory: true });
  return world;
}

test("what the kernel ends for its limit of memory has failed for that, as if it had been ended here", () => {
  const world = endedByKernel(KILLED);
  expect(world.events.at(-2)).toMatchObject({ type: "run.stopping", cause: "memory", signal: "SIGKILL" });
  expect(world.task(1)?.status.state).toBe("failed");
  expect(world.why(1)).toBe("used more than the 1.0M of memory that it may use: ended by SIGKILL");
});

test("also when a command tells it by its exit code, but not when that says that all is well", () => {
  expect(endedByKernel({ kind: "exited", exitCode: 137 }).why(1)).toContain("used more than the 1.0M of memory");
  expect(endedByKernel({ kind: "exited", exitCode: 0 }).task(1)?.status.state).toBe("succeeded");
});

test("it may be tried again like any failure", () => {
  const retry = { limit: 1, delayMs: 0, backoff: "constant", jitter: false } as const;
  expect(endedByKernel(KILLED, { retry }).events.at(-1)).toMatchObject({ type: "task.retried", automatic: true });
});
