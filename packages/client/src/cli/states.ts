/** The states a task can be in, for options. */
import { isFinished, STATES } from "@claudine/protocol/states";
import type { TaskState } from "@claudine/protocol/task";
import type { Input } from "./command.ts";
import { list } from "./input.ts";

/** In the order in which they are counted for people: what goes on first. */
const BUSY: readonly TaskState[] = ["running", "paused"];
export const ALL_STATES: readonly TaskState[] = BUSY.concat(STATES.filter((state) => !BUSY.includes(state)));
export const FINISHED_STATES: TaskState[] = STATES.filter(isFinished);
/** Ended by themselves, and not as they should. */
export const FAILED_STATES: readonly TaskState[] = ["failed", "timed-out", "lost"];
export const OPEN_STATES = ALL_STATES.filter((state) => !isFinished(state));

/** The states of an option; undefined when it was not given. Its `choices` have checked them. */
export function states(input: Input, name: string): TaskState[] | undefined {
  const given = list(input, name);
  return given.length === 0 ? undefined : (given as TaskState[]);
}
