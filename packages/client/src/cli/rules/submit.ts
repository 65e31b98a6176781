/** The rules of the tasks that are submitted. */
import type { SubmitTask } from "@claudine/protocol/methods";
import type { Input, Io } from "../command.ts";
import { idFinder, schedulesAfter } from "./depends.ts";
import { readRules } from "./read.ts";

/** @throws ClaudineError invalid_params, not_found */
export async function rulesForSubmit(input: Input, io: Io): Promise<Partial<SubmitTask>> {
  const find = idFinder(() => io.connect());
  const rules = await readRules({ input, verb: "submit", clearable: false, now: Date.now(), find });
  // Nothing that a new task has could be taken away.
  const asked = Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== null)) as Partial<SubmitTask>;
  const afterSchedules = schedulesAfter(input);
  return afterSchedules.length === 0 ? asked : { ...asked, afterSchedules };
}
