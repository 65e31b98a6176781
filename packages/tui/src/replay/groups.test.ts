import { expect, test } from "vitest";
import { makeTask, queued, running } from "../testing/make-task.ts";
import { groupsThen } from "./groups.ts";

type Facts = Parameters<typeof groupsThen>[0];
const change = (at: number, name: string, facts: object): Facts["changes"][number] => ({
  type: "group.changed",
  seq: at,
  at,
  name,
  ...facts,
});
const today: Facts["today"] = [
  { name: "default", slots: 4, paused: false },
  { name: "gpu", slots: 8, paused: true },
  { name: "late", slots: 1, paused: false },
];

test("groups are as they had been set by then", () => {
  const changes = [
    change(10, "gpu", { slots: 2 }),
    change(20, "gpu", { paused: true }),
    change(30, "gpu", { slots: 8 }),
    change(40, "late", { slots: 1 }),
  ];
  const tasks = [
    makeTask(1, running(1), { group: "gpu" }),
    makeTask(2, queued(1)),
    makeTask(3, queued(2), { group: "gone" }),
  ];
  const at = (time: number) =>
    groupsThen({ today, changes }, tasks, time).map(({ name, slots, paused, used, queued: waiting }) =>
      [name, slots, paused, used, waiting].join(" "),
    );
  expect(at(15)).toEqual(["default 4 false 0 1", "gpu 2 false 1 0", "gone 1 false 0 1"]);
  expect(at(25)).toEqual(["default 4 false 0 1", "gpu 2 true 1 0", "gone 1 false 0 1"]);
  expect(at(45)).toEqual(["default 4 false 0 1", "gpu 8 true 1 0", "late 1 false 0 0", "gone 1 false 0 1"]);
});
