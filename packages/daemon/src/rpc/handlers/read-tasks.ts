/** Lists and shows tasks. */
import {
  ClaudineError,
  isFinished,
  type Params,
  type Snapshot,
  type Task,
  type TaskId,
  type TaskInfo,
  type TaskState,
  wholeUsage,
} from "@claudine/protocol";
import { learned } from "../../core/kinds.ts";
import type { State } from "../../core/state.ts";
import type { Context, Handler } from "../context.ts";
import { taskSize } from "../../core/size.ts";
import { mergeDescending } from "../../reading/descending.ts";
import { allIds, selectTasks, taskOf } from "../select.ts";
import { infoOf } from "../task-info.ts";

/** Records looked at in one go; a page may come back short, with `next` to go on. */
const SCAN_AT_MOST = 20_000;
/** Of a page, roughly. */
const SIZE_AT_MOST = 4 * 2 ** 20;
const TOP: TaskId = 2 ** 32 - 1;

export const list: Handler<"task.list"> = async (context, params, caller) => {
  const before = params.before ?? TOP;
  const selected =
    params.selector === undefined
      ? undefined
      : allIds(await selectTasks(context, { words: params.selector, scope: "any" }, caller));
  const keep = filterOf(params);
  return caller.inTurn(() =>
    context.engine.read((state) => {
      const ids = candidates({ context, state }, { before, selected, states: params.states });
      return pageOf(ids, params.limit, (id) => {
        const task = taskOf(context, state, id);
        if (task === undefined || !keep(task)) return undefined;
        return { info: infoOf(context, state, task), size: taskSize(task) };
      });
    }),
  );
};

type Shown = { info: TaskInfo; size: number };

/** Reads no more of `ids` than the page takes. */
function pageOf(
  ids: Iterable<TaskId>,
  limit: number,
  show: (id: TaskId) => Shown | undefined,
): { tasks: TaskInfo[]; next: TaskId | null } {
  const tasks: TaskInfo[] = [];
  let size = 0;
  let looked = 0;
  for (const id of ids) {
    looked += 1;
    const shown = show(id);
    if (shown !== undefined) tasks.push(shown.info);
    size += shown?.size ?? 0;
    if (tasks.length === limit || size > SIZE_AT_MOST || looked === SCAN_AT_MOST) return { tasks, next: id };
  }
  return { tasks, next: null };
}

type Candidates = { before: TaskId; selected: readonly TaskId[] | undefined; states: readonly TaskState[] | undefined };

type Sources = { context: Context; state: State };

function candidates({ context, state }: Sources, { before, selected, states }: Candidates): Iterable<TaskId> {
  if (selected !== undefined) return selected.filter((id) => id < before).toReversed();
  if (states === undefined) return context.store.idsBelow(before);
  const finished = [...new Set(states.filter(isFinished))].map((name) => context.store.idsBelow(before, name));
  const [first, ...others] = states.filter((name) => !isFinished(name));
  if (first === undefined) return mergeDescending(finished);
  const isInFlight = [first, ...others].every((name) => name === "running" || name === "paused");
  // Few run among many that wait.
  const live = isInFlight
    ? [...state.inFlight].filter((id) => id < before).toSorted((a, b) => b - a)
    : context.store.idsBelow(before, first);
  return mergeDescending([...finished, live]);
}

function filterOf(params: Params<"task.list">): (task: Task) => boolean {
  const { states, group, label, text, worktree } = params;
  const words = text?.toLowerCase();
  return (task) =>
    (states === undefined || states.includes(task.status.state)) &&
    (group === undefined || task.group === group) &&
    (worktree === undefined || (task.checkout !== undefined) === worktree) &&
    (label === undefined || task.label === label) &&
    (words === undefined ||
      task.command.toLowerCase().includes(words) ||
      (task.label?.toLowerCase().includes(words) ?? false));
}

export const get: Handler<"task.get"> = async (context, { id }, caller) =>
  caller.inTurn(() =>
    context.engine.read((state) => {
      const task = taskOf(context, state, id);
      if (task === undefined) throw noSuchTask("show", id);
      const env = context.store.env(task.envId);
      const sealed = env?.sealed?.names ?? [];
      return {
        task: infoOf(context, state, task),
        runs: context.store.runs(id).map((run) => ({ ...run, usage: wholeUsage(run.usage) })),
        snapshot: snapshotOf(context, task),
        usual: learned(state.kinds, task) ?? null,
        environment: { names: [...Object.keys(env?.plain ?? {}), ...sealed].toSorted(), sealed },
      };
    }),
  );

/** Only of what ended badly, and as long as it is kept. */
function snapshotOf({ history }: Context, { status }: Task): Snapshot | null {
  const isFailure = status.state === "failed" || status.state === "timed-out" || status.state === "lost";
  return isFailure ? history.snapshots.near(status.finishedAt) : null;
}

export function noSuchTask(verb: string, id: TaskId): ClaudineError {
  return new ClaudineError("not_found", `Cannot ${verb} task ${id}: there is no such task`, {
    hint: "`claudine list --all` shows every task",
  });
}
