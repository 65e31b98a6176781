/** Whatever runs spend and people do: nothing starts past a budget, nothing is forgotten, and who waits says why. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AtBudget, TaskSpec } from "@claudine/protocol";
import { agentSpec, endAgent, spentEnd } from "./agent-fixtures.ts";
import { dayAt, limitsOf, scopesOf, spentIn } from "./budgets.ts";
import { explain } from "./explain.ts";
import { spec, World } from "./fixtures.ts";
import { planNext } from "./plan.ts";
import { restart, withAndWithoutRestart } from "./random-steps.ts";

const DAY = 86_400_000;

type Step =
  | { do: "submit"; of: "agent" | "command"; group: string; usd: number | undefined }
  | { do: "spends" | "ends"; id: number; usd: number; tokens: number; how: "well" | "badly" | "signal" | "budget" }
  | { do: "cancel" | "start" | "retry" | "hold" | "release"; id: number }
  | { do: "group"; name: string; usd: number | null; per: "day" | "total" }
  | { do: "task"; id: number; tokens: number | null }
  | { do: "later" | "set-clock"; ms: number }
  | { do: "restart" };

const id = fc.integer({ min: 1, max: 6 });
const group = fc.constantFrom("default", "night");
const odd = fc.constantFrom(Number.NaN, -7, Number.POSITIVE_INFINITY, 0);
const usd = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(0.1, 0.7, 1, 2, 3) }, odd);
const tokens = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(0, 500, 1000, 4000) }, odd);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("submit" as const),
      of: fc.constantFrom("agent", "agent", "agent", "command"),
      group,
      usd: fc.option(fc.constantFrom(1, 5), { nil: undefined }),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constantFrom("spends", "ends"),
      id,
      usd,
      tokens,
      how: fc.constantFrom("well", "badly", "signal", "budget"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("cancel", "start", "retry", "hold", "release"), id }) },
  fc.record({
    do: fc.constant("group" as const),
    name: group,
    usd: fc.option(fc.constantFrom(2, 8, 30)),
    per: fc.constantFrom("day", "total"),
  }),
  fc.record({ do: fc.constant("task" as const), id, tokens: fc.option(fc.constantFrom(1000, 9000)) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant("later" as const), ms: fc.constantFrom(1000, DAY / 3, DAY) }) },
  fc.record({ do: fc.constant("set-clock" as const), ms: fc.constantFrom(-DAY / 2, DAY / 2) }),
  fc.record({ do: fc.constant("restart" as const) }),
);
/** Small ones find little, as nothing is spent at first. */
const course = (most: number) => fc.array(step, { maxLength: most, size: "max" });
const atLimits = fc.constantFrom<AtBudget>("finish", "hold", "end");

function newWorld(atLimit: AtBudget): World {
  const budgets = { task: { usd: 6 }, day: { usd: 12, tokens: 20_000 }, atLimit };
  const world = new World(2, { agingMs: 500, budgets });
  world.now = 10 * DAY + 5000;
  return world;
}

function specOf({ of, group, usd }: Extract<Step, { do: "submit" }>): TaskSpec {
  if (of === "command") return spec({ group });
  return { ...agentSpec("claude"), group, ...(usd === undefined ? {} : { budget: { usd } }) };
}

function end(world: World, { id, usd, tokens, how }: Extract<Step, { do: "spends" | "ends" }>): void {
  world.spending.delete(id);
  const error = { class: how === "budget" ? "budget" : "unknown", message: "it ended" };
  const ok = how === "well" ? true : how === "signal" ? null : false;
  endAgent(world, id, spentEnd(usd, tokens, { ok, error: ok === true ? null : error }));
}

function take(world: World, one: Step): void {
  const targets = { named: [], matched: "id" in one && world.task(one.id) !== undefined ? [one.id] : [] };
  switch (one.do) {
    case "submit":
      return world.submit(specOf(one));
    case "spends":
      world.spending.set(one.id, { usd: one.usd, tokens: one.tokens });
      return void world.do({
        type: "report-spending",
        id: one.id,
        attempt: world.task(one.id)?.attempt ?? 0,
        turned: one.how !== "badly",
      });
    case "ends":
      return end(world, one);
    case "cancel":
      return void world.do({ type: "stop", targets, cause: "cancel", signal: "SIGTERM", note: null });
    case "hold":
      return void world.do({ type: "hold", targets, why: { kind: "user" } });
    case "start":
    case "retry":
    case "release":
      return void world.do({ type: one.do, targets });
    case "group":
      return void world.do({ type: "set-group", name: one.name, budget: { usd: one.usd, per: one.per } });
    case "task":
      if (world.task(one.id)?.agent !== undefined)
        world.do({ type: "change", targets, changes: { budget: { tokens: one.tokens } } });
      return;
    case "later":
      world.now += one.ms;
      return;
    case "set-clock":
      return world.setWall(one.ms);
    case "restart":
      return restart(world);
  }
}

