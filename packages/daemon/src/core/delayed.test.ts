import { describe, expect, test } from "vitest";
import { one, spec, World } from "./fixtures.ts";
import { wakeAt } from "./plan.ts";
import { restart } from "./random-steps.ts";

const DAY_MS = 86_400_000;

function waiting(): World {
  const world = new World();
  world.do({ type: "submit", tasks: [{ spec: spec(), held: false, delayMs: 5000 }] });
  expect(world.plan()).toEqual([]);
  return world;
}

describe("a delay", () => {
  test.each([
    ["a clock that is set back", -DAY_MS],
    ["no set clock", 0],
  ])("is over in its time with %s, also for the next daemon", (_, byMs) => {
    const world = waiting();
    world.setWall(byMs);
    restart(world);
    expect(wakeAt(world.state, world.facts())).toBeLessThanOrEqual(6000);
    expect(world.at(5999)).toEqual([]);
    expect(world.at(6000)).toEqual(["run.admitted"]);
  });

  test("that is changed counts from the change", () => {
    const world = waiting();
    world.at(3000);
    world.do({ type: "change", targets: one(1), changes: { delayMs: 4000 } });
    world.setWall(-DAY_MS);
    expect(world.at(6999)).toEqual([]);
    expect(world.at(7000)).toEqual(["run.admitted"]);
  });

  test("that becomes a time is that time, whatever the steady clock says", () => {
    const world = waiting();
    world.do({ type: "change", targets: one(1), changes: { notBefore: 20_000 } });
    expect(world.at(19_999)).toEqual([]);
    expect(world.at(20_000)).toEqual(["run.admitted"]);
  });

  test("and a time contradict each other", () => {
    const world = new World();
    const tasks = [{ spec: spec({ notBefore: 9000 }), held: false, delayMs: 5000 }];
    expect(() => world.do({ type: "submit", tasks })).toThrow("Cannot submit: it has both a delay and a time");
  });
});
