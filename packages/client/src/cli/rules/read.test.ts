import { describe, expect, test } from "vitest";
import type { FlagValue } from "../command.ts";
import { idFinder } from "./depends.ts";
import { readRules } from "./read.ts";

const NOW = Date.parse("2026-11-25T20:00:00Z");
const find = idFinder(() => Promise.reject(new Error("no daemon is asked")));

type Flags = Record<string, FlagValue>;
const submit = (flags: Flags) => readRules({ input: { flags }, verb: "submit", clearable: false, now: NOW, find });
const set = (flags: Flags) => readRules({ input: { flags }, verb: "change task 5", clearable: true, now: NOW, find });

describe("of a new task", () => {
  test("nothing given, nothing asked for", async () => {
    expect(await submit({})).toEqual({});
  });

  test("what it waits for, each task once", async () => {
    expect(await submit({ after: ["1,3", "3"], "after-any": ["4"], "on-dependency-failure": "hold" })).toEqual({
      after: [
        { id: 1, on: "success" },
        { id: 3, on: "success" },
        { id: 4, on: "any" },
      ],
      onDependencyFailure: "hold",
    });
  });

  test("a delay counts from now, in any words", async () => {
    const threeHours = { delayMs: 3 * 3_600_000 };
    expect(await submit({ delay: "3h" })).toEqual(threeHours);
    expect(await submit({ delay: "3 hours" })).toEqual(threeHours);
    expect(await submit({ delay: "in 3 hours" })).toEqual(threeHours);
  });

  test("retries, limits and needs", async () => {
    expect(
      await submit({
        retries: "3",
        "retry-delay": "5s",
        backoff: "exponential",
        jitter: true,
        "retry-on-exit": "75,1-3",
        "max-delay": "1h",
        timeout: "2h",
        "idle-timeout": "10m",
        "warn-signal": "usr1@60s",
        grace: "0",
        slots: "2",
        lock: ["repo", "repo", "db"],
        claim: ["gpu=2", "license"],
        cpus: "1.5",
        memory: "4G",
        "memory-max": "8G",
      }),
    ).toEqual({
      retry: {
        limit: 3,
        delayMs: 5000,
        backoff: "exponential",
        jitter: true,
        onExit: [
          { from: 75, to: 75 },
          { from: 1, to: 3 },
        ],
        maxDelayMs: 3_600_000,
      },
      limits: {
        timeoutMs: 7_200_000,
        idleTimeoutMs: 600_000,
        warnSignal: { signal: "SIGUSR1", beforeMs: 60_000 },
        graceMs: 0,
      },
      needs: {
        slots: 2,
        locks: ["repo", "db"],
        claims: { gpu: 2, license: 1 },
        cpus: 1.5,
        memoryBytes: 4 * 2 ** 30,
        memoryMaxBytes: 8 * 2 ** 30,
      },
    });
  });

  test.each<[Flags, string]>([
    [{ delay: "1h", at: "tomorrow" }, "--delay does not go with --at"],
    [{ jitter: true }, "--jitter goes with --retries"],
    [{ "retry-delay": "5s" }, "--retry-delay goes with --retries"],
    [{ retries: "3", backoff: "exponential" }, "--backoff exponential doubles a delay, and there is none"],
    [{ retries: "3", jitter: true }, "--jitter varies a delay, and there is none"],
    [{ retries: "3", "retry-delay": "5s", "max-delay": "1h" }, "--max-delay goes with --backoff exponential"],
    [
      { retries: "3", "retry-delay": "5s", "max-delay": "1s", backoff: "exponential" },
      "--max-delay is shorter than --retry-delay",
    ],
    [{ retries: "1.5" }, '--retries "1.5" is not a number that fits'],
    [{ retries: "1", "retry-on-exit": "3-1" }, '--retry-on-exit "3-1" is not a range of exit codes'],
    [{ timeout: "0" }, '--timeout "0" is out of range'],
    [{ timeout: "4000d" }, '--timeout "4000d" is out of range'],
    [{ "warn-signal": "USR1@60s" }, "--warn-signal goes with --timeout"],
    [{ "warn-signal": "USR1@60s", timeout: "1m" }, "--warn-signal comes before the task has begun"],
    [{ "warn-signal": "USR1", timeout: "1h" }, '--warn-signal "USR1" is not a signal and a time'],
    [{ "warn-signal": "NOPE@1s", timeout: "1h" }, '--warn-signal "NOPE" is not a signal'],
    [{ slots: "0" }, '--slots "0" is not a number that fits'],
    [{ cpus: "0" }, '--cpus "0" is not a number of cores'],
    [{ memory: "0" }, '--memory "0" is no memory at all'],
    [{ memory: "8G", "memory-max": "4G" }, "--memory is more than --memory-max"],
    [{ lock: ["a b"] }, '--lock "a b" is not a name'],
    [{ claim: ["gpu", "gpu=2"] }, '--claim "gpu" is claimed twice'],
    [{ claim: ["gpu=1=2"] }, '--claim "gpu=1=2" is not a claim'],
    [{ "on-dependency-failure": "run" }, "--on-dependency-failure goes with --after, --after-any or --after-failure"],
    [{ after: ["3"], "after-any": ["3"] }, "task 3 cannot be waited for in two ways"],
    [{ delay: "none" }, '--delay "none" is not a time'],
  ])("%j is refused", async (flags, message) => {
    await expect(submit(flags)).rejects.toThrow(`Cannot submit: ${message}`);
  });
});

describe("of a task that is there", () => {
  test("only what was said", async () => {
    expect(await set({ timeout: "1h" })).toEqual({ limits: { timeoutMs: 3_600_000 } });
    expect(await set({ "retry-delay": "1s" })).toEqual({ retry: { delayMs: 1000 } });
    expect(await set({ "on-dependency-failure": "run" })).toEqual({ onDependencyFailure: "run" });
  });

  test("none takes a part of a rule away, and without a number of retries there are none", async () => {
    expect(await set({ timeout: "none", lock: ["none"] })).toEqual({
      limits: { timeoutMs: null },
      needs: { locks: null },
    });
    expect(await set({ retries: "none" })).toEqual({ retry: null });
    expect(await set({ after: ["none"], at: "none" })).toEqual({ after: null, notBefore: null });
  });

  test("what is not a value is refused", async () => {
    await expect(set({ timeout: "soon" })).rejects.toThrow('Cannot change task 5: --timeout "soon" is not a duration');
  });
});
