/** Takes notes of what became of the worktrees of tasks. */
import type { Handler } from "../context.ts";
import { taskOf } from "../select.ts";
import { infoOf } from "../task-info.ts";
import { noSuchTask } from "./read-tasks.ts";

export const note: Handler<"worktree.note"> = async (context, params) => {
  await context.engine.dispatch({ type: "note-worktree", note: params });
  return context.engine.read((state) => {
    const task = taskOf(context, state, params.id);
    if (task === undefined) throw noSuchTask("show", params.id);
    return { task: infoOf(context, state, task) };
  });
};
