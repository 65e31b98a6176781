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

export async function readPast(source: Source, range: Range): Promise<Past> {
  const [today, host, history] = await Promise.all([
    tasksToday(source),
    source.call("host.read", {}),
    source
      .call("host.history", { since: range.from - 60_000, until: range.to, stepMs: SAMPLE_MS })
      .catch(() => undefined),
  ]);
  const journal = new Journal(today);
  const begins = await readJournal(source, journal, range);
  journal.finish(range.to);
  const samples = history?.samples ?? [];
  return {
    journal,
    samples,
    machine: host.host,
    groups: { today: host.groups, changes: journal.groupChanges },
    agingMs: host.agingMs,
    courses: new Map(),
    missing: missingWords({ begins, samples: samples.length }, range),
  };
}

/** @returns when the journal begins, or null when it holds everything from the first event on or reaches back far enough */
async function readJournal(source: Source, journal: Journal, { from, to }: Range): Promise<number | null> {
  let since = 0;
  let begins: number | null = null;
  for (;;) {
    const page = await source.call("event.list", { since, limit: PAGE }).catch(() => undefined);
    const known = page ?? (await fromFirst(source));
    const [first] = known.events;
    if (since === 0 && first !== undefined && first.seq > 1 && first.at > from) begins = first.at;
    const wanted = known.events.filter(({ at }) => at <= to);
    journal.add(wanted, from);
    const last = known.events.at(-1);
    if (last === undefined || last.at > to || last.seq >= known.lastSeq) return begins;
    since = last.seq;
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

function missingWords({ begins, samples }: { begins: number | null; samples: number }, { to }: Range): string | null {
  if (begins !== null && begins > to) return "the journal does not reach back that far";
  const words = [
    ...(begins === null ? [] : [`the journal begins at ${timeText(begins)}`]),
    ...(samples === 0 ? ["no host history"] : []),
  ];
  return words.length === 0 ? null : words.join(", ");
}
