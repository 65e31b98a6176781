/** For the property tests: random commands and ends, and a world that takes them. */
import type { Dependency, IfRunning, OnDependencyFailure, TaskId, TaskSpec } from "@claudine/protocol";
import fc from "fast-check";
import type { Targets } from "./command.ts";
import { spec, World } from "./fixtures.ts";
import { groupOf, slotsOf, totalSlotsOf } from "./groups.ts";
import { createState } from "./state.ts";

export type Step =
  | {
      do: "submit";
      rules: Partial<TaskSpec>;
      after: readonly Dependency[];
      otherwise: OnDependencyFailure | undefined;
      ifRunning: IfRunning | undefined;
    }
  | { do: "batch"; size: number; maxFails: number }
  | { do: "started" | "lost" | "written"; id: TaskId }
  | { do: "end"; id: TaskId; exitCode: number }
  | { do: "pause" | "resume" | "hold" | "release" | "cancel" | "kill" | "retry" | "remove" | "start"; id: TaskId }
  | { do: "move"; id: TaskId; to: "front" | "back" | "before"; other: TaskId }
  | { do: "memory"; freeBytes: number }
  | { do: "change"; id: TaskId; priority: number; group: string }
  | { do: "slots"; name: string; slots: number }
  | { do: "group"; name: string; paused: boolean }
  | { do: "later"; ms: number }
  | { do: "restart" };

export const RESOURCES = { gpu: 2 };
export const GROUPS = ["default", "b", "c"] as const;
const id = fc.integer({ min: 1, max: 14 });
const group = fc.constantFrom(...GROUPS);
const priority = fc.integer({ min: -2, max: 2 });
/** Mostly absent, so that tasks with everything at once are rare. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 3 });

const rules = fc.record({
  priority,
  group,
  needs: rarely(
    fc.record({
      slots: fc.integer({ min: 1, max: 3 }),
      locks: fc.subarray(["a", "b"]),
      memoryBytes: fc.constantFrom(1, 40, 90),
      claims: fc.constantFrom({}, { gpu: 1 }, { gpu: 2 }),
    }),
  ),
  notBefore: rarely(fc.integer({ min: 0, max: 4000 })),
  retry: rarely(
    fc.record({
      limit: fc.integer({ min: 0, max: 2 }),
      delayMs: fc.constant(500),
      backoff: fc.constantFrom("constant" as const, "exponential" as const),
      jitter: fc.boolean(),
    }),
  ),
  limits: rarely(
    fc.record({
      timeoutMs: fc.constantFrom(800, 3000),
      idleTimeoutMs: fc.constantFrom(500, 2000),
      warnSignal: fc.constant({ signal: "SIGUSR1", beforeMs: 600 }),
    }),
  ),
  lostRetries: fc.integer({ min: 0, max: 2 }),
  key: rarely(fc.constantFrom("k", "l")),
  label: fc.constantFrom(null, null, "x", "y"),
});

const otherwise = rarely(fc.constantFrom("skip" as const, "cancel" as const, "run" as const, "hold" as const));

const ifRunning = fc.option(fc.constantFrom("queue" as const, "queue" as const, "skip" as const, "replace" as const), {
  nil: undefined,
  freq: 1,
});

const after = fc.array(fc.record({ id, on: fc.constantFrom("success" as const, "any" as const, "failure" as const) }), {
  maxLength: 2,
});

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("submit" as const), rules, after, otherwise, ifRunning }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("end" as const), id, exitCode: fc.constantFrom(0, 0, 1) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("pause", "resume", "hold", "release", "cancel", "kill", "retry", "remove", "start"),
      id,
    }),
  },
  fc.record({
    do: fc.constant("batch" as const),
    size: fc.integer({ min: 2, max: 4 }),
    maxFails: fc.integer({ min: 0, max: 2 }),
  }),
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom("started" as const, "started" as const, "lost", "written"), id }),
  },
  fc.record({
    do: fc.constant("move" as const),
    id,
    to: fc.constantFrom("front" as const, "back" as const, "before" as const),
    other: id,
  }),
  fc.record({ do: fc.constant("memory" as const), freeBytes: fc.constantFrom(0, 50, 100) }),
  fc.record({ do: fc.constant("change" as const), id, priority, group }),
  fc.record({
    do: fc.constant("slots" as const),
    name: fc.constantFrom(...GROUPS, "*"),
    slots: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ do: fc.constant("group" as const), name: group, paused: fc.boolean() }),
  fc.record({
    do: fc.constant("later" as const),
    ms: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constant(700_000)),
  }),
  fc.record({ do: fc.constant("restart" as const) }),
);

export function newWorld(): World {
  return new World(2, { resources: RESOURCES, agingMs: 500 });
}

export function take(world: World, one: Step): void {
  const targets = { named: [], matched: "id" in one && world.task(one.id) !== undefined ? [one.id] : [] };
  switch (one.do) {
    case "submit":
      return submit(world, one);
    case "slots":
      return void world.do({ type: "set-group", name: one.name, slots: one.slots });
    case "group":
      return void world.do({ type: "set-group", name: one.name, paused: one.paused });
    case "later":
      world.now += one.ms;
      return;
    case "restart":
      return restart(world);
    case "batch":
      return submitBatch(world, one);
    case "started":
      return void world.started(one.id);
    case "written":
      return void world.written.set(one.id, world.wall);
    case "end":
      return void world.end(one.id, one.exitCode);
    case "lost":
      return void world.end(one.id, { kind: "lost", why: "vanished" });
    case "kill":
    case "cancel":
      return void world.do({ type: "stop", targets, cause: one.do, signal: "SIGTERM", graceMs: 10, note: null });
    case "hold":
      return void world.do({ type: "hold", targets, why: { kind: "user" } });
    case "move":
      return move(world, one, targets);
    case "memory":
      world.host = { cores: 8, busyCpus: 0, memoryFreeBytes: one.freeBytes, memoryPressure: 0, load: null };
      return;
    case "change":
      return void world.do({ type: "change", targets, changes: { priority: one.priority, group: one.group } });
    case "pause":
    case "resume":
    case "release":
    case "retry":
    case "remove":
    case "start":
      return void world.do({ type: one.do, targets });
  }
}

/** Dependencies are on tasks that there are. */
function submit(world: World, one: Extract<Step, { do: "submit" }>): void {
  const { rules: wished, after: wish, otherwise: then, ifRunning } = one;
  const known = wish.filter((one) => world.task(one.id) !== undefined);
  const { group = "default", needs } = wished;
  const slots = Math.min(slotsOf(world.state, groupOf(world.state, group)), totalSlotsOf(world.state));
  if ((needs?.slots ?? 1) > slots) return;
  const defined = Object.fromEntries(Object.entries(wished).filter(([, value]) => value !== undefined));
  const waits = { after: known, ...(then === undefined ? {} : { onDependencyFailure: then }) };
  const own = spec({ ...defined, ...(known.length === 0 ? {} : waits) });
  world.do({ type: "submit", tasks: [{ spec: own, held: false, ifRunning }] });
}

