/** Tasks that hang together by dependencies. */
import type { TaskId } from "@claudine/protocol";
import type { State } from "../../core/state.ts";
import type { Context, Handler } from "../context.ts";
import { allIds, selectTasks, taskOf } from "../select.ts";
import { infosOf } from "../task-info.ts";

export const graph: Handler<"task.graph"> = async (context, { selector }, caller) => {
  const roots =
    selector === undefined
      ? undefined
      : await selectTasks(context, { words: selector, scope: "any", wish: { verb: "draw" } }, caller);
  const ids = await context.engine.read((state) =>
    connected(context, state, roots === undefined ? linked(state) : allIds(roots)),
  );
  return { tasks: await infosOf(context, ids, caller) };
};

function linked({ live }: State): TaskId[] {
  return [...live.values()].flatMap(({ id, after }) => (after === undefined || after.length === 0 ? [] : [id]));
}

/** All that can be reached by following dependencies both ways, ascending. */
function connected(context: Context, state: State, roots: readonly TaskId[]): TaskId[] {
  const found = new Set(roots);
  for (const id of found) {
    for (const { id: on } of taskOf(context, state, id)?.after ?? []) found.add(on);
    for (const dependent of state.waiting.dependents.get(id) ?? []) found.add(dependent);
  }
  return [...found].toSorted((a, b) => a - b);
}
