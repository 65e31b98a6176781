/** Searches tasks one after the other, until there is enough, or for as long as it may. */
import { existsSync, statSync } from "node:fs";
import { ClaudineError, type SearchMatch, type TaskId } from "@claudine/protocol";
import { createRunFolders, type RunFiles, type RunFolders, type StreamName, STREAMS } from "../output/files.ts";
import { openStream } from "../output/stream.ts";
import { FILES_AT_ONCE, SMALL_BYTES, withoutMatch } from "./candidates.ts";
import type { Place, SearchAnswer, SearchedTask, SearchJob } from "./job.ts";
import { type Pattern, readPattern } from "./pattern.ts";
import type { Ripgrep } from "./ripgrep.ts";
import { type At, type LineMatch, type OnLine, searchLines } from "./search-lines.ts";
import { searchStream } from "./search-stream.ts";

const PROBLEMS_MAX = 20;
const START: At = { offset: 0, line: 1 };

type Work = {
  job: SearchJob;
  pattern: Pattern;
  folders: RunFolders;
  answer: SearchAnswer;
  ripgrep: Ripgrep;
  leftMs(): number;
};

type Source = Pick<SearchMatch, "id" | "attempt" | "stream">;

export async function searchTasks(job: SearchJob, ripgrep: Ripgrep): Promise<SearchAnswer> {
  const endAt = performance.now() + job.maxMs;
  const work: Work = {
    job,
    pattern: readPattern(job.pattern),
    folders: createRunFolders(job.stateDir),
    answer: { matches: [], problems: [], stoppedAt: undefined, bytes: 0 },
    ripgrep,
    leftMs: () => endAt - performance.now(),
  };
  let without: ReadonlySet<string> = new Set();
  let lookedThrough = 0;
  for (const [index, task] of job.tasks.entries()) {
    if (index > 0 && work.leftMs() <= 0) return stopped(work, { id: task.id, found: 0 });
    if (index === lookedThrough) {
      const some = job.tasks.slice(index, index + piece(job.tasks, index));
      lookedThrough = index + some.length;
      without = withoutMatch(work.pattern, filesOf(work, some));
    }
    const from = job.from?.id === task.id ? job.from : { id: task.id, found: 0 };
    const place = await searchTask(work, task, { from, without });
    if (place !== undefined) return stopped(work, place);
    const next = job.tasks[index + 1];
    if (next !== undefined && work.answer.matches.length >= job.limit) return stopped(work, { id: next.id, found: 0 });
  }
  return work.answer;
}

function stopped({ answer }: Work, stoppedAt: Place): SearchAnswer {
  return { ...answer, stoppedAt };
}

/** How many tasks from there on have so many files together. */
function piece(tasks: readonly SearchedTask[], from: number): number {
  let files = 0;
  let count = 0;
  for (let index = from; index < tasks.length && (count === 0 || files < FILES_AT_ONCE); index += 1) {
    files += (tasks[index]?.attempts ?? 0) * STREAMS.length;
    count += 1;
  }
  return count;
}

function* filesOf({ folders }: Work, tasks: readonly SearchedTask[]): Generator<string> {
  for (const { id, attempts } of tasks) {
    for (let attempt = attempts; attempt > 0; attempt -= 1) {
      const files = folders.files(id, attempt);
      for (const stream of STREAMS) yield files[stream];
    }
  }
}

type Start = { from: Place; without: ReadonlySet<string> };

/** @returns where it goes on when it was stopped in the middle of it */
async function searchTask(work: Work, task: SearchedTask, { from, without }: Start): Promise<Place | undefined> {
  const { job, folders } = work;
  const perTask = job.perTask ?? Number.POSITIVE_INFINITY;
  const before = work.answer.matches.length;
  const most = Math.min(job.limit, before + perTask - from.found);
  const isFull = () => work.answer.matches.length >= most;
  /** Nothing when the task, and not the page, has enough. */
  const place = (inside?: NonNullable<Place["inside"]>): Place | undefined => {
    const found = from.found + work.answer.matches.length - before;
    if (found >= perTask) return undefined;
    return inside === undefined ? { id: task.id, found } : { id: task.id, found, inside };
  };
  if (from.inside === undefined && !searchTexts(work, task, { known: from.found, most })) return place();
  for (let attempt = from.inside?.attempt ?? task.attempts; attempt > 0; attempt -= 1) {
    const files = folders.files(task.id, attempt);
    for (const stream of STREAMS) {
      const at = startIn(from, attempt, stream);
      if (at === undefined || without.has(files[stream])) continue;
      if (isFull()) return place({ attempt, stream, ...at });
      const end = await searchFile(work, { id: task.id, attempt, stream, at, most });
      if (end !== undefined) return place({ attempt, stream, ...end });
    }
  }
  return undefined;
}

