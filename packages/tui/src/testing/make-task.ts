/** Tasks in every state for the tests of the screen. */
import type { HostSample } from "@claudine/protocol/host";
import { NO_USAGE } from "@claudine/protocol/info";
import type { Outcome, Status, Task } from "@claudine/protocol/task";

/** Where the clock of the tests stands. */
export const NOW = 1_700_000_000_000;

type Change = Partial<Omit<Task, "status">>;

export function makeTask(id: number, status: Status, change: Change = {}): Task {
  return {
    id,
    uid: `uid-${id}`,
    command: `make target-${id}`,
    argv: ["make", `target-${id}`],
    cwd: "/home/tester",
    umask: 0o22,
    envId: "env",
    label: null,
    group: "default",
    priority: 0,
    stdin: false,
    arrayIndex: null,
    lostRetries: 0,
    createdAt: NOW - 60_000,
    attempt: status.state === "queued" || status.state === "held" ? 0 : 1,
    ...change,
    status,
  };
}

export function queued(order: number): Status {
  return { state: "queued", since: NOW - 60_000, order };
}

export function held(): Status {
  return { state: "held", since: NOW - 60_000, why: { kind: "user" } };
}

export function running(agoMs: number): Status {
  return { state: "running", run: liveRun(agoMs) };
}

export function paused(agoMs: number): Status {
  return { state: "paused", run: liveRun(agoMs), since: NOW };
}

function liveRun(agoMs: number): Extract<Status, { state: "running" }>["run"] {
  const startedAt = NOW - agoMs;
  return { attempt: 1, admittedAt: startedAt, started: { pid: 7, startTicks: "1", bootId: "boot", startedAt } };
}

type End = "succeeded" | "failed" | "cancelled" | "lost";

/** Ended `agoMs` ago after running for 5 s. */
export function ended(state: End, agoMs: number, outcome: Outcome = { kind: "exited", exitCode: 0 }): Status {
  const finishedAt = NOW - agoMs;
  const usage = { ...NO_USAGE, cpuMs: 2500, wallMs: 5000, peakRssBytes: 3_145_728 };
  return { state, finishedAt, startedAt: finishedAt - 5000, outcome, note: null, usage };
}

export const HOST: HostSample = {
  cores: 8,
  usableCores: 8,
  cpuPercent: 52,
  load1: 0.52,
  load5: 0.48,
  load15: 0.4,
  memTotalBytes: 16 * 2 ** 30,
  memAvailableBytes: 10 * 2 ** 30,
  swapTotalBytes: 0,
  swapFreeBytes: 0,
  pressure: { cpu: null, memory: null, io: null },
};
