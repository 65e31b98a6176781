/** When a run is said to have spent more, and to go on to its next turn. */
import { noProgress, type AgentProgress } from "@claudine/agents";
import { expect, test } from "vitest";
import { createSpending } from "./spending.ts";

function follow(isTakenUp: boolean) {
  const said: string[] = [];
  let progress = noProgress;
  const ports = {
    progress: () => progress,
    runsOf: () => [],
    spending: ({ turned }: { turned: boolean }) => void said.push(turned ? "turned" : "spent"),
  };
  const spending = createSpending({ id: 1, attempt: 1, isTakenUp }, ports);
  return (change: Partial<AgentProgress>): string[] => {
    progress = { ...progress, ...change };
    spending.tell();
    return said.splice(0);
  };
}

const tokens = { input: 100, output: 20, cached: 0 };

test("what is new is said once: more that was spent, a turn, a call of a tool", () => {
  const tell = follow(false);
  expect(tell({})).toEqual([]);
  expect(tell({ turns: 1, tokens })).toEqual(["turned"]);
  expect(tell({})).toEqual([]);
  expect(tell({ costUsd: 1 })).toEqual(["spent"]);
  expect(tell({ toolCalls: 1 })).toEqual(["turned"]);
});

test("a run that is met in the middle of a turn has not begun another", () => {
  const tell = follow(true);
  expect(tell({ turns: 2, toolCalls: 2, tokens })).toEqual(["spent"]);
  expect(tell({})).toEqual([]);
  expect(tell({ turns: 3 })).toEqual(["turned"]);
});

test("likewise one that has spent nothing yet", () => {
  const tell = follow(true);
  expect(tell({ turns: 1 })).toEqual([]);
  expect(tell({ turns: 2 })).toEqual(["turned"]);
});
