/** Rules of the scheduler for the tasks of the crash tests, and what the journal must say of them at every moment. */
import { deepStrictEqual, ok } from "node:assert/strict";
import type { ParamsIn } from "@claudine/protocol/methods";
import type { TaskEvent } from "@claudine/protocol/event";
import type { Task } from "@claudine/protocol/task";
import type { Random } from "./crash-random.ts";

/** For the configuration. */
export const RESOURCES = "resources: { gpu: 3 }\n";
const FAILURES: readonly string[] = ["failed", "timed-out", "lost"];

type Rules = Pick<
  ParamsIn<"task.submit">["tasks"][number],
  "after" | "onDependencyFailure" | "retry" | "needs" | "limits" | "group" | "key" | "notBefore"
>;

/** Some of all that a task can ask for; `known` are tasks to depend on. */
export function randomRules(random: Random, known: readonly number[]): Rules {
  const on = random.pick(["success", "any", "failure"] as const) ?? "any";
  const others = [random.pick(known), random.pick(known.slice(-10))].filter((id) => id !== undefined);
  const rules: Rules[] = [
    ...(others.length === 0
      ? []
      : [
          {
            after: others.map((id) => ({ id, on })),
            onDependencyFailure: random.pick(["skip", "run", "cancel"] as const),
          },
        ]),
    { retry: { limit: 2, delayMs: 1 + random.int(300), backoff: "exponential", jitter: random.chance(0.5) } },
    { needs: { locks: [random.pick(["a", "b"]) ?? "a"], slots: 1 + random.int(2) } },
    { needs: { claims: { gpu: 1 + random.int(2) } } },
    { limits: { timeoutMs: 300 + random.int(1000), warnSignal: { signal: "SIGURG", beforeMs: 100 } } },
    { group: "side" },
    { key: `key ${random.int(20)}` },
    { notBefore: Date.now() + random.int(500) },
  ];
  return Object.assign({}, ...rules.filter(() => random.chance(0.3))) as Rules;
}

/** What is so just before a run is admitted. @throws when the run should have waited */
export function checkAdmission(
  event: Extract<TaskEvent, { type: "run.admitted" }>,
  tasks: ReadonlyMap<number, Task>,
): void {
  const { id, attempt, units = {} } = event;
  const task = tasks.get(id);
  if (task === undefined) return;
  const going = [...tasks.values()].filter(({ status }) => "run" in status);
  for (const lock of task.needs?.locks ?? [])
    deepStrictEqual(
      going.filter(({ needs }) => needs?.locks?.includes(lock)).map((one) => one.id),
      [],
      `task ${id} has the lock ${lock}`,
    );
  for (const [name, count] of Object.entries(task.needs?.claims ?? {})) {
    const own = units[name] ?? [];
    const taken = new Set(going.flatMap(({ status }) => ("run" in status ? (status.run.units?.[name] ?? []) : [])));
    deepStrictEqual(new Set(own).size, count, `task ${id} claims ${count} ${name}`);
    ok(!own.some((unit) => taken.has(unit)), `task ${id} got ${name} ${own.join(", ")}, which another has`);
  }
  for (const { id: on, on: wish } of task.after ?? []) {
    const state = tasks.get(on)?.status.state;
    if (state === undefined) continue;
    const isMet = { success: state === "succeeded", any: true, failure: !["succeeded", "skipped"].includes(state) }[
      wish
    ];
    ok("finishedAt" in (tasks.get(on)?.status ?? {}), `task ${id} starts before task ${on} has ended`);
    ok(isMet || task.onDependencyFailure === "run", `task ${id} starts although task ${on} ended as ${state}`);
  }
  const runs = attempt - (task.retriedAt ?? 0) - (task.lostRuns ?? 0);
  ok(runs <= 1 + (task.retry?.limit ?? 0), `task ${id} is run for the ${runs}th time`);
}

/** What is so between two turns. */
export function checkRules(tasks: ReadonlyMap<number, Task>): void {
  const keys = new Set<string>();
  for (const { id, key, retry, status, attempt, retriedAt, lostRuns = 0, batch } of tasks.values()) {
    ok(key === undefined || !keys.has(key), `the key ${key} is that of two tasks`);
    if (key !== undefined) keys.add(key);
    if (status.state === "failed")
      ok(
        attempt - (retriedAt ?? 0) - lostRuns > (retry?.limit ?? 0),
        `task ${id} failed, and should have been tried again`,
      );
    // Who was retried by hand goes on, also one that had never run.
    if (batch === undefined || retriedAt !== undefined || "finishedAt" in status) continue;
    const members = Array.from(
      { length: batch.size },
      (_, index) => tasks.get(batch.first + index)?.status.state ?? "",
    );
    const isGivenUp = members.filter((state) => FAILURES.includes(state)).length > batch.maxFails;
    const isStopping = "run" in status && status.run.stopping !== undefined;
    ok(!isGivenUp || isStopping, `task ${id} goes on although too many of its batch failed`);
  }
}
