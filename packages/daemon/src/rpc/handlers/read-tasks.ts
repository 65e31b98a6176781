/** Lists and shows tasks. */
import {
  ClaudineError,
  parseSelector,
  type Params,
  type Snapshot,
  type Task,
  type TaskId,
  type TaskInfo,
  wholeUsage,
} from "@claudine/protocol";
import { learned } from "../../core/kinds.ts";
import type { Context, Handler } from "../context.ts";
import { taskSize } from "../../core/size.ts";
import { candidates, TOP } from "../list-candidates.ts";
import { taskOf } from "../select.ts";
import { infoOf } from "../task-info.ts";
import { matches, readWanted, type Wanted } from "../wanted.ts";

/** Records looked at in one go; a page may come back short, with `next` to go on. */
const SCAN_AT_MOST = 20_000;
/** Of a page, roughly. */
const SIZE_AT_MOST = 4 * 2 ** 20;

/** What is shown is as it was asked for at the moment of each page. */
export const list: Handler<"task.list"> = async (context, params, caller) => {
  const { before = TOP, states = [] } = params;
  const wanted = wantedOf(params.selector);
  const keep = filterOf(params);
  return caller.inTurn(() =>
    context.engine.read((state) => {
      const { floor, isAsked } = askedOf(context, wanted);
      const ids = candidates({ store: context.store, state }, { before, wanted, floor, states: new Set(states) });
      return pageOf(ids, params.limit, (id) => {
        const task = taskOf(context, state, id);
        if (task === undefined || !isAsked(task) || !keep(task)) return undefined;
        return { info: infoOf(context, state, task), size: taskSize(task) };
      });
    }),
  );
};

export function wantedOf(selector: readonly string[] | undefined): Wanted | undefined {
  return selector === undefined ? undefined : readWanted(parseSelector(selector));
}

type Asked = { floor: TaskId; isAsked(task: Task): boolean };

/** What a selector asks for as tasks are now. */
export function askedOf(context: Context, wanted: Wanted | undefined): Asked {
  const floor = floorOf(context, wanted?.last ?? 0);
  return {
    floor,
    isAsked: (task) => wanted === undefined || wanted.named.has(task.id) || task.id >= floor || matches(wanted, task),
  };
}

/** The oldest of the newest so many. */
function floorOf({ store }: Context, count: number): TaskId {
  let floor = TOP;
  if (count === 0) return floor;
  let left = count;
  for (const id of store.idsBelow(TOP)) {
    floor = id;
    left -= 1;
    if (left === 0) break;
  }
  return floor;
}

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

type TaskFilter = Pick<Params<"task.list">, "states" | "group" | "label" | "text"> &
  Partial<Pick<Params<"task.list">, "worktree">>;

export function filterOf(params: TaskFilter): (task: Task) => boolean {
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
