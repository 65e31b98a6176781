import type { Task } from "@claudine/protocol/task";
import { expect, test } from "vitest";
import { ended, makeTask, NOW, queued, running } from "../testing/make-task.ts";
import { groupsThen } from "./groups.ts";
import { reasonThen } from "./reasons.ts";

const TODAY = [
  { name: "default", slots: 1, paused: false },
  { name: "night", slots: 2, paused: false },
];

function why(task: Task, others: readonly Task[], changes: Parameters<typeof groupsThen>[0]["changes"] = []) {
  const tasks = [task, ...others];
  const groups = groupsThen({ today: TODAY, changes }, tasks, NOW);
  return reasonThen({ tasks: new Map(tasks.map((one) => [one.id, one])), groups, at: NOW }, task);
}

test("names what kept a task from starting then", () => {
  const waiting = queued(5);
  if (waiting.state !== "queued") throw new Error("it waits");
  const after = [{ id: 1, on: "success" as const }];
  expect(why(makeTask(5, { ...waiting, notBefore: NOW + 60_000 }), [])).toBe("starts in 1m00s");
  expect(why(makeTask(5, waiting, { after }), [makeTask(1, running(1))])).toBe("waits for task 1 to succeed");
  expect(why(makeTask(5, waiting, { after }), [makeTask(1, ended("succeeded", 1))])).toMatch(/its turn$/);
  expect(why(makeTask(5, waiting), [makeTask(1, running(1))])).toBe("waits for a slot (1 of 1 in use)");
  expect(why(makeTask(5, running(1)), [])).toBeNull();
});

test("a group that was made later was not there", () => {
  const made = { type: "group.changed" as const, seq: 1, at: NOW + 1000, name: "night", slots: 2 };
  const names = (at: number) => groupsThen({ today: TODAY, changes: [made] }, [], at).map(({ name }) => name);
  expect([names(NOW), names(NOW + 1000)]).toEqual([["default"], ["default", "night"]]);
});

test("groups had the slots and the pause of then, not those of today", () => {
  const task = makeTask(5, queued(5), { group: "night" });
  const paused = (seconds: number, isPaused: boolean) => ({
    type: "group.changed" as const,
    seq: 1,
    at: NOW + seconds * 1000,
    name: "night",
    paused: isPaused,
  });
  expect(why(task, [], [paused(-9, true), paused(9, false)])).toBe("waits for group night to be resumed");
  expect(why(task, [], [paused(9, true)])).toMatch(/its turn$/);
  const other = makeTask(1, running(1), { group: "night" });
  const slots = { ...paused(-5, false), slots: 1 };
  expect(why(task, [other], [slots])).toBe("waits for a slot of group night (1 of 1 in use)");
});
