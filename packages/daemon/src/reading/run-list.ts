/** Runs in the order in which they ended, the last first, read in pieces: a hundred thousand of them hold nobody up. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Run, type RunInfo, runInfo, type Task, type TaskId } from "@claudine/protocol";
import { taskSize } from "../core/size.ts";

/** The end of a run; together they name a place in the history. */
export type RunEnd = { at: number; id: TaskId; attempt: number };

export type RunListFacts = {
  runEnds(before: RunEnd | undefined, limit: number): RunEnd[];
  run(id: TaskId, attempt: number): Run | undefined;
  task(id: TaskId): Task | undefined;
  closed: AbortSignal;
};

export type RunsWanted = {
  before: RunEnd | undefined;
  /** Epoch ms, of the end. */
  since: number;
  /** Whether the run is looked at, by its task's id alone. */
  isSelected(id: TaskId): boolean;
  isWanted(task: Task, run: Run): boolean;
  limit: number;
};

export type RunList = { runs: RunInfo[]; next: RunEnd | null };

/** Looked at in one go: a few milliseconds. */
const PIECE = 250;
/** Then the page comes back short, with `next` to go on. */
const LOOKED_AT_MOST = 20_000;
/** Of a page, roughly. */
const SIZE_AT_MOST = 4 * 2 ** 20;

export async function readRunList(facts: RunListFacts, wanted: RunsWanted): Promise<RunList> {
  const page = createPage(wanted.limit);
  let before = wanted.before;
  for (let looked = 0; looked < LOOKED_AT_MOST; looked += PIECE) {
    const piece = facts.runEnds(before, PIECE);
    for (const end of piece) {
      if (end.at < wanted.since) return { runs: page.runs, next: null };
      before = end;
      const found = wanted.isSelected(end.id) ? readOne(facts, wanted, end) : undefined;
      if (found !== undefined && page.add(found)) return { runs: page.runs, next: end };
    }
    if (piece.length < PIECE || facts.closed.aborted) return { runs: page.runs, next: null };
    await nextTurn();
  }
  return { runs: page.runs, next: before ?? null };
}

type Found = { task: Task; run: Run };

/** A record that cannot be read is passed over: nobody can do anything about it here. */
function readOne({ run: readRun, task: readTask }: RunListFacts, wanted: RunsWanted, end: RunEnd): Found | undefined {
  const run = readRun(end.id, end.attempt);
  const task = run === undefined ? undefined : readTask(end.id);
  return run !== undefined && task !== undefined && wanted.isWanted(task, run) ? { task, run } : undefined;
}

/** `add` says whether the page is full. */
function createPage(limit: number): { runs: RunInfo[]; add(found: Found): boolean } {
  const runs: RunInfo[] = [];
  let size = 0;
  return {
    runs,
    add({ task, run }) {
      runs.push(runInfo(task, run));
      size += taskSize(task);
      return runs.length >= limit || size > SIZE_AT_MOST;
    },
  };
}
