/** What a run waited for, made of the journal: facts are stored, reasons derived. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { isFinished, type Task, type TaskEvent, type WaitPart, type WaitWhy } from "@claudine/protocol";
import type { Reader } from "./reader.ts";

export type WaitedFacts = { task: Task; from: number; until: number };
export type Waited = { parts: WaitPart[]; complete: boolean };

type Journal = Pick<Reader, "events" | "firstSeq">;

const PIECE = 500;
const EVENTS_AT_MOST = 20_000;
const ORDER: readonly WaitWhy[] = ["held", "time", "dependencies", "group-paused", "room"];

export async function readWaited(journal: Journal, facts: WaitedFacts, lastSeq: number): Promise<Waited> {
  const { seq, reaches } = firstAfter(journal, facts.from, lastSeq);
  const fold = createFold(facts);
  let [since, left, isOver] = [seq - 1, EVENTS_AT_MOST, false];
  while (!isOver && left > 0) {
    const events = journal.events(since, PIECE);
    for (const event of events) if (event.at <= facts.until) fold.add(event);
    const last = events.at(-1);
    isOver = last === undefined || last.at > facts.until;
    left -= events.length;
    since = last?.seq ?? since;
    await nextTurn();
  }
  return { parts: fold.parts(), complete: reaches && isOver };
}

/** The first event at or after a time, by halving: the journal is in the order of time. */
function firstAfter(journal: Journal, at: number, lastSeq: number): { seq: number; reaches: boolean } {
  const first = journal.firstSeq();
  let [low, high] = [first, lastSeq + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [event] = journal.events(middle - 1, 1);
    if (event !== undefined && event.at < at) low = middle + 1;
    else high = middle;
  }
  return { seq: low, reaches: low > first || first === 1 };
}

type Interval = { why: WaitWhy; from: number; to: number };

/** Follows what keeps one task, from event to event. */
function createFold({ task, from, until }: WaitedFacts) {
  const done: Interval[] = [];
  const open = new Map<WaitWhy, number>();
  const begin = (why: WaitWhy, at: number) => void (open.has(why) || open.set(why, at));
  const end = (why: WaitWhy, at: number) => {
    const since = open.get(why);
    if (since !== undefined) done.push({ why, from: since, to: at });
    open.delete(why);
  };
  const waitsFor = new Set((task.after ?? []).map(({ id }) => id));
  if (waitsFor.size > 0) begin("dependencies", from);
  let sawPause = false;
  const ofTask = (event: TaskEvent): void => {
    if (event.type === "task.held" || (event.type === "task.submitted" && event.held)) begin("held", event.at);
    if (event.type === "task.released") end("held", event.at);
    const notBefore =
      event.type === "task.submitted"
        ? event.spec.notBefore
        : event.type === "task.retried"
          ? event.notBefore
          : undefined;
    if (notBefore !== undefined) done.push({ why: "time", from: event.at, to: notBefore });
  };
  return {
    add(event: TaskEvent) {
      if (event.type === "group.changed" && event.name === task.group && event.paused !== undefined) {
        // One that is resumed was paused all the time before, unless that was seen.
        if (!event.paused && !sawPause) begin("group-paused", from);
        sawPause = true;
        if (event.paused) begin("group-paused", event.at);
        else end("group-paused", event.at);
      }
      if (!("id" in event)) return;
      if (event.id === task.id) ofTask(event);
      if (!waitsFor.has(event.id) || !endsTask(event)) return;
      waitsFor.delete(event.id);
      if (waitsFor.size === 0) end("dependencies", event.at);
    },
    parts(): WaitPart[] {
      // Those that had ended before it came left no event in this time.
      const isKept = (why: WaitWhy) => why !== "dependencies" || waitsFor.size < (task.after?.length ?? 0);
      for (const [why] of open) if (isKept(why)) end(why, until);
      return partition([...done, { why: "room", from, to: until }], from, until);
    },
  };
}

function endsTask(event: TaskEvent): boolean {
  if (event.type === "run.finished") return isFinished(event.state);
  return event.type === "task.cancelled" || event.type === "task.skipped";
}

/** Each moment counts once, for the first of what kept the task then. */
function partition(intervals: readonly Interval[], from: number, until: number): WaitPart[] {
  const inside = intervals.map(({ why, from: a, to: b }) => ({
    why,
    from: Math.max(from, a),
    to: Math.min(until, b),
  }));
  const edges = [...new Set(inside.flatMap((one) => [one.from, one.to]))].toSorted((a, b) => a - b);
  const sums = new Map<WaitWhy, number>();
  for (const [index, edge] of edges.entries()) {
    const next = edges[index + 1];
    if (next === undefined) break;
    const why = ORDER.find((one) => inside.some((each) => each.why === one && each.from <= edge && each.to >= next));
    if (why !== undefined) sums.set(why, (sums.get(why) ?? 0) + next - edge);
  }
  return ORDER.flatMap((why) => {
    const ms = sums.get(why) ?? 0;
    return ms > 0 ? [{ why, ms }] : [];
  });
}
