import { expect, test } from "vitest";
import type { Submission } from "./submit.ts";
import { spec, World } from "./fixtures.ts";

type Wish = { ref?: string; after?: string[]; spec?: Parameters<typeof spec>[0] } & Pick<Submission, "ifRunning">;

function submit(world: World, ...wishes: Wish[]): string[] {
  const tasks = wishes.map(({ ref, after = [], ifRunning, ...rest }): Submission => {
    const afterRefs = after.map((one) => ({ ref: one, on: "success" as const }));
    return { spec: spec(rest.spec), held: false, ref, afterRefs, ifRunning };
  });
  return world.do({ type: "submit", tasks });
}

const afterOf = (world: World, id: number) => world.task(id)?.after?.map((one) => one.id);

test("a task may wait for others of the same call, also for those that come later in it, and for older ones", () => {
  const world = new World(9);
  world.submit(spec());
  submit(
    world,
    { ref: "pack", after: ["build", "test"], spec: { after: [{ id: 1, on: "any" }] } },
    { ref: "build" },
    { ref: "test", after: ["build"] },
  );
  expect([2, 3, 4].map((id) => afterOf(world, id))).toEqual([[1, 3, 4], undefined, [3]]);
  expect(world.plan()).toEqual([1, 3]);
  for (const id of [1, 3]) world.end(id);
  expect(world.plan()).toEqual([4]);
  world.end(4);
  expect(world.plan()).toEqual([2]);
});

test("a name stands for the task that is there already by its key, or that runs", () => {
  const world = new World();
  world.submit(spec({ key: "k" }), spec({ label: "nightly" }));
  submit(
    world,
    { ref: "a", spec: { key: "k" } },
    { ref: "b", spec: { label: "nightly" }, ifRunning: "skip" },
    { after: ["a", "b"] },
  );
  expect(afterOf(world, 3)).toEqual([1, 2]);
});

test.each<{ what: string; wishes: Wish[]; message: string; hint: string }>([
  {
    what: "a name that is not there",
    wishes: [{ ref: "a" }, { after: ["b"] }],
    message: 'no task of this call has the ref "b"',
    hint: "It has a",
  },
  {
    what: "a name that is there twice",
    wishes: [{ ref: "a" }, { ref: "a" }],
    message: 'two tasks of this call have the ref "a"',
    hint: "own",
  },
  { what: "itself", wishes: [{ ref: "a", after: ["a"] }], message: 'the task "a" would wait for itself', hint: "" },
  {
    what: "a circle",
    wishes: [
      { ref: "x", after: ["a"] },
      { ref: "a", after: ["b"] },
      { ref: "b", after: ["c"] },
      { ref: "c", after: ["a"] },
    ],
    message: "the tasks would wait for each other in a circle",
    hint: "a after b after c after a",
  },
])("$what is refused, and nothing is taken", ({ wishes, message, hint }) => {
  const world = new World();
  const refused = () => submit(world, { spec: {} }, ...wishes);
  expect(refused).toThrow(expect.objectContaining({ code: "invalid_params", message: `Cannot submit: ${message}` }));
  if (hint !== "") expect(refused).toThrow(expect.objectContaining({ hint: expect.stringContaining(hint) }));
  expect(world.state.live.size).toBe(0);
});

test("chains of a call are measured with what they hang on; as long as may be is taken", () => {
  const chain = (length: number): Wish[] =>
    Array.from({ length }, (_, index) => ({ ref: `t${index}`, after: index + 1 === length ? [] : [`t${index + 1}`] }));
  const world = new World(2, { dependencyDepth: 5 });
  submit(world, ...chain(5));
  expect(world.state.live.size).toBe(5);
  expect(() => submit(world, ...chain(6))).toThrow("the chain of dependencies would be 6 long");
  expect(() => submit(world, { ref: "a", spec: { after: [{ id: 1, on: "any" }] } }, { after: ["a"] })).toThrow(
    "the chain of dependencies would be 6 long",
  );
});

test("a hundred thousand that hang on one are taken at once", () => {
  const world = new World(2);
  const count = 100_000;
  submit(world, ...Array.from({ length: count }, (): Wish => ({ after: ["root"] })), { ref: "root" });
  expect(world.plan()).toEqual([count + 1]);
});