function move(world: World, { to, other }: Extract<Step, { do: "move" }>, targets: Targets): void {
  const place = to === "before" ? { before: other } : to;
  if (to !== "before" || world.task(other)?.status.state === "queued") world.do({ type: "move", targets, to: place });
}

function submitBatch(world: World, { size, maxFails }: Extract<Step, { do: "batch" }>): void {
  const tasks = Array.from({ length: size }, () => ({ spec: spec(), held: false }));
  world.do({ type: "submit", tasks, maxFails });
}

/** What a new daemon reads from the store. */
export function restart(world: World): void {
  const { nextId, lastSeq, settings, counts, live, groups, totalSlots, calendar, schedules, providers, budgets } =
    world.state;
  const set = [...groups.values()].map(({ name, slots, paused, budget }) => ({ name, slots, paused, budget }));
  const all = totalSlots === undefined ? [] : [{ name: "*", slots: totalSlots }];
  const tasks = [...live.values()].toSorted((a, b) => a.id - b.id);
  world.state = createState({
    nextId,
    lastSeq,
    settings,
    counts,
    groups: [...set, ...all],
    tasks,
    history: [],
    schedules: [...schedules.all.values()],
    limits: [...providers.limits.values()],
    accounts: [...budgets.accounts],
    reached: [...budgets.reached.values()],
    unreadSchedules: [],
    calendar,
  });
}

type Course<S> = { begin(): World; take(world: World, step: S): unknown; at: number };

/** What comes of the same steps with a restart before the one `at`, and without any. */
export function withAndWithoutRestart<S extends { do: string }>(
  steps: readonly S[],
  { begin, take: takeStep, at }: Course<S>,
): { restarted: World; straight: World } {
  const [straight, restarted] = [begin(), begin()];
  for (const [index, one] of steps.filter((each) => each.do !== "restart").entries()) {
    if (index === at) restart(restarted);
    for (const world of [straight, restarted]) {
      takeStep(world, one);
      world.plan();
    }
  }
  return { restarted, straight };
}
