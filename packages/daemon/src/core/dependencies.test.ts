import { describe, expect, test } from "vitest";
import type { Dependency, TaskId, TaskSpec } from "@claudine/protocol";
import { dependentsOf } from "./dependencies.ts";
import { one, spec, World } from "./fixtures.ts";

const after = (...ids: TaskId[]): { after: Dependency[] } => ({ after: ids.map((id) => ({ id, on: "success" })) });

/** A task that runs, and one that depends on it. */
function pair(change: Partial<TaskSpec>): World {
  const world = new World(9);
  world.submit(spec());
  world.submit(spec(change));
  expect(world.plan()).toEqual([1]);
  return world;
}

test("what is in line already waits again when somebody retries what it depends on", () => {
  const world = new World(1, { resources: { gpu: 1 } });
  world.submit(spec());
  world.submit(spec({ needs: { claims: { gpu: 1 } }, group: "b" }));
  world.submit(spec(after(1)), spec({ ...after(1), needs: { claims: { gpu: 1 } }, group: "c" }));
  expect(world.plan()).toEqual([1, 2]);
  world.submit(spec({ priority: 9 }));
  world.end(1);
  expect(world.plan()).toEqual([5]);
  expect(world.why(3)).toMatch(/^waits for a slot/);
  world.do({ type: "retry", targets: one(1) });
  world.end(5);
  world.end(2);
  expect(world.plan()).toEqual([1]);
  world.end(1, 1);
  world.plan();
  expect([3, 4].map((id) => world.task(id)?.status.state)).toEqual(["skipped", "skipped"]);
});

test("a task starts when all it depends on have succeeded, and not before", () => {
  const world = new World(9);
  world.submit(spec(), spec());
  world.submit(spec(after(1, 2)));
  expect(world.plan()).toEqual([1, 2]);
  expect(world.why(3)).toBe("waits for tasks 1, 2 to succeed");
  world.end(1);
  expect(world.plan()).toEqual([]);
  expect(world.why(3)).toBe("waits for task 2 to succeed");
  world.end(2);
  expect(world.plan()).toEqual([3]);
});

describe("when a dependency ends otherwise", () => {
  test.for([
    [undefined, "skipped", "task 1, which it depends on, ended as failed"],
    ["skip", "skipped", "task 1, which it depends on, ended as failed"],
    ["cancel", "cancelled", "task 1, which it depends on, ended as failed"],
    ["hold", "held", null],
    ["run", "running", null],
  ] as const)("%s gives %s", ([onDependencyFailure, state, note]) => {
    const world = pair({ ...after(1), ...(onDependencyFailure && { onDependencyFailure }) });
    world.end(1, 3);
    world.plan();
    expect(world.task(2)?.status).toMatchObject({ state, ...(note === null ? {} : { note }) });
  });

  test("what depends on the skipped one is skipped too, in the same turn", () => {
    const world = pair(after(1));
    world.submit(spec(after(2)));
    world.end(1, 1);
    world.plan();
    expect(world.task(3)?.status).toMatchObject({
      state: "skipped",
      note: "task 2, which it depends on, ended as skipped",
    });
  });

  test("a retry that follows by itself is not an end", () => {
    const world = new World(9);
    world.submit(spec({ retry: { limit: 1, delayMs: 0, backoff: "constant", jitter: false } }));
    world.submit(spec(after(1)));
    world.plan();
    world.end(1, 1);
    expect(world.plan()).toEqual([1]);
    expect(world.task(2)?.status.state).toBe("queued");
    world.end(1);
    expect(world.plan()).toEqual([2]);
  });
});

test.for([
  ["failure", 1, "running"],
  ["failure", 0, "skipped"],
  ["any", 1, "running"],
  ["any", 0, "running"],
] as const)("after %s, exit code %i: %s", ([on, exitCode, state]) => {
  const world = pair({ after: [{ id: 1, on }] });
  world.end(1, exitCode);
  world.plan();
  expect(world.task(2)?.status.state).toBe(state);
});

test("a dependency that has ended already is judged at once", () => {
  const world = new World();
  world.submit(spec());
  world.plan();
  world.end(1, 1);
  world.submit(spec(after(1)), spec({ after: [{ id: 1, on: "any" }] }));
  expect(world.plan()).toEqual([3]);
  expect(world.task(2)?.status.state).toBe("skipped");
});

test("a held task is judged when it is released", () => {
  const world = pair(after(1));
  world.do({ type: "hold", targets: one(2), why: { kind: "user" } });
  world.end(1, 1);
  world.plan();
  expect(world.task(2)?.status.state).toBe("held");
  world.do({ type: "release", targets: one(2) });
  world.plan();
  expect(world.task(2)?.status.state).toBe("skipped");
});

test("an unknown dependency, a circle, too many and too long a chain are refused, each in its own words", () => {
  const world = new World(2, { dependenciesPerTask: 2, dependencyDepth: 3 });
  world.submit(spec());
  world.submit(spec(after(1)));
  world.submit(spec(after(2)));
  expect(() => world.submit(spec(after(9)))).toThrow("Cannot submit: there is no task 9 to depend on");
  expect(() => world.submit(spec(after(1, 2, 3)))).toThrow("Cannot submit: it would depend on 3 tasks");
  expect(() => world.submit(spec(after(3)))).toThrow("Cannot submit: the chain of dependencies would be 4 long");
  const circle = () => world.do({ type: "change", targets: one(1), changes: after(3) });
  expect(circle).toThrow("Cannot change task 1: the tasks would wait for each other in a circle");
  expect(circle).toThrow(expect.objectContaining({ hint: "1 after 3 after 2 after 1" }));
  expect(() => world.do({ type: "change", targets: one(1), changes: after(1) })).toThrow("it would wait for itself");
});

