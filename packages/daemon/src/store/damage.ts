/** What can be wrong with a store, and how people are told of it. */
import type { Account, TaskId } from "@claudine/protocol";
import type { Key } from "lmdb";
import { ALL_GROUPS } from "../core/groups.ts";
import type { Head } from "./records.ts";
import type { ReadableTable } from "./valid.ts";

/** `name` is that of the record, `table/key`. */
export type Damage =
  | { kind: "unreadable"; table: ReadableTable; key: Key; name: string }
  | { kind: "not-understood"; table: "schedules"; key: string; name: string; why: string }
  | { kind: "index"; name: string; missing: boolean; state: string; id: TaskId }
  | { kind: "key"; name: string; missing: boolean; key: string; id: TaskId }
  | { kind: "environment"; name: string; owner: string; envId: string }
  | { kind: "misplaced"; name: string; id: TaskId; from: "live" | "finished" }
  | { kind: "uses"; name: string; envId: string; uses: number }
  | { kind: "texts"; name: string; owner: string }
  | { kind: "text-uses"; name: string; textsId: string; uses: number }
  | { kind: "account"; name: string; group: string; account: Account | undefined }
  | { kind: "head"; name: string; head: Omit<Head, "env"> }
  | { kind: "gap"; name: string; after: number; before: number };

/** In words, for people. */
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
