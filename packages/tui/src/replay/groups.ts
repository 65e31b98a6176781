/** The groups as they were: today's, with what the journal says of them. */
import type { TaskEvent } from "@claudine/protocol/event";
import type { Group } from "@claudine/protocol/host";
import type { Task } from "@claudine/protocol/task";

/** Slots and pause of a group; what the journal does not say is as it is today. */
export type GroupFacts = Pick<Group, "name" | "slots" | "paused">;
type GroupChange = Extract<TaskEvent, { type: "group.changed" }>;

export function groupsThen(
  { today, changes }: { today: readonly GroupFacts[]; changes: readonly GroupChange[] },
  tasks: readonly Task[],
  at: number,
): Group[] {
  const before = changes.filter((change) => change.at <= at);
  // One of which everything that is known happened later was made later.
  const later = new Set(changes.filter((change) => change.at > at).map(({ name }) => name));
  for (const { name } of before) later.delete(name);
  const there = today.filter(({ name }) => !later.has(name)).map(({ name }) => name);
  const names = new Set([...there, ...tasks.map(({ group }) => group)]);
  return [...names].map((name) => {
    const now = today.find((group) => group.name === name);
    const own = tasks.filter(({ group }) => group === name);
    const said = before.filter((change) => change.name === name);
    const slots = said.findLast((change) => change.slots !== undefined)?.slots ?? now?.slots ?? 1;
    const isChangedLater = changes.some((change) => change.name === name && change.paused !== undefined);
    const paused =
      said.findLast((change) => change.paused !== undefined)?.paused ??
      (isChangedLater ? false : (now?.paused ?? false));
    const runs = own.flatMap(({ status }) => ("run" in status ? [status.run] : []));
    const queued = own.filter(({ status }) => status.state === "queued").length;
    const used = runs.reduce((sum, run) => sum + (run.slots ?? 1), 0);
    return { name, slots, paused, running: runs.length, used, queued };
  });
}
