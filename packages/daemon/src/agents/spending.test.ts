/** When a run is said to have spent more, or to have gone on to its next turn. */
import { noProgress, type AgentProgress } from "@claudine/agents";
import { TaskId } from "@claudine/protocol";
import { expect, test } from "vitest";
import { createSpending } from "./spending.ts";

function createRun() {
  const said: boolean[] = [];
  const run = { progress: noProgress, said };
  const spending = createSpending({ id: TaskId.parse(1) }, 1, {
    progress: (): AgentProgress => run.progress,
    runsOf: () => [],
    spending: ({ turned }) => said.push(turned),
  });
  const goesOn = (turns: number, output: number): void => {
    run.progress = { ...noProgress, turns, tokens: { input: 0, output, cached: 0 } };
  };
  return { said, spending, goesOn };
}

test("what is new is said once, and whether a turn has begun", () => {
  const { said, spending, goesOn } = createRun();
  spending.tell();
  goesOn(1, 20);
  spending.tell();
  spending.tell();
  goesOn(1, 30);
  spending.tell();
  goesOn(2, 30);
  spending.tell();
  expect(said).toEqual([true, false, true]);
});

test("a new daemon does not take the turn in which it finds a run for the next one", () => {
  const { said, spending, goesOn } = createRun();
  goesOn(3, 60);
  spending.takeUp();
  spending.tell();
  goesOn(4, 80);
  spending.tell();
  expect(said).toEqual([false, true]);
});
