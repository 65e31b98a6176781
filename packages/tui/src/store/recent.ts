/** The newest events in words, and how many tasks have ended lately. */
import { eventWords } from "@claudine/client/cli/event-text";
import type { TaskEvent } from "@claudine/protocol/event";
import type { StyleName } from "../theme.ts";

export type EventRow = { seq: number; at: number; id: number | null; words: string; style: StyleName };

const KEPT = 2000;
/** A submitted command may be long, and thousands are kept. */
const LONGEST = 300;
const BUCKET_MS = 60_000;
const BUCKETS = 60;

export class Recent {
  #rows: EventRow[] = [];
  /** Tasks that ended, by the minute. */
  #ended = new Map<number, number>();

  get rows(): readonly EventRow[] {
    return this.#rows;
  }

  add(events: readonly TaskEvent[]): void {
    const last = this.#rows.at(-1)?.seq ?? 0;
    for (const event of events) {
      if (event.seq <= last) continue;
      this.#rows.push(rowOf(event));
      if (event.type === "run.finished") this.#count(event.at);
    }
    if (this.#rows.length > KEPT * 1.25) this.#rows = this.#rows.slice(-KEPT);
  }

  /** Those before what is there already. */
  addOlder(events: readonly TaskEvent[]): void {
    const first = this.#rows[0]?.seq ?? Number.POSITIVE_INFINITY;
    const older = events.filter(({ seq }) => seq < first);
    for (const event of older) if (event.type === "run.finished") this.#count(event.at);
    this.#rows = [...older.map(rowOf), ...this.#rows].slice(-KEPT);
  }

  clear(): void {
    this.#rows = [];
    this.#ended.clear();
  }

  /** Tasks that ended in the last full minute and this one, as a rate. */
  perMinute(now: number): number {
    const minute = Math.floor(now / BUCKET_MS);
    const part = (now % BUCKET_MS) / BUCKET_MS;
    const [before, current] = [this.#ended.get(minute - 1) ?? 0, this.#ended.get(minute) ?? 0];
    return before * (1 - part) + current;
  }

  /** So many minutes up to now. */
  course(now: number, minutes: number): number[] {
    const minute = Math.floor(now / BUCKET_MS);
    return Array.from({ length: minutes }, (_, index) => this.#ended.get(minute - minutes + 1 + index) ?? 0);
  }

  #count(at: number): void {
    const minute = Math.floor(at / BUCKET_MS);
    this.#ended.set(minute, (this.#ended.get(minute) ?? 0) + 1);
    if (this.#ended.size > BUCKETS * 2)
      for (const old of this.#ended.keys()) if (old < minute - BUCKETS) this.#ended.delete(old);
  }
}

function rowOf(event: TaskEvent): EventRow {
  const id = "id" in event && typeof event.id === "number" ? event.id : null;
  return { seq: event.seq, at: event.at, id, words: shortened(eventWords(event)), style: styleOf(event) };
}

/** A copy: a slice would keep all of the long text in memory. */
function shortened(words: string): string {
  return words.length <= LONGEST ? words : words.slice(0, LONGEST).split("").join("");
}

function styleOf(event: TaskEvent): StyleName {
  if (event.type === "run.finished")
    return event.state === "succeeded" ? "good" : event.state === "cancelled" ? "dim" : "bad";
  if (event.type === "run.started" || event.type === "run.resumed") return "plain";
  if (event.type === "run.stopping" || event.type === "run.escalated" || event.type === "run.warned") return "warn";
  if (event.type === "budget.reached") return "warn";
  if (event.type === "run.attention") return event.attention === null ? "plain" : "warn";
  return event.type === "task.submitted" ? "info" : "dim";
}
