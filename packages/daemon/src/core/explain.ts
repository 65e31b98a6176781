/** Why a task waits, derived from the facts at the moment of asking. */
import { statusReason, type Task } from "@claudine/protocol";
import { slotUse } from "./plan.ts";
import { DEFAULT_GROUP, groupOf, type State } from "./state.ts";

/** In words, or null when it does not wait. */
export function explain(state: State, task: Task): string | null {
  if (task.status.state !== "queued") return statusReason(task.status);
  const group = groupOf(state, task.group);
  const where = group.name === DEFAULT_GROUP ? "" : ` of group ${group.name}`;
  return `waits for a slot${where} (${slotUse(state, group)})`;
}
