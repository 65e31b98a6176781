/** What is wrong with a store, in words. */
import { ALL_GROUPS } from "../core/groups.ts";
import type { Damage } from "./check.ts";

export function describeDamage(damage: Damage): string {
  switch (damage.kind) {
    case "unreadable":
      return `The record ${damage.name} cannot be read`;
    case "not-understood":
      return `Schedule ${damage.key} is not understood: ${damage.why}`;
    case "index":
      return damage.missing
        ? `Task ${damage.id} is missing in the index of ${damage.state} tasks`
        : `The index of ${damage.state} tasks names task ${damage.id}, which is not`;
    case "key":
      return damage.missing
        ? `The key of task ${damage.id} is not known any more`
        : `A key is said to be that of task ${damage.id}, which does not have it`;
    case "environment":
      return `The environment of ${damage.owner} is missing`;
    case "misplaced":
      return damage.from === "live"
        ? `Task ${damage.id} has finished and is among those that have not`
        : `Task ${damage.id} has not finished and is among those that have`;
    case "uses":
      return `An environment does not know that ${damage.uses} tasks and schedules have it`;
    case "texts":
      return `The prompt of ${damage.owner} is missing`;
    case "text-uses":
      return `A prompt does not know that ${damage.uses} tasks and schedules have it`;
    case "account": {
      const whose = damage.group === ALL_GROUPS ? "all agents together" : `the agents of group ${damage.group}`;
      return `What ${whose} have spent cannot be read`;
    }
    case "head":
      return "The counters do not agree with the tasks";
    case "gap":
      return `The journal lacks the events ${damage.after + 1} to ${damage.before - 1}`;
  }
}

/** What was done about it, after that. */
export function describeRepair({ kind }: Damage): string {
  if (kind === "account") return "counted anew from the journal, which may know less";
  return kind === "unreadable" || kind === "not-understood" ? "set aside" : "repaired";
}
