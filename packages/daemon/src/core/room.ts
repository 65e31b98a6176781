/** How much can be unfinished at once: what the daemon keeps in memory is bounded, whatever is submitted. */
import { ClaudineError, type TaskSpec } from "@claudine/protocol";
import { specText } from "./size.ts";
import type { Command } from "./command.ts";
import { isUsed } from "./groups.ts";
import type { State } from "./state.ts";

/** Characters of commands; a million ordinary tasks are far below. */
const TEXT_AT_MOST = 256 * 2 ** 20;
/** Every start of a task looks at all of them. */
const GROUPS_AT_MOST = 1000;

/** Makes the store grow; everything else changes what is there, and must be possible while the disk is full. */
export function needsRoom({ type }: Command): boolean {
  return (
    type === "submit" ||
    type === "retry" ||
    type === "continue" ||
    type === "tell" ||
    type === "declare-schedules" ||
    type === "run-schedule"
  );
}

/** @throws ClaudineError limit */
export function checkRoom(state: State, tasks: readonly { spec: TaskSpec }[]): void {
  const text = tasks.reduce((sum, { spec }) => sum + specText(spec), state.text);
  if (text > TEXT_AT_MOST) {
    throw new ClaudineError(
      "limit",
      `Cannot submit: the unfinished tasks' commands have ${TEXT_AT_MOST} characters together`,
      {
        hint: "Wait until some are done, or put long commands into files",
      },
    );
  }
  checkGroups(
    state,
    tasks.map(({ spec }) => spec.group),
  );
}

/** @throws ClaudineError limit */
export function checkGroups(state: State, names: readonly string[]): void {
  const fresh = new Set(names.filter((name) => !state.groups.has(name)));
  if (state.groups.size + fresh.size <= GROUPS_AT_MOST) return;
  const used = [...state.groups.values()].filter(isUsed).length;
  if (used + fresh.size <= GROUPS_AT_MOST) return;
  throw new ClaudineError("limit", `Cannot use ${used + fresh.size} groups at once`, {
    hint: `At most ${GROUPS_AT_MOST} have slots or waiting tasks at once; labels are not limited`,
  });
}