/** Of a scope that has spent what it may nothing starts by itself. */
function checkStarts(world: World): void {
  const started = world.turn((turn) => turn.plan(true)).filter((event) => event.type === "run.admitted");
  for (const event of started) {
    expect(event).not.toHaveProperty("pastBudget");
    const task = world.state.live.get(event.id) ?? expect.fail("no such task");
    for (const scope of scopesOf(task))
      for (const limit of limitsOf(world.state, scope))
        expect(spentIn(world.state, scope, limit.perDay)[limit.unit]).toBeLessThan(limit.limit);
  }
}

function checkReasons(world: World): void {
  expect(planNext(world.facts(), true)).toBeUndefined();
  for (const task of world.state.live.values())
    if (task.status.state === "queued")
      expect(explain(world.facts(), task)).toMatch(/^budget of .* spent|^waits for (?!its turn$)/);
}

type Books = ReadonlyMap<string, { total: number; days: Readonly<Record<string, number>> }>;

function booksOf(world: World): Books {
  return new Map(
    [...world.state.budgets.accounts].map(([name, { total, days }]) => [
      name,
      { total: total.usd, days: Object.fromEntries(Object.entries(days).map(([day, spent]) => [day, spent.usd])) },
    ]),
  );
}

function checkBooks(before: Books, after: Books): void {
  for (const [name, { total, days }] of before) {
    expect(after.get(name)?.total).toBeGreaterThanOrEqual(total);
    for (const [day, usd] of Object.entries(days)) expect(after.get(name)?.days[day]).toBeGreaterThanOrEqual(usd);
  }
  for (const { total } of after.values()) expect(total).not.toBeNaN();
}

/** What was told is about the limits that there are. */
function checkTold(world: World): void {
  for (const { scope, unit, limit } of world.state.budgets.reached.values())
    if (scope.kind !== "task" || world.state.live.has(scope.id))
      expect(limitsOf(world.state, scope)).toContainEqual(expect.objectContaining({ unit, limit }));
}

test("nothing starts past a budget unless a person does it, what was spent only grows, and who waits says why", () => {
  fc.assert(
    fc.property(atLimits, course(60), (atLimit, steps) => {
      const world = newWorld(atLimit);
      for (const one of steps) {
        const before = booksOf(world);
        take(world, one);
        checkStarts(world);
        checkReasons(world);
        checkBooks(before, booksOf(world));
        checkTold(world);
        expect(dayAt(world.state, world.wall).endsAt).toBeGreaterThan(world.wall);
      }
    }),
    { numRuns: 400 },
  );
});

test("a restart at any point changes no outcome", () => {
  fc.assert(
    fc.property(atLimits, course(50), fc.nat(50), (atLimit, steps, at) => {
      const { restarted, straight } = withAndWithoutRestart(steps, { begin: () => newWorld(atLimit), take, at });
      expect(restarted.events).toEqual(straight.events);
    }),
    { numRuns: 250 },
  );
});

test("a limit is told once, as long as nobody changes it", () => {
  fc.assert(
    fc.property(atLimits, course(60), (atLimit, steps) => {
      const world = newWorld(atLimit);
      for (const one of steps.filter((each) => each.do !== "group" && each.do !== "task")) {
        take(world, one);
        world.plan();
      }
      const told = world.events.flatMap((event) =>
        event.type === "budget.reached" ? [JSON.stringify([event.scope, event.unit, event.day])] : [],
      );
      // A clock that is set back over midnight may begin a day for the second time.
      if (!steps.some((each) => each.do === "set-clock")) expect(new Set(told).size).toBe(told.length);
    }),
    { numRuns: 250 },
  );
});

test("everything that waits for a day's budget runs when days go by", () => {
  fc.assert(
    fc.property(atLimits, course(50), (atLimit, steps) => {
      const world = newWorld(atLimit);
      for (const one of steps) {
        take(world, one);
        world.plan();
      }
      for (const name of ["default", "night"]) world.do({ type: "set-group", name, budget: null });
      const targets = {
        named: [],
        matched: [...world.state.live.values()].flatMap((one) => (one.agent ? one.id : [])),
      };
      world.do({ type: "change", targets, changes: { budget: { usd: 1e12, tokens: 1e15 } } });
      world.do({ type: "release", targets: { named: [], matched: [...world.state.live.keys()] } });
      for (let round = 0; round < 100 && world.state.live.size > 0; round += 1) {
        world.now += DAY;
        world.plan();
        for (const running of world.state.inFlight) endAgent(world, running, spentEnd(0));
      }
      expect([...world.state.live.values()].map((task) => explain(world.facts(), task))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
