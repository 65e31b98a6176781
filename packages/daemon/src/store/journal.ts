/** Reads the journal: each event that is kept can be had, wherever a key before or behind it is damaged. */
import { ClaudineError, type TaskEvent } from "@claudine/protocol";
import { eventSize } from "../core/size.ts";
import type { Tables } from "./open.ts";
import { readRecord } from "./valid.ts";

/** Of the events read in one go, roughly. */
const EVENTS_SIZE_AT_MOST = 4 * 2 ** 20;

type EventRange = { since: number; limit: number; onUnreadable: (key: string) => void };

/**
 * Ends before a key that cannot be read: its page is damaged, and to look for what stands behind may end the process.
 * @throws ClaudineError storage when there is nothing before it
 */
export function readEvents(tables: Tables, { since, limit, onUnreadable }: EventRange): TaskEvent[] {
  const events: TaskEvent[] = [];
  let size = 0;
  let last = since;
  try {
    for (const seq of keysFrom(tables, since + 1, limit)) {
      last = seq;
      const record = readRecord(tables, "journal", seq);
      if (record === "unreadable") onUnreadable(`journal/${seq}`);
      if (typeof record === "string") continue;
      const event = record.value as TaskEvent;
      events.push(event);
      size += eventSize(event);
      if (size > EVENTS_SIZE_AT_MOST) return events;
    }
  } catch (cause) {
    if (events.length === 0) throw damagedAfter(last, cause);
  }
  return events;
}

/**
 * The oldest event kept: the first behind a damaged key, when one stands before all others; 1 when there is none.
 * @throws ClaudineError storage when a page is damaged
 */
export function readFirstSeq(tables: Tables, onUnreadable: (key: string) => void = () => {}): number {
  const first = seek(tables, 1);
  if (first !== "unreadable") return first ?? 1;
  let [damaged, readable] = [1, Number.MAX_SAFE_INTEGER];
  while (readable - damaged > 1) {
    const middle = Math.floor((damaged + readable) / 2);
    if (seek(tables, middle) === "unreadable") damaged = middle;
    else readable = middle;
  }
  onUnreadable(`journal/${damaged}`);
  const found = seek(tables, readable);
  return typeof found === "number" ? found : 1;
}

/** The first event from `seq` on; "unreadable" when what stands there is the number of none. */
function seek(tables: Tables, seq: number): number | "unreadable" | undefined {
  try {
    for (const key of keysFrom(tables, seq, 1)) return Number.isSafeInteger(key) ? key : "unreadable";
    return undefined;
  } catch (cause) {
    // LMDB's own errors have numbers: then it is the page, and who goes on with it may end of it.
    if (cause instanceof Error && "code" in cause) throw damagedAfter(seq - 1, cause);
    return "unreadable";
  }
}

function* keysFrom({ journal }: Tables, start: number, limit: number): Generator<number> {
  const keys = journal.getKeys({ start, limit })[Symbol.iterator]();
  try {
    for (let next = keys.next(); next.done !== true; next = keys.next()) yield next.value;
  } finally {
    // When a key cannot be read nobody else ends the read transaction, and the store would grow from then on.
    keys.return?.();
  }
}

function damagedAfter(seq: number, cause: unknown): ClaudineError {
  return new ClaudineError("storage", `Cannot read the journal after event ${seq}: it is damaged`, {
    hint: "`claudine doctor --fix` copies what can be read into a new store",
    cause,
  });
}
