import { expect, test } from "vitest";
import { agentSpec } from "../core/agent-fixtures.ts";
import { spec, World } from "../core/fixtures.ts";
import type { Fact } from "../engine.ts";
import { createHooks, type HookPorts } from "./hooks.ts";

type Run = { command: string; env: Readonly<Record<string, string>>; end(problem?: string): void };

function bench(callback?: string, onAttention?: string) {
  const runs: Run[] = [];
  const warnings: unknown[] = [];
  const ports: HookPorts = {
    callback,
    onAttention,
    run: ({ command, env }) => new Promise((resolve) => runs.push({ command, env, end: resolve })),
    files: (id, attempt) => ({ record: "", stdout: `/runs/${id}.${attempt}.out`, stderr: "" }),
    environment: () => ({ MINE: "yes" }),
    queued: () => 7,
    log: { debug: () => {}, info: () => {}, warn: (...line) => warnings.push(line), error: () => {} },
  };
  return { hooks: createHooks(ports), runs, warnings };
}

/** The facts of turns that end these tasks. */
function ends(world: World, ids: readonly number[], exitCode = 0): Fact[] {
  world.plan();
  for (const id of ids) world.end(id, exitCode);
  return world.events.map((event) => ({ event, task: "id" in event ? world.task(event.id) : undefined }));
}

test("runs the task's own hook, and the one for all, with what happened", () => {
  const { hooks, runs } = bench("all");
  const world = new World();
  world.submit(spec({ onFinish: "own", label: "x" }));
  hooks.onFacts(ends(world, [1], 3));
  expect(runs.map(({ command }) => command)).toEqual(["own", "all"]);
  expect(runs[0]?.env).toMatchObject({
    MINE: "yes",
    CLAUDINE_TASK_ID: "1",
    CLAUDINE_LABEL: "x",
    CLAUDINE_STATE: "failed",
    CLAUDINE_EXIT_CODE: "3",
    CLAUDINE_SIGNAL: "",
    CLAUDINE_STDOUT: "/runs/1.1.out",
    CLAUDINE_QUEUED: "7",
  });
});

test("who needs attention is told of once, and not when it goes on", () => {
  const { hooks, runs } = bench(undefined, "look");
  const world = new World();
  world.submit(agentSpec("claude"));
  world.plan();
  world.started(1);
  const attention = { kind: "quiet", since: 1, note: "wrote nothing for 10m00s" } as const;
  world.do({ type: "report-attention", id: 1, attempt: 1, attention });
  const then = world.task(1);
  world.do({ type: "report-attention", id: 1, attempt: 1, attention: null });
  hooks.onFacts(world.events.map((event) => ({ event, task: then })));
  expect(runs.map(({ command }) => command)).toEqual(["look"]);
  expect(runs[0]?.env).toMatchObject({
    CLAUDINE_TASK_ID: "1",
    CLAUDINE_STATE: "running",
    CLAUDINE_ATTENTION: "wrote nothing for 10m00s",
  });
});

test("a run that is followed by a retry has not ended its task", () => {
  const { hooks, runs } = bench("all");
  const world = new World();
  world.submit(spec({ retry: { limit: 1, delayMs: 0, backoff: "constant", jitter: false } }));
  hooks.onFacts(ends(world, [1], 1));
  expect(runs).toEqual([]);
});

test("what is longer than a program can be given is cut off", () => {
  const { hooks, runs } = bench("all");
  const world = new World();
  world.submit(spec({ command: "x".repeat(200_000) }));
  hooks.onFacts(ends(world, [1]));
  expect(runs[0]?.env["CLAUDINE_COMMAND"]).toHaveLength(32_768);
});

test("a few run at a time, and all have their turn", async () => {
  const { hooks, runs } = bench("all");
  const world = new World(9);
  world.submit(...Array.from({ length: 9 }, () => spec()));
  hooks.onFacts(ends(world, [1, 2, 3, 4, 5, 6, 7, 8, 9]));
  for (let ended = 0; ended < 9; ended += 1) {
    expect(runs.length).toBe(Math.min(9, ended + 4));
    runs[ended]?.end();
    await Promise.resolve();
    await Promise.resolve();
  }
});

test("a failure is told, and the next one runs", async () => {
  const { hooks, runs, warnings } = bench("all");
  const world = new World();
  world.submit(spec());
  hooks.onFacts(ends(world, [1]));
  runs[0]?.end("exit code 9");
  await expect.poll(() => warnings).toEqual([["A hook failed", { task: 1, problem: "exit code 9" }]]);
});

test("more than can be run are left out, the oldest first, and that is told", () => {
  const { hooks, runs, warnings } = bench("all");
  const world = new World(2000);
  world.submit(...Array.from({ length: 1500 }, () => spec()));
  hooks.onFacts(
    ends(
      world,
      Array.from({ length: 1500 }, (_, index) => index + 1),
    ),
  );
  expect(runs).toHaveLength(4);
  expect(runs[0]?.env["CLAUDINE_TASK_ID"]).toBe("501");
  expect(warnings).toEqual([["Hooks were left out: too many wait", { count: 500 }]]);
});

test("a daemon that ends lets those that wait begin, and says how many it left out when that takes too long", async () => {
  const { hooks, runs, warnings } = bench("all");
  const world = new World(9);
  world.submit(...Array.from({ length: 6 }, () => spec()));
  hooks.onFacts(ends(world, [1, 2, 3, 4, 5, 6]));
  const closed = hooks.close(60_000);
  for (const run of runs.slice(0, 2)) run.end();
  await closed;
  expect([runs.length, warnings]).toEqual([6, []]);

  const slow = bench("all");
  const other = new World(9);
  other.submit(...Array.from({ length: 6 }, () => spec()));
  slow.hooks.onFacts(ends(other, [1, 2, 3, 4, 5, 6]));
  await slow.hooks.close(1);
  expect([slow.runs.length, slow.warnings]).toEqual([4, [["Hooks were left out: the daemon ends", { count: 2 }]]]);
});
