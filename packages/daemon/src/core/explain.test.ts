import { expect, test } from "vitest";
import { causes, explain } from "./explain.ts";
import { spec, World } from "./fixtures.ts";

const UNWRITABLE = "Cannot write the state: No space left on device";

test.each([
  ["with every other cause", 1, ["waits for a slot (1 of 1 in use)"]],
  ["and not that it is soon its turn", 2, []],
])("while the state cannot be written nothing is started, and that is said %s", (_, slots, others) => {
  const world = new World(slots);
  world.submit(spec());
  world.plan();
  world.submit(spec());
  const task = world.task(2) ?? expect.fail("it is not there");
  const found = [...causes({ ...world.facts(), unwritable: UNWRITABLE }, task)];
  expect(found).toEqual([...others, `waits until the daemon can write again: ${UNWRITABLE}`]);
  expect(explain({ ...world.facts(), unwritable: UNWRITABLE }, task)).toBe(found[0]);
});
