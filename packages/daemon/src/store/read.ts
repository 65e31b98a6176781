/** Reads of what is durable. A record that cannot be decoded is reported as missing, never thrown. */
import { STATES, type Run, type Task, type TaskEvent, type TaskState } from "@claudine/protocol";
import { eventSize } from "../core/size.ts";
import type { Tables } from "./open.ts";
import type { EnvRecord } from "../env-record.ts";
import type { Reader } from "../reader.ts";
import type { Key } from "lmdb";
import { readRecord, type ReadableTable } from "./valid.ts";

const ID_AT_MOST = 2 ** 32 - 1;
/** Of the events read in one go, roughly. */
const EVENTS_SIZE_AT_MOST = 4 * 2 ** 20;

/** `onUnreadable` is told of each record that could not be decoded. */
export function createReader(tables: Tables, onUnreadable: (key: string) => void): Reader {
  const read = <T>(table: ReadableTable, key: Key): T | undefined => {
    const record = readRecord(tables, table, key);
    if (record === "unreadable") onUnreadable(`${table}/${String(key)}`);
    return typeof record === "string" ? undefined : (record.value as T);
  };
  return {
    // A key of 32 bits would wrap around.
    task: (id) => (id > ID_AT_MOST ? undefined : read<Task>("tasks", id)),
    env: (id) => read<EnvRecord>("envs", id),
    runs: (id) =>
      [...tables.runs.getKeys({ start: [id, 0], end: [id + 1, 0] })].flatMap((key) => read<Run>("runs", key) ?? []),
    idsBelow: (before, state) =>
      state === undefined
        ? tables.tasks.getKeys({ start: before - 1, end: 0, reverse: true })
        : tables.byState.getKeys({ start: [state, before - 1], end: [state, 0], reverse: true }).map(([, id]) => id),
    events: (since, limit) => readEvents(tables, { since, limit, onUnreadable }),
    firstSeq() {
      for (const seq of tables.journal.getKeys({ limit: 1 })) return seq;
      return 1;
    },
  };
}

type EventRange = { since: number; limit: number; onUnreadable: (key: string) => void };

function readEvents(tables: Tables, { since, limit, onUnreadable }: EventRange): TaskEvent[] {
  const events: TaskEvent[] = [];
  let size = 0;
  for (const seq of tables.journal.getKeys({ start: since + 1, limit })) {
    const record = readRecord(tables, "journal", seq);
    if (record === "unreadable") onUnreadable(`journal/${seq}`);
    if (typeof record === "string") continue;
    const event = record.value as TaskEvent;
    events.push(event);
    size += eventSize(event);
    if (size > EVENTS_SIZE_AT_MOST) return events;
  }
  return events;
}

/** The states a start-up has to read. */
export const LIVE_STATES: readonly TaskState[] = STATES.filter((state) =>
  ["queued", "held", "running", "paused"].includes(state),
);
