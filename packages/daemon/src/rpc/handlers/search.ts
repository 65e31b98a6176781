/** Finds tasks by label, command, prompt and output. Which tasks is looked up here; a process of its own looks into them. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { ClaudineError, type Params, type Task, type TaskId } from "@claudine/protocol";
import { taskSize } from "../../core/size.ts";
import type { Place, SearchedTask } from "../../searching/job.ts";
import { readPattern } from "../../searching/pattern.ts";
import { searchTexts } from "../../searching/texts.ts";
import type { Caller, Context, Handler } from "../context.ts";
import { candidates, TOP } from "../list-candidates.ts";
import { take, taskOf } from "../select.ts";
import { askedOf, filterOf, wantedOf } from "./read-tasks.ts";

/** Of one process. */
const TASKS_MAX = 2000;
const SIZE_MAX = 2 ** 21;
/** Looked at in one go, and for one answer. */
const PIECE = 250;
const LOOKED_MAX = 20_000;

export const search: Handler<"task.search"> = async (context, params, caller) => {
  refuseBadPattern(params);
  const from = params.cursor === undefined ? undefined : readCursor(params.cursor);
  const { tasks, next } = await caller.inTurn(() => collect(context, { params, from }, caller));
  const rest = next === null ? null : String(next);
  if (tasks.length === 0) return { matches: [], problems: [], next: rest, tasks: 0, bytes: 0 };
  const { stoppedAt, ...found } = await context.search(
    {
      stateDir: context.paths.stateDir,
      pattern: { text: params.text, regex: params.regex, ignoreCase: params.ignoreCase },
      tasks,
      from: from?.place,
      limit: params.limit,
      perTask: params.perTask ?? null,
      maxMs: params.maxMs,
    },
    caller.closed,
  );
  return { ...found, next: stoppedAt === undefined ? rest : cursorOf(stoppedAt), tasks: tasks.length };
};

function refuseBadPattern({ text, regex, ignoreCase }: Params<"task.search">): void {
  try {
    readPattern({ text, regex, ignoreCase });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ClaudineError("invalid_params", `Cannot search: ${why}`, {
      hint: String.raw`A dot, a bracket and the like are put as \. and \[`,
    });
  }
}

/** `12`: below task 12. `12-3`: task 12, of which 3 matches are known. More: a place in its output. */
type Cursor = { before: TaskId; place?: Place };

function readCursor(text: string): Cursor {
  const [id = "", found, attempt, stream, offset, line, begin] = text.split("-");
  if (found === undefined) return { before: Number(id) };
  const place: Place = { id: Number(id), found: Number(found) };
  if (attempt === undefined) return { before: place.id + 1, place };
  const inside = {
    attempt: Number(attempt),
    stream: stream === "stderr" ? "stderr" : "stdout",
    offset: Number(offset),
    line: Number(line),
    ...(begin === undefined ? {} : { begin: Number(begin) }),
  } as const;
  return { before: place.id + 1, place: { ...place, inside } };
}

function cursorOf({ id, found, inside }: Place): string {
  const words = inside === undefined ? [] : [inside.attempt, inside.stream, inside.offset, inside.line];
  const begin = inside?.begin === undefined ? [] : [inside.begin];
  return [id, found, ...words, ...begin].join("-");
}

type Asked = { params: Params<"task.search">; from: Cursor | undefined };
type Collected = { tasks: SearchedTask[]; next: TaskId | null };

async function collect(context: Context, { params, from }: Asked, caller: Caller): Promise<Collected> {
  const { states = [], fields } = params;
  const wanted = wantedOf(params.selector);
  const keep = filterOf({ ...params, text: undefined });
  const tasks: SearchedTask[] = [];
  let before = Math.min(from?.before ?? TOP, TOP);
  let size = 0;
  for (let looked = 0; looked < LOOKED_MAX && !caller.closed.aborted; looked += PIECE) {
    const isEnd = await context.engine.read((state) => {
      const { floor, isAsked } = askedOf(context, wanted);
      const question = { before, wanted, floor, states: new Set(states) };
      const ids = take(candidates({ store: context.store, state }, question), PIECE);
      for (const id of ids) {
        before = id;
        const task = taskOf(context, state, id);
        if (task === undefined || !isAsked(task) || !keep(task) || !isOfTime(task, params)) continue;
        const one = searched(context, task, fields);
        tasks.push(one);
        // A prompt may be longer than all else of many tasks.
        size += taskSize(task) + lengthOf(one);
        if (tasks.length >= TASKS_MAX || size > SIZE_MAX) return false;
      }
      return ids.length < PIECE;
    });
    if (isEnd) return { tasks, next: null };
    if (tasks.length >= TASKS_MAX || size > SIZE_MAX) break;
    await nextTurn();
  }
  return { tasks, next: before };
}

function isOfTime({ createdAt, status }: Task, { since = 0, until }: Params<"task.search">): boolean {
  const endedAt = "finishedAt" in status ? status.finishedAt : Number.POSITIVE_INFINITY;
  return endedAt >= since && (until === undefined || createdAt <= until);
}

function searched({ store }: Context, task: Task, fields: Params<"task.search">["fields"]): SearchedTask {
  const texts = searchTexts(task, fields, store.texts);
  return { id: task.id, texts, attempts: fields.includes("output") ? task.attempt : 0 };
}

const lengthOf = ({ texts }: SearchedTask): number =>
  texts.reduce((sum, { field, text }) => (field === "prompt" ? sum + text.length : sum), 0);
