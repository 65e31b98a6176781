/** What a night in suspend and a clock that is set look like: wall time jumps, monotonic time does not. */
import { expect, test } from "vitest";
import { createClock } from "./clock.ts";
import type { Command } from "../core/command.ts";
import { spec, World } from "../core/fixtures.ts";
import { wakeAt } from "../core/plan.ts";
import { firings, MINUTE, scheduled } from "../core/schedule-fixtures.ts";
import { createSupervisor } from "../supervisor/supervisor.ts";
import type { SupervisorPorts } from "../supervisor/ports.ts";

const HOUR_MS = 3_600_000;
const JUMPS: [string, number][] = [
  ["a night in suspend", 8 * HOUR_MS],
  ["a clock set forward by a month", 720 * HOUR_MS],
  ["a clock set back by a month", -720 * HOUR_MS],
];

/** A world whose time is the daemon's steady one. */
function machine() {
  const at = { wall: 1_700_000_000_000, monotonic: 1000 };
  const clock = createClock({ wall: () => at.wall, monotonic: () => at.monotonic, bootId: "b" }, undefined);
  const world = new World(50);
  const turn = (action: () => void = () => {}) => {
    world.now = clock.steady();
    action();
    world.plan();
  };
  const pass = (ms: number) => {
    at.wall += ms;
    at.monotonic += ms;
  };
  const typesSince = (from: number) => world.events.slice(from).map(({ type }) => type);
  return { at, clock, world, turn, pass, typesSince };
}

test.each(JUMPS)("%s takes nothing of anybody's grace, and no storm of kills follows", (_, jumpMs) => {
  const { at, clock, world, turn, pass, typesSince } = machine();
  const ids = Array.from({ length: 50 }, (__, index) => index + 1);
  turn(() => world.submit(...ids.map(() => spec())));
  const stop = { type: "stop", cause: "kill", signal: "SIGTERM", graceMs: 10_000, note: null } as const;
  turn(() => world.do({ ...stop, targets: { named: ids, matched: [] } }));
  pass(4000);
  at.wall += jumpMs;
  const from = world.events.length;
  turn();
  expect(typesSince(from)).toEqual([]);
  expect((wakeAt(world.state, world.facts()) ?? 0) - clock.steady()).toBe(6000);
  pass(5999);
  turn();
  expect(typesSince(from)).toEqual([]);
  pass(1);
  turn();
  turn();
  expect(typesSince(from)).toEqual(ids.map(() => "run.escalated"));
});

test.each(JUMPS)("%s does not make a run lost whose end is just being written", (_, jumpMs) => {
  const { at, clock, world, turn, pass } = machine();
  turn(() => world.submit(spec()));
  const reports: Command[] = [];
  const absent = () => undefined;
  const ports: SupervisorPorts = {
    dispatch: (command) => Promise.resolve(void reports.push(command)),
    live: (id) => world.task(id),
    liveTasks: () => world.state.live.values(),
    agentEnded: () => Promise.resolve(undefined),
    launch: () => Promise.resolve({ started: true }),
    leave: () => Promise.resolve({}),
    meter: { track: absent, untrack: absent },
    runs: {
      files: () => ({ record: "/no/such/record", stdout: "", stderr: "", index: "", gaps: "", artifacts: "" }),
      prepare: absent,
      forget: absent,
      writtenAt: absent,
    },
    readRecord: () => ({ state: "missing" }),
    signalTree: () => Promise.resolve(),
    signalGroup: absent,
    treeGone: () => Promise.resolve(true),
    groupTotals: absent,
    isCapped: () => false,
    ranOutOfMemory: () => false,
    bootId: "b",
    clearAway: absent,
    lostNames: () => [],
    log: { debug: absent, info: absent, warn: absent, error: absent },
    clock,
  };
  const supervisor = createSupervisor(ports);
  supervisor.onGone("1.1");
  at.wall += jumpMs;
  pass(1000);
  supervisor.onGone("1.1");
  expect(reports).toEqual([]);
  pass(3000);
  supervisor.onGone("1.1");
  expect(reports).toMatchObject([{ type: "report-ended", outcome: { kind: "lost" } }]);
});

test("schedules ask the wall clock: what a night or a set clock passes was missed, and nothing is due twice", () => {
  for (const [what, jumpMs] of JUMPS) {
    const world = scheduled({ overlap: "all" });
    world.at(MINUTE);
    world.setWall(jumpMs);
    world.at(MINUTE + 1);
    const [first, ...later] = firings(world);
    expect(first).toEqual([1, "due"]);
    // The newest of what was missed is due just now; before that, nothing is due before it was.
    if (jumpMs < 0) expect([what, later]).toEqual([what, []]);
    else
      expect([what, later]).toEqual([
        what,
        [
          [2, jumpMs / MINUTE, jumpMs / MINUTE - 1 > 1000 ? null : jumpMs / MINUTE - 1, "missed"],
          [jumpMs / MINUTE + 1, "due"],
        ],
      ]);
    world.setWall(-jumpMs);
    world.at(MINUTE + 2);
    expect(firings(world)).toEqual([first, ...later]);
    // In the time of the clock that goes on, however the other one is set.
    const due = Math.max(2, jumpMs / MINUTE + 2) * MINUTE;
    expect([what, wakeAt(world.state, world.facts())]).toEqual([what, due]);
  }
});
