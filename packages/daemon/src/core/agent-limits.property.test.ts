/** Whatever providers say and people do: nobody runs into a limit that is known, and nobody waits for ever. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { agentEnd, agentSpec, endAgent, limitEnd } from "./agent-fixtures.ts";
import { explain } from "./explain.ts";
import { spec, World } from "./fixtures.ts";
import { planNext } from "./plan.ts";
import { restart, withAndWithoutRestart } from "./random-steps.ts";

type Step =
  | { do: "submit"; agents: readonly string[]; group: string }
  | { do: "end"; id: number; how: "well" | "badly" | "limit" | "told" | "rate"; afterMs: number }
  | { do: "answers" | "cancel" | "start" | "retry" | "hold" | "release"; id: number }
  | { do: "forget"; agent: string }
  | { do: "later"; ms: number }
  | { do: "set-clock"; byMs: number }
  | { do: "restart" };

const AGENTS = ["claude", "codex", "gemini"];
const id = fc.integer({ min: 1, max: 12 });
const span = fc.constantFrom(1000, 60_000, 400_000, 4_000_000);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("submit" as const),
      agents: fc.subarray(AGENTS, { maxLength: 2 }),
      group: fc.constantFrom("default", "b"),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      id,
      how: fc.constantFrom("well", "badly", "limit", "told", "rate"),
      afterMs: span,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom("answers", "cancel", "start", "retry", "hold", "release"), id }),
  },
  fc.record({ do: fc.constant("forget" as const), agent: fc.constantFrom(...AGENTS) }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant("later" as const), ms: span }) },
  fc.record({ do: fc.constant("set-clock" as const), byMs: fc.constantFrom(-5_000_000, 5_000_000) }),
  fc.record({ do: fc.constant("restart" as const) }),
);

const newWorld = () => new World(2, { agingMs: 500 });

function end(world: World, { id, how, afterMs }: Extract<Step, { do: "end" }>): void {
  switch (how) {
    case "well":
      return void endAgent(world, id, agentEnd({ ok: true }));
    case "badly":
      return void endAgent(world, id, agentEnd({ ok: false }));
    case "limit":
      return void endAgent(world, id, limitEnd({ sessionId: "s" }));
    case "told":
      return void endAgent(world, id, limitEnd({ resetsAt: world.wall + afterMs, toolCalls: 1 }));
    case "rate":
      return void endAgent(world, id, limitEnd({ class: "rate-limit" }));
  }
}

function take(world: World, one: Step): void {
  const targets = { named: [], matched: "id" in one && world.task(one.id) !== undefined ? [one.id] : [] };
  switch (one.do) {
    case "submit":
      return world.submit(one.agents.length === 0 ? spec() : { ...agentSpec(...one.agents), group: one.group });
    case "end":
      return end(world, one);
    case "answers":
      return void world.do({ type: "report-answers", id: one.id, attempt: world.task(one.id)?.attempt ?? 0 });
    case "cancel":
      return void world.do({ type: "stop", targets, cause: "cancel", signal: "SIGTERM", note: null });
    case "hold":
      return void world.do({ type: "hold", targets, why: { kind: "user" } });
    case "start":
    case "retry":
    case "release":
      return void world.do({ type: one.do, targets });
    case "forget":
      if (world.state.providers.limits.has(one.agent)) world.do({ type: "forget-limit", agent: one.agent });
      return;
    case "later":
      world.now += one.ms;
      return;
    case "set-clock":
      return world.setWall(one.byMs);
    case "restart":
      return restart(world);
  }
}

/** Of a provider at its limit nothing starts but one run, and that only after its time. */
function checkStarts(world: World): void {
  const { limits } = world.state.providers;
  const before = [...limits.values()].map(({ agent, resetsAt, ripeAt }) => ({
    agent,
    isOver: resetsAt <= world.wall || ripeAt <= world.now,
    isTried: world.state.providers.probes.has(agent),
  }));
  const started = world.plan().flatMap((one) => {
    const task = world.task(one);
    return task?.agent === undefined ? [] : [task.agent.choices[task.agentAt ?? 0]?.agent];
  });
  for (const { agent, isOver, isTried } of before)
    expect(started.filter((one) => one === agent).length).toBeLessThanOrEqual(isOver && !isTried ? 1 : 0);
}

function checkReasons(world: World): void {
  expect(planNext(world.facts(), true)).toBeUndefined();
  for (const task of world.state.live.values())
    if (task.status.state === "queued")
      expect(explain(world.facts(), task)).toMatch(/^(usage|rate) limit of |^waits for (?!its turn$)/);
}

test("nothing starts before a limit is over but the one that tries, and everything that waits says why", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const world = newWorld();
      for (const one of steps) {
        take(world, one);
        checkStarts(world);
        checkReasons(world);
      }
    }),
    { numRuns: 1000 },
  );
});

test("a restart at any point changes no outcome", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), fc.nat(50), (steps, at) => {
      const { restarted, straight } = withAndWithoutRestart(steps, { begin: newWorld, take, at });
      expect(restarted.events).toEqual(straight.events);
    }),
    { numRuns: 500 },
  );
});

test("everything that waits for a limit runs when it is over", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const world = newWorld();
      for (const one of steps) {
        take(world, one);
        world.plan();
      }
      for (let round = 0; round < 100 && world.state.live.size > 0; round += 1) {
        world.do({ type: "release", targets: { named: [], matched: [...world.state.live.keys()] } });
        world.now += 1_000_000;
        world.plan();
        for (const running of world.state.inFlight) endAgent(world, running, agentEnd({ ok: true }));
      }
      expect([...world.state.live.keys()]).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