/** Undefined for what was searched before that. */
function startIn({ inside }: Place, attempt: number, stream: StreamName): At | undefined {
  if (inside?.attempt !== attempt) return START;
  if (inside.stream === stream) return atOf(inside);
  return inside.stream === "stderr" ? undefined : START;
}

function atOf({ offset, line, begin }: At): At {
  return begin === undefined ? { offset, line } : { offset, line, begin };
}

/** Of each text the first line that matches; `known` of them were told before. @returns whether all are told */
function searchTexts(
  { answer, pattern }: Work,
  task: SearchedTask,
  { known, most }: { known: number; most: number },
): boolean {
  const found: SearchMatch[] = [];
  for (const { field, text } of task.texts) {
    searchLines(pattern, { bytes: Buffer.from(text), offset: 0, line: 1 }, (match) => {
      if (match !== undefined) found.push({ id: task.id, field, attempt: null, stream: null, ...match });
      return match !== undefined;
    });
  }
  const fresh = found.slice(known);
  const told = fresh.slice(0, most - answer.matches.length);
  answer.matches.push(...told);
  return told.length === fresh.length;
}

function collect({ answer }: Work, { id, attempt, stream }: Source, most: number): OnLine {
  return (match: LineMatch | undefined) => {
    if (match !== undefined) answer.matches.push({ id, field: "output", attempt, stream, ...match });
    return answer.matches.length >= most;
  };
}

type Wanted = { id: TaskId; attempt: number; stream: StreamName; at: At; most: number };

/** @returns where it goes on when it was stopped */
async function searchFile(work: Work, { id, attempt, stream, at, most }: Wanted): Promise<At | undefined> {
  const { pattern, folders, answer, leftMs } = work;
  const files = folders.files(id, attempt);
  try {
    const from = at.offset > 0 ? at : await firstIn(work, files, stream);
    const open = from === undefined ? undefined : await openStream(files, stream);
    if (from === undefined || open === undefined) return undefined;
    try {
      const onMatch = collect(work, { id, attempt, stream }, most);
      const isOver = () => leftMs() <= 0;
      const onLine: OnLine = (match) => onMatch(match) || (match === undefined && isOver());
      const onBytes = (count: number) => void (answer.bytes += count);
      return await searchStream(open, from, { pattern, onLine, isOver, onBytes });
    } finally {
      await open.close();
    }
  } catch (error) {
    if (answer.problems.length < PROBLEMS_MAX) answer.problems.push({ id, attempt, stream, message: messageOf(error) });
    return undefined;
  }
}

/** Where a close look begins; undefined when it would find nothing. A gap would make lines count otherwise. */
async function firstIn(
  { pattern, ripgrep, leftMs }: Work,
  files: RunFiles,
  stream: StreamName,
): Promise<At | undefined> {
  const stat = statSync(files[stream], { throwIfNoEntry: false });
  if (pattern.required === undefined || stat?.isFile() !== true || stat.size <= SMALL_BYTES) return START;
  if (existsSync(files.gaps)) return START;
  const first = await ripgrep.first(pattern.required, files[stream], Math.max(1, Math.ceil(leftMs())));
  return first === "none" ? undefined : (first ?? START);
}

function messageOf(error: unknown): string {
  if (error instanceof ClaudineError) return error.message;
  // Anything else is a bug, and ends the search.
  if (error instanceof Error && "code" in error && /^E[A-Z0-9]+$/.test(String(error.code))) return String(error.code);
  throw error;
}
