/** Reads what is left of a stretch of the past: the journal, the stored history of the host, and what of it is gone. */
import type { TaskEvent } from "@claudine/protocol/event";
import type { HostPoint, HostSample } from "@claudine/protocol/host";
import type { Result } from "@claudine/protocol/methods";
import type { Task } from "@claudine/protocol/task";
import type { Source } from "../store/source.ts";
import { timeText } from "../view/event-line.ts";
import type { groupsThen } from "./groups.ts";
import { Journal } from "./journal.ts";

export type Range = { from: number; to: number };
export type Past = {
  journal: Journal;
  samples: readonly HostPoint[];
  /** The machine as it is today, for what does not change. */
  machine: HostSample;
  /** Today's, and how they came to be so. */
  groups: Parameters<typeof groupsThen>[0];
  agingMs: number | null;
  /** What runs used over time, as far as somebody asked: by task and attempt. */
  courses: Map<string, Promise<Result<"run.course"> | undefined>>;
  missing: string | null;
};

const PAGE = 10_000;
const SAMPLE_MS = 10_000;

/** Of how many events so many are read: a long journal takes its time. */
export type Progress = (read: number, all: number) => void;

export async function readPast(source: Source, range: Range, progress: Progress = () => {}): Promise<Past> {
  const [today, host, history] = await Promise.all([
    tasksToday(source),
    source.call("host.read", {}),
    source
      .call("host.history", { since: range.from - 60_000, until: range.to, stepMs: SAMPLE_MS })
      .catch(() => undefined),
  ]);
  const journal = new Journal(today);
  const holes = await readJournal({ source, journal, progress }, range);
  journal.finish(range.to);
  const samples = history?.samples ?? [];
  return {
    journal,
    samples,
    machine: host.host,
    groups: { today: host.groups, changes: journal.groupChanges },
    agingMs: host.agingMs,
    courses: new Map(),
    missing: missingWords({ ...holes, samples: samples.length }, range),
  };
}

/** What of the journal is not there. */
type Holes = {
  /** When it begins, unless it holds everything from the first event on or reaches back far enough. */
  begins: number | null;
  /** The last moment before a part of it that nobody can read. */
  ends: number | null;
  /** How many events are missing among those of the stretch. */
  lost: number;
};

type Reading = { source: Source; journal: Journal; progress: Progress };

async function readJournal({ source, journal, progress }: Reading, { from, to }: Range): Promise<Holes> {
  let page = await source.call("event.list", { since: 0, limit: PAGE }).catch(() => fromFirst(source));
  const [first] = page.events;
  const begins = first !== undefined && first.seq > 1 && first.at > from ? first.at : null;
  let lost = 0;
  let last = first;
  for (;;) {
    for (const event of page.events) {
      if (last !== undefined && event.seq > last.seq + 1 && last.at <= to) lost += event.seq - last.seq - 1;
      last = event;
    }
    journal.add(
      page.events.filter(({ at }) => at <= to),
      from,
    );
    progress((last?.seq ?? 0) - (first?.seq ?? 0), page.lastSeq - (first?.seq ?? 0));
    if (last === undefined || last.at > to || last.seq >= page.lastSeq) return { begins, ends: null, lost };
    if (page.events.length === 0) return { begins, ends: null, lost: lost + page.lastSeq - last.seq };
    const next = await source.call("event.list", { since: last.seq, limit: PAGE }).catch(() => undefined);
    // Asked from its beginning again, it would be read for ever.
    if (next === undefined) return { begins, ends: last.at, lost };
    page = next;
  }
}

/** A journal that no longer begins with the first event says where it does. */
async function fromFirst(source: Source): Promise<{ events: TaskEvent[]; lastSeq: number }> {
  const { firstSeq } = await source.call("event.list", { since: Number.MAX_SAFE_INTEGER, limit: 1 });
  return source.call("event.list", { since: Math.max(0, firstSeq - 1), limit: PAGE });
}

async function tasksToday(source: Source): Promise<readonly Task[]> {
  for await (const { snapshot } of source.events({ snapshot: true, snapshotLimit: PAGE })) return snapshot?.tasks ?? [];
  return [];
}

function missingWords({ begins, ends, lost, samples }: Holes & { samples: number }, { to }: Range): string | null {
  if (begins !== null && begins > to) return "the journal does not reach back that far";
  const words = [
    ...(begins === null ? [] : [`the journal begins at ${timeText(begins)}`]),
    ...(ends === null ? [] : [`the journal cannot be read from ${timeText(ends)} on`]),
    ...(lost === 0 ? [] : [`${lost} ${lost === 1 ? "event is" : "events are"} damaged`]),
    ...(samples === 0 ? ["no host history"] : []),
  ];
  return words.length === 0 ? null : words.join(", ");
}