test("a chain is as long as what waits for a task that is changed, too", () => {
  const world = new World(1, { dependencyDepth: 3 });
  const after = (id: number) => spec({ after: [{ id, on: "any" }] });
  world.submit(spec());
  world.submit(after(1), spec());
  world.submit(after(3));
  const change = (id: number) => world.do({ type: "change", targets: one(3), changes: { after: [{ id, on: "any" }] } });
  expect(() => change(2)).toThrow("Cannot change task 3: the chain of dependencies would be 4 long");
  expect(change(1)).toEqual(["task.changed"]);
});

test("a chain that is far too long is refused like any other", () => {
  const world = new World(1);
  const link = (id: number) => ({
    spec: spec(),
    held: false,
    ref: `${id}`,
    afterRefs: [{ ref: `${id - 1}`, on: "any" as const }],
  });
  world.state.settings = { ...world.state.settings, dependencyDepth: 50_000 };
  world.do({
    type: "submit",
    tasks: [{ spec: spec(), held: false, ref: "1" }, ...Array.from({ length: 20_000 }, (_, index) => link(index + 2))],
  });
  world.state.settings = { ...world.state.settings, dependencyDepth: 100 };
  const last = [{ id: 20_001, on: "any" as const }];
  expect(() => world.submit(spec({ after: last }))).toThrow("the chain of dependencies would be 101 long");
  world.submit(spec());
  const first = { type: "change" as const, targets: one(1), changes: { after: [{ id: 20_002, on: "any" as const }] } };
  expect(() => world.do(first)).toThrow("the chain of dependencies would be 101 long");
});

test("ten thousand dependents of one task are released in one turn", () => {
  const world = new World(20_000);
  world.submit(spec());
  world.submit(...Array.from({ length: 10_000 }, () => spec(after(1))));
  expect(world.plan()).toEqual([1]);
  world.end(1);
  expect(world.plan()).toHaveLength(10_000);
});

test("cancel with cascade takes out what depends on it, through others too", () => {
  const world = new World(1);
  world.submit(spec());
  world.submit(spec(), spec(after(1)));
  world.submit(spec(after(3)));
  expect(dependentsOf(world.state, [1])).toEqual([3, 4]);
  world.do({ type: "stop", targets: one(1), cause: "cancel", signal: "SIGTERM", note: null, cascade: true });
  expect([1, 3, 4].map((id) => world.task(id)?.status.state)).toEqual(["cancelled", "cancelled", "cancelled"]);
  expect(world.task(2)?.status.state).toBe("queued");
});

test("what others wait for cannot be removed, but with them", () => {
  const world = new World();
  world.submit(spec());
  world.plan();
  world.submit(spec(after(1)));
  world.do({ type: "hold", targets: one(2), why: { kind: "user" } });
  world.end(1);
  expect(() => world.do({ type: "remove", targets: one(1) })).toThrow("Cannot remove task 1: task 2 waits for it");
  expect(world.do({ type: "remove", targets: { named: [], matched: [1] } })).toEqual([]);
  expect(world.do({ type: "remove", targets: { named: [1, 2], matched: [] } })).toHaveLength(2);
});

test("the indexes forget what has ended", () => {
  const world = pair(after(1));
  world.end(1);
  world.plan();
  world.end(2);
  expect(world.state.waiting.dependents.size).toBe(0);
});

test("a dependency that cannot be read has not succeeded: it counts as lost", () => {
  const world = new World();
  world.unreadable.add(1);
  world.state.nextId = 2;
  const finished = { ...spec(), id: 1, createdAt: 1, attempt: 0 };
  world.finished.set(1, { ...finished, status: { state: "held", since: 1, why: { kind: "user" } } });
  world.submit(spec({ after: [{ id: 1, on: "success" }] }), spec({ after: [{ id: 1, on: "any" }] }));
  world.finished.delete(1);
  expect(world.plan()).toEqual([3]);
  expect(world.task(2)?.status).toMatchObject({
    state: "skipped",
    note: "task 1, which it depends on, ended as lost",
  });
});

test("tasks that were made to wait for each other, one when the other had ended, are not both tried again", () => {
  const world = new World(1);
  world.submit(spec());
  world.plan();
  world.end(1);
  world.submit(spec({ after: [{ id: 1, on: "any" }] }));
  world.plan();
  world.end(2);
  world.do({ type: "edit", edits: [{ id: 1, changes: { after: [{ id: 2, on: "any" }] } }], retry: true });
  world.plan();
  const retry =
    (...named: number[]) =>
    () =>
      world.do({ type: "retry", targets: { named, matched: [] } });
  expect(retry(2)).toThrow("Cannot retry task 2: the tasks would wait for each other in a circle (2 after 1 after 2)");
  world.end(1);
  expect(retry(1, 2)).toThrow(
    "Cannot retry task 1: the tasks would wait for each other in a circle (1 after 2 after 1)",
  );
  expect(retry(2)()).toEqual(["task.retried"]);
  expect(retry(1)).toThrow("in a circle");
});
