/** Lists and shows tasks. */
import { ClaudineError, type Params, type Task, type TaskId, type TaskInfo, type TaskState } from "@claudine/protocol";
import type { Context, Handler } from "../context.ts";
import { taskSize } from "../../core/size.ts";
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
      const ids = candidates(context, { before, selected, states: params.states });
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

function candidates(context: Context, { before, selected, states }: Candidates): Iterable<TaskId> {
  if (selected !== undefined) return selected.filter((id) => id < before).toReversed();
  if (states === undefined) return context.store.idsBelow(before);
  return mergeDescending([...new Set(states)].map((state) => context.store.idsBelow(before, state)[Symbol.iterator]()));
}

function* mergeDescending(lists: Iterator<TaskId>[]): Generator<TaskId> {
  const heads = lists.map((one) => one.next());
  for (;;) {
    let best = -1;
    for (const [index, head] of heads.entries()) {
      const top = heads[best];
      if (head.done !== true && (top === undefined || top.done === true || head.value > top.value)) best = index;
    }
    const head = heads[best];
    const rest = lists[best];
    if (head === undefined || head.done === true || rest === undefined) return;
    yield head.value;
    heads[best] = rest.next();
  }
}

function filterOf(params: Params<"task.list">): (task: Task) => boolean {
  const { states, group, label, text } = params;
  const words = text?.toLowerCase();
  return (task) =>
    (states === undefined || states.includes(task.status.state)) &&
    (group === undefined || task.group === group) &&
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
        runs: context.store.runs(id),
        environment: { names: [...Object.keys(env?.plain ?? {}), ...sealed].toSorted(), sealed },
      };
    }),
  );

export function noSuchTask(verb: string, id: TaskId): ClaudineError {
  return new ClaudineError("not_found", `Cannot ${verb} task ${id}: there is no such task`, {
    hint: "`claudine list --all` shows every task",
  });
}
