import { expect, test } from "vitest";
import type { TaskSpec, Usage } from "@claudine/protocol";
import { NO_USAGE } from "@claudine/protocol/info";
import type { HostFacts } from "./capacity.ts";
import { spec, World } from "./fixtures.ts";
import type { Settings } from "./settings.ts";

const GIB = 2 ** 30;
const host = (change: Partial<HostFacts> = {}): HostFacts => ({
  cores: 4,
  busyCpus: 0,
  memoryFreeBytes: 8 * GIB,
  memoryPressure: 0,
  load: null,
  ...change,
});
const needs = (gib: number, more: Partial<TaskSpec> = {}) => spec({ needs: { memoryBytes: gib * GIB }, ...more });

function worldWith(change: Partial<HostFacts>, settings: Partial<Settings> = {}): World {
  const world = new World(9, settings);
  world.host = host(change);
  return world;
}

/** Runs a task to its end, so that its kind is known. */
function teach(world: World, id: number, usage: Partial<Usage>): void {
  const attempt = world.task(id)?.attempt ?? 0;
  const outcome = { kind: "exited", exitCode: 0 } as const;
  const times = { startedAt: 0, finishedAt: world.now };
  world.do({ type: "report-ended", id, attempt, outcome, ...times, usage: { ...NO_USAGE, wallMs: 60_000, ...usage } });
}

test("what was admitted and is not to be seen yet is counted in", () => {
  const world = worldWith({});
  world.submit(needs(3), needs(3), needs(3));
  expect(world.plan()).toEqual([1, 2]);
  expect(world.why(3)).toBe("needs 3.0G of memory, 2.0G free");
  // It shows as used now, and counts once.
  world.used.set(1, { cpus: 0, rssBytes: 3 * GIB, ageMs: 9000 });
  world.host = host({ memoryFreeBytes: 5 * GIB });
  expect(world.plan()).toEqual([]);
  expect(world.why(3)).toBe("needs 3.0G of memory, 2.0G free");
});

test("a smaller one passes a task for which there is no room, and that one starts when there is", () => {
  const world = worldWith({});
  world.submit(needs(5), needs(6), needs(2));
  expect(world.plan()).toEqual([1, 3]);
  world.end(1);
  expect(world.plan()).toEqual([2]);
});

test("nobody is passed for longer than ten minutes", () => {
  const world = worldWith({});
  world.submit(needs(5), needs(6));
  world.plan();
  world.now += 600_001;
  world.submit(needs(1));
  expect(world.plan()).toEqual([]);
  expect(world.why(3)).toBe("waits for its turn behind task 2");
});

test("a reserve is kept free", () => {
  const world = worldWith({}, { reserve: { memoryBytes: 4 * GIB, cpus: 0 } });
  world.submit(needs(1), needs(4));
  expect(world.plan()).toEqual([1]);
  expect(world.why(2)).toBe("needs 4.0G of memory, 3.0G free");
});

test("one task always runs, whatever the sums say", () => {
  const world = worldWith({ memoryFreeBytes: 0, busyCpus: 4, memoryPressure: 90 });
  world.submit(needs(100), needs(100));
  expect(world.plan()).toEqual([1]);
  world.end(1);
  expect(world.plan()).toEqual([2]);
});

test("nothing more starts where memory is gone or tasks wait for it, and small unknown tasks start elsewhere", () => {
  const world = worldWith({});
  world.submit(spec(), spec(), spec());
  world.host = host({ memoryFreeBytes: 0 });
  expect(world.plan()).toEqual([1]);
  world.host = host({ memoryPressure: 30 });
  expect(world.plan()).toEqual([]);
  expect(world.why(2)).toBe("waits for the machine: memory is short for 30% of the time");
  world.host = host();
  expect(world.plan()).toEqual([2, 3]);
});

test("without stall information a long line for busy cores keeps others out, and the memory of one does not", () => {
  const world = worldWith({});
  world.submit(spec(), spec());
  world.host = host({ load: 8.5, busyCpus: 4 });
  expect(world.plan()).toEqual([1]);
  expect(world.why(2)).toBe("waits for the machine: 8.5 processes want its 4 cores");
  world.host = host({ load: 8.5, busyCpus: 1 });
  expect(world.plan()).toEqual([2]);
});

test("a kind that has run before needs what it used then", () => {
  const world = worldWith({ memoryFreeBytes: 6 * GIB });
  world.submit(spec({ label: "train" }));
  world.plan();
  teach(world, 1, { peakRssBytes: 4 * GIB });
  world.submit(spec({ label: "train" }), spec({ label: "train" }), spec({ label: "other" }));
  expect(world.plan()).toEqual([2, 4]);
  expect(world.why(3)).toBe("needs 4.0G of memory, 2.0G free; fits when task 2 ends, in about 1m00s");
});

test("what is declared goes before what was learned", () => {
  const world = worldWith({ memoryFreeBytes: 6 * GIB });
  world.submit(spec({ label: "train" }));
  world.plan();
  teach(world, 1, { peakRssBytes: 4 * GIB });
  world.submit(needs(1, { label: "train" }), needs(1, { label: "train" }));
  expect(world.plan()).toEqual([2, 3]);
});

test("tasks that keep cores busy start while there are cores, and what is measured goes before a guess", () => {
  const world = worldWith({ cores: 2 });
  const busy = () => spec({ command: "encode" });
  world.submit(busy());
  world.plan();
  teach(world, 1, { cpuMs: 60_000 });
  world.submit(busy(), busy(), busy());
  expect(world.plan()).toEqual([2, 3]);
  expect(world.why(4)).toContain("needs 1.0 cores, 0.0 free");
  // Both wait for something now.
  for (const id of [2, 3]) world.used.set(id, { cpus: 0.1, rssBytes: 0, ageMs: 9000 });
  expect(world.plan()).toEqual([4]);
});

test("declared cores are kept, used or not; work of others takes its share but for a core", () => {
  const world = worldWith({ cores: 4 });
  const two = () => spec({ needs: { cpus: 2 } });
  world.submit(two(), two(), two());
  expect(world.plan()).toEqual([1, 2]);
  for (const id of [1, 2]) world.used.set(id, { cpus: 0, rssBytes: 0, ageMs: 9000 });
  expect(world.plan()).toEqual([]);
  world.end(1);
  world.host = host({ cores: 4, busyCpus: 0.9 });
  expect(world.plan()).toEqual([3]);
  world.end(2);
  world.submit(two());
  world.host = host({ cores: 4, busyCpus: 1.2 });
  expect(world.plan()).toEqual([]);
});

test("a machine of one core runs one busy task at a time with the defaults, at once", () => {
  const world = worldWith({ cores: 1, busyCpus: 0.8, memoryFreeBytes: GIB });
  world.submit(spec({ needs: { cpus: 1 } }), spec({ needs: { cpus: 1 } }));
  expect(world.plan()).toEqual([1]);
  world.end(1);
  expect(world.plan()).toEqual([2]);
});

test("without autoscale slots alone decide", () => {
  const world = worldWith({ memoryFreeBytes: 0 }, { autoscale: false });
  world.submit(needs(3), needs(3));
  expect(world.plan()).toEqual([1, 2]);
});

test("where nothing is measured slots alone decide", () => {
  const world = worldWith({});
  world.host = undefined;
  world.submit(needs(300), needs(300));
  expect(world.plan()).toEqual([1, 2]);
});
