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
  const own = grouped(tasks, ({ group }) => group);
  const said = grouped(changes, ({ name }) => name);
  const now = new Map(today.map((group) => [group.name, group]));
  const there = today.map(({ name }) => name).filter((name) => !isLater(said.get(name) ?? [], at));
  return [...new Set([...there, ...own.keys()])].map((name) => {
    const known = now.get(name);
    const facts = factsAt(said.get(name) ?? [], at);
    const { slots = known?.slots ?? 1, paused = known?.paused ?? false } = facts;
    return { name, slots, paused, ...countsOf(own.get(name) ?? []) };
  });
}

/** One pass, as there may be a thousand groups and many thousand tasks. */
function grouped<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(nameOf(item));
    if (group === undefined) groups.set(nameOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** One of which everything that is known happened later was made later. */
function isLater(changes: readonly GroupChange[], at: number): boolean {
  return changes.length > 0 && changes.every((change) => change.at > at);
}

/** What had been said by then; one that was paused or resumed later, and not before, was not paused. */
function factsAt(changes: readonly GroupChange[], at: number): { slots?: number; paused?: boolean } {
  const before = changes.filter((change) => change.at <= at);
  const slots = before.findLast((change) => change.slots !== undefined)?.slots ?? undefined;
  const later = changes.some((change) => change.paused !== undefined) ? false : undefined;
  const paused = before.findLast((change) => change.paused !== undefined)?.paused ?? later;
  return { ...(slots === undefined ? {} : { slots }), ...(paused === undefined ? {} : { paused }) };
}

function countsOf(tasks: readonly Task[]): Pick<Group, "running" | "used" | "queued"> {
  const runs = tasks.flatMap(({ status }) => ("run" in status ? [status.run] : []));
  const queued = tasks.filter(({ status }) => status.state === "queued").length;
  return { running: runs.length, used: runs.reduce((sum, run) => sum + (run.slots ?? 1), 0), queued };
}
