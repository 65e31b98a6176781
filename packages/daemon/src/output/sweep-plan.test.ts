import { expect, test } from "vitest";
import { type KeptRun, planSweep, type SweepRules } from "./sweep-plan.ts";

const rules: SweepRules = { compressAfterMs: 100, keepMs: 1000, keepLast: 0, maxTotalBytes: undefined };
const run = (id: number, at: number, more: Partial<KeptRun> = {}): KeptRun => ({
  id,
  attempt: 1,
  at,
  bytes: 10,
  isPlain: true,
  ...more,
});
const facts = { now: 2000, isNeeded: () => false };
const names = (runs: readonly KeptRun[]) => runs.map(({ id, attempt }) => `${id}.${attempt}`);
const plan = (
  runs: KeptRun[],
  more: Partial<SweepRules> = {},
  isNeeded = facts.isNeeded as (id: number) => boolean,
) => {
  const { remove, pack, nextAt, bytes } = planSweep(runs, { ...rules, ...more }, { ...facts, isNeeded });
  return {
    remove: remove.map(({ run: one, why }) => `${one.id}.${one.attempt} ${why}`),
    pack: names(pack),
    nextAt,
    bytes,
  };
};

test("what is old goes, what is closed is packed, and the next look is when something is due", () => {
  expect(plan([run(1, 900), run(2, 1500), run(3, 1950), run(4, 1800, { isPlain: false })])).toEqual({
    remove: ["1.1 age"],
    pack: ["2.1"],
    nextAt: 2050,
    bytes: 30,
  });
});

test("what an unfinished task needs stays, however old and much it is", () => {
  const needed = (id: number) => id === 1;
  expect(plan([run(1, 0), run(1, 5, { attempt: 2 }), run(2, 1)], { maxTotalBytes: 0 }, needed)).toMatchObject({
    remove: ["2.1 age"],
    pack: [],
    bytes: 20,
  });
});

test("the tasks that ended last are kept longer, with all their runs", () => {
  const runs = [run(1, 0), run(2, 1), run(2, 2, { attempt: 2 }), run(3, 3)];
  expect(plan(runs, { keepLast: 2 }).remove).toEqual(["1.1 age"]);
});

test("the tasks that ended last are found among many runs, in whatever order they come", () => {
  const many = Array.from({ length: 300 }, (_, index) => run(7, 100 + index, { attempt: index + 1 }));
  const runs = [run(3, 3), ...many, run(1, 1), run(2, 2)];
  expect(plan(runs, { keepLast: 3 }).remove).toEqual(["1.1 age"]);
});

test("when there is too much the oldest go, also of the last", () => {
  const runs = [run(1, 1900), run(2, 1910), run(3, 1920)];
  expect(plan(runs, { maxTotalBytes: 15, keepLast: 3 })).toMatchObject({
    remove: ["1.1 total", "2.1 total"],
    bytes: 10,
  });
});

test("off is never", () => {
  const off = { compressAfterMs: undefined, keepMs: undefined };
  expect(plan([run(1, 0)], off)).toEqual({ remove: [], pack: [], nextAt: undefined, bytes: 10 });
});
