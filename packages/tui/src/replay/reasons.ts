/** Why tasks waited then, as far as it follows from the journal. Pure. */
import type { Group } from "@claudine/protocol/host";
import { isFinished } from "@claudine/protocol/states";
import type { Dependency } from "@claudine/protocol/rules";
import type { Task } from "@claudine/protocol/task";
import { formatDuration } from "@claudine/protocol/units";

export type WaitFacts = { tasks: ReadonlyMap<number, Task>; groups: readonly Group[]; at: number };

/** Resources and the load of the machine are not in the journal. */
const UNKNOWN = "waits for a resource, the machine or its turn";

/** The first cause, in the order in which the daemon names them; null for what does not wait. */
export function reasonThen({ tasks, groups, at }: WaitFacts, task: Task): string | null {
  const { status } = task;
  if (status.state !== "queued") return null;
  if (status.notBefore !== undefined && status.notBefore > at)
    return `starts in ${formatDuration(status.notBefore - at)}`;
  const pending = (task.after ?? []).filter(({ id }) => {
    const other = tasks.get(id);
    return other !== undefined && !isFinished(other.status.state);
  });
  if (pending.length > 0) {
    const named = pending.slice(0, 3).map(({ id }) => id);
    const more = pending.length > named.length ? ` and ${pending.length - named.length} more` : "";
    return `waits for ${named.length === 1 ? "task" : "tasks"} ${named.join(", ")}${more} ${wish(pending)}`;
  }
  const group = groups.find(({ name }) => name === task.group);
  if (group === undefined) return UNKNOWN;
  if (group.paused) return `waits for group ${group.name} to be resumed`;
  if (group.used < group.slots) return UNKNOWN;
  const of = group.name === "default" ? "" : ` of group ${group.name}`;
  return `waits for a slot${of} (${group.used} of ${group.slots} in use)`;
}

function wish(pending: readonly Dependency[]): string {
  const kinds = new Set(pending.map(({ on }) => on));
  if (kinds.size > 1) return "to end";
  return { success: "to succeed", any: "to end", failure: "to fail" }[pending[0]?.on ?? "any"];
}
