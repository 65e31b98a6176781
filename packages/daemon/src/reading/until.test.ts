import { NO_USAGE } from "@claudine/protocol/info";
import type { TaskEvent } from "@claudine/protocol";
import { expect, test } from "vitest";
import { createWatchers } from "./until.ts";

const finished: TaskEvent = {
  seq: 1,
  at: 1,
  type: "run.finished",
  id: 5,
  attempt: 1,
  state: "failed",
  outcome: { kind: "exited", exitCode: 1 },
  startedAt: 0,
  finishedAt: 1,
  usage: NO_USAGE,
  note: null,
};
const retried: TaskEvent = { seq: 2, at: 1, type: "task.retried", id: 5 };

function told(...events: TaskEvent[]): number {
  const watchers = createWatchers();
  let times = 0;
  watchers.add({ ids: [5], onFact: () => (times += 1) });
  watchers.tell(events.map((event) => ({ event, task: undefined })));
  return times;
}

test("an end that a retry follows by itself is none to those who wait", () => {
  expect(told(finished, { ...retried, automatic: true })).toBe(1);
});

test("an end is one when somebody asks for another run, or another task is retried", () => {
  expect(told(finished, retried)).toBe(2);
  expect(told(finished, { ...retried, id: 6, automatic: true })).toBe(1);
  expect(told(finished)).toBe(1);
});
