/** Reads of what is durable. A record that cannot be decoded is reported as missing, never thrown. */
import { isFinished, type AgentTexts, type Firing, type Run, type Task } from "@claudine/protocol";
import { mergeDescending } from "../reading/descending.ts";
import type { Tables } from "./open.ts";
import type { EnvRecord } from "../environment/env-record.ts";
import type { Reader } from "../reading/reader.ts";
import type { Key } from "lmdb";
import { readEvents, readFirstSeq } from "./journal.ts";
import { readRunEnds } from "./run-ends.ts";
import { readRunPage } from "./run-pages.ts";
import { readRecord, readTask, type ReadableTable } from "./valid.ts";

const ID_AT_MOST = 2 ** 32 - 1;

/** `onUnreadable` is told of each record that could not be decoded. */
export function createReader(tables: Tables, onUnreadable: (key: string) => void): Reader {
  const read = <T>(table: ReadableTable, key: Key): T | undefined => {
    const record = readRecord(tables, table, key);
    if (record === "unreadable") onUnreadable(`${table}/${String(key)}`);
    return typeof record === "string" ? undefined : (record.value as T);
  };
  return {
    // A key of 32 bits would wrap around.
    task: (id) => (id > ID_AT_MOST ? undefined : (read<Task>("live", id) ?? read<Task>("finished", id))),
    keyed: (key) => tables.keys.get(key),
    firings: (name, { before, limit }) =>
      [
        ...tables.firings.getKeys({
          start: [name, Math.min(before - 1, ID_AT_MOST)],
          end: [name, 0],
          reverse: true,
          limit,
        }),
      ].flatMap((key) => read<Firing>("firings", key) ?? []),
    isUnreadable: (id) =>
      (["live", "finished"] as const).some(
        (table) => readRecord(tables, table, id) === "unreadable" || tables.setAside.doesExist(`${table}/${id}`),
      ) && readTask(tables, id) === undefined,
    env: (id) => read<EnvRecord>("envs", id),
    texts: (id) => read<AgentTexts>("texts", id),
    runs: (id) =>
      [...tables.runs.getKeys({ start: [id, 0], end: [id + 1, 0] })].flatMap((key) => read<Run>("runs", key) ?? []),
    run: (id, attempt) => read<Run>("runs", [id, attempt]),
    runEnds: (before, limit) => readRunEnds(tables, before, limit),
    idsBelow(before, state) {
      const keys = { start: before - 1, end: 0, reverse: true };
      if (state === undefined) return mergeDescending([tables.live.getKeys(keys), tables.finished.getKeys(keys)]);
      if (!isFinished(state)) return tables.live.getKeys(keys);
      return tables.byState.getKeys({ start: [state, before - 1], end: [state, 0], reverse: true }).map(([, id]) => id);
    },
    events: (since, limit) => readEvents(tables, { since, limit, onUnreadable }),
    runPage: (range, after, limit) => readRunPage(tables, { ...range, after }, limit),
    firstSeq: () => readFirstSeq(tables, onUnreadable),
  };
}
