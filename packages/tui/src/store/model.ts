/** Everything the daemon has told: tasks in their order, the machine, what runs uses, why others wait. */
import type { EventBatch } from "@claudine/client";
import type { LiveUsage } from "@claudine/protocol/host";
import type { Result } from "@claudine/protocol/methods";
import type { Task } from "@claudine/protocol/task";
import { parseFilter, type Filter } from "./filter.ts";
import { merge, outdated, sortAll, type Entry, type OrderSpec, type Sort } from "./order.ts";
import { TaskBook } from "./task-book.ts";

export type HostRead = Result<"host.read">;

export class Model {
  readonly book: TaskBook;
  /** False until the first snapshot is there. */
  loaded = false;
  host: HostRead | null = null;
  live: ReadonlyMap<number, LiveUsage> = new Map();
  /** Why a task waits; null when the daemon was asked and had nothing to say. */
  reasons: ReadonlyMap<number, string | null> = new Map();
  #entries: Entry[] = [];
  /** Changed since the order was last asked for: many events, one merge. */
  #changed = new Map<number, Task | undefined>();
  #sort: Sort = { by: "attention", down: false };
  #filter: Filter | undefined;
  readonly #now: () => number;

  constructor(now: () => number, book: TaskBook = new TaskBook()) {
    this.#now = now;
    this.book = book;
  }

  /** The tasks that pass the filter, in order. */
  get entries(): readonly Entry[] {
    if (this.#changed.size > 0) this.#entries = merge(this.#entries, this.#changed, this.#spec());
    this.#changed = new Map();
    return this.#entries;
  }

  /** @returns false when the tasks have to be read anew */
  applyBatch({ snapshot, events }: EventBatch): boolean {
    if (snapshot !== undefined) {
      this.loaded = true;
      this.book.load(snapshot.tasks);
    }
    const changed = this.book.apply(events);
    if (changed === "incomplete") return false;
    if (snapshot !== undefined) this.#sortAll();
    else this.#put(changed);
    return true;
  }

  applyHost(host: HostRead, asked: readonly number[]): void {
    const isAgedAnew = host.agingMs !== this.host?.agingMs;
    this.host = host;
    this.live = new Map(host.live.map((usage) => [usage.id, usage]));
    const told = new Map(host.reasons.map(({ id, why }) => [id, why]));
    this.reasons = new Map(asked.map((id) => [id, told.get(id) ?? null]));
    if (isAgedAnew) this.#sortAll();
  }

  /** Puts those tasks anew whose place time has changed. */
  refresh(): void {
    this.#put(outdated(this.entries, this.#spec()).map((task) => [task.id, task]));
  }

  arrange(sort: Sort, filter: string): void {
    this.#sort = sort;
    this.#filter = parseFilter(filter);
    this.#sortAll();
  }

  #sortAll(): void {
    this.#changed = new Map();
    this.#entries = sortAll(this.book.tasks.values(), this.#spec());
  }

  #put(changed: Iterable<readonly [number, Task | undefined]>): void {
    for (const [id, task] of changed) this.#changed.set(id, task);
  }

  #spec(): OrderSpec {
    const agingMs = this.host?.agingMs ?? undefined;
    return { sort: this.#sort, filter: this.#filter, now: this.#now(), live: this.live, agingMs };
  }
}
