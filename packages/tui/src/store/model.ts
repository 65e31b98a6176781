/** Everything the daemon has told: tasks in their order, the machine, what runs uses, why others wait. */
import type { EventBatch } from "@claudine/client";
import type { LiveUsage } from "@claudine/protocol/host";
import type { Result } from "@claudine/protocol/methods";
import type { Task } from "@claudine/protocol/task";
import { parseFilter, type Filter } from "./filter.ts";
import { History } from "./history.ts";
import { hasSections, merge, outdated, sortAll, type Entry, type OrderSpec, type Sort } from "./order.ts";
import { Recent } from "./recent.ts";
import { headingsOf, type Heading } from "./sections.ts";
import { Seen } from "./seen.ts";
import { TaskBook } from "./task-book.ts";

export type HostRead = Result<"host.read">;

/** How the table is to be. `group` leaves only one group, besides what the filter says. */
export type Arrangement = { sort: Sort; filter: string; byGroup: boolean; group: string | null };

/** Samples without any work that make one think it waits for its input. */
const IDLE_SAMPLES = 5;
const IDLE_PERCENT = 0.5;

export class Model {
  readonly book: TaskBook;
  readonly history = new History();
  readonly recent = new Recent();
  readonly seen: Seen;
  /** False until the first snapshot is there. */
  loaded = false;
  host: HostRead | null = null;
  live: ReadonlyMap<number, LiveUsage> = new Map();
  /** Why a task waits; null when the daemon was asked and had nothing to say. */
  reasons: ReadonlyMap<number, string | null> = new Map();
  #entries: Entry[] = [];
  #headings: Heading[] | undefined;
  /** Changed since the order was last asked for: many events, one merge. */
  #changed = new Map<number, Task | undefined>();
  #arrangement: Arrangement = { sort: { by: "attention", down: false }, filter: "", byGroup: false, group: null };
  #filter: Filter | undefined;
  readonly #now: () => number;

  constructor(now: () => number, { book = new TaskBook(), seen = new Seen(now()) } = {}) {
    this.#now = now;
    this.book = book;
    this.seen = seen;
  }

  /** The tasks that pass the filter, in order. */
  get entries(): readonly Entry[] {
    if (this.#changed.size > 0) {
      this.#entries = merge(this.#entries, this.#changed, this.#spec());
      this.#headings = undefined;
    }
    this.#changed = new Map();
    return this.#entries;
  }

  /** None when the table is in one piece. */
  get headings(): readonly Heading[] {
    const { entries } = this;
    const { sort, byGroup } = this.#arrangement;
    this.#headings ??= hasSections(sort, byGroup) ? headingsOf(entries) : [];
    return this.#headings;
  }

  /** @returns false when the tasks have to be read anew */
  applyBatch({ snapshot, events }: EventBatch): boolean {
    if (snapshot !== undefined) {
      this.loaded = true;
      // Somebody went back in time.
      if (snapshot.seq < (this.recent.rows.at(-1)?.seq ?? 0)) this.recent.clear();
      this.book.load(snapshot.tasks);
    }
    const changed = this.book.apply(events);
    if (changed === "incomplete") return false;
    this.recent.add(events);
    if (snapshot !== undefined) this.#sortAll();
    else this.#put(changed);
    return true;
  }

  applyHost(host: HostRead, asked: readonly number[]): void {
    const isAgedAnew = host.agingMs !== this.host?.agingMs;
    this.host = host;
    this.live = new Map(host.live.map((usage) => [usage.id, usage]));
    this.history.add(host);
    const told = new Map(host.reasons.map(({ id, why }) => [id, why]));
    this.reasons = new Map(asked.map((id) => [id, told.get(id) ?? null]));
    if (isAgedAnew) this.#sortAll();
  }

  /** Puts those tasks anew whose place has changed by itself. */
  refresh(): void {
    if ((this.#filter?.last ?? 0) > 0) return this.#sortAll();
    this.#put(outdated(this.entries, this.#spec()).map((task) => [task.id, task]));
  }

  arrange(arrangement: Arrangement): void {
    this.#arrangement = arrangement;
    this.#filter = withGroup(parseFilter(arrangement.filter), arrangement.group);
    this.#sortAll();
  }

  readonly awaitsInput = (task: Task): boolean => {
    if (!task.stdin || task.status.state !== "running") return false;
    const { cpu } = this.history.of(task.id);
    return cpu.length >= IDLE_SAMPLES && cpu.slice(-IDLE_SAMPLES).every((percent) => percent < IDLE_PERCENT);
  };

  #sortAll(): void {
    this.#changed = new Map();
    this.#headings = undefined;
    if (this.#filter !== undefined && this.#filter.last > 0) {
      const ids = [...this.book.tasks.keys()].sort((one, other) => other - one);
      this.#filter.since = ids[this.#filter.last - 1] ?? 0;
    }
    this.#entries = sortAll(this.book.tasks.values(), this.#spec());
  }

  #put(changed: Iterable<readonly [number, Task | undefined]>): void {
    for (const [id, task] of changed) this.#changed.set(id, task);
  }

  #spec(): OrderSpec {
    const { sort, byGroup } = this.#arrangement;
    const { has } = this.seen;
    return {
      sort,
      byGroup,
      filter: this.#filter,
      now: this.#now(),
      live: this.live,
      agingMs: this.host?.agingMs ?? undefined,
      seen: has,
      awaitsInput: this.awaitsInput,
    };
  }
}

function withGroup(filter: Filter | undefined, group: string | null): Filter | undefined {
  if (group === null) return filter;
  if (filter === undefined) return { last: 0, since: 0, test: (task) => task.group === group };
  const { test } = filter;
  filter.test = (task) => task.group === group && test(task);
  return filter;
}
