/** The flat view of tasks with what only the daemon knows: live usage, and why they wait. */
import { taskInfo, type Task, type TaskId, type TaskInfo } from "@claudine/protocol";
import { explain, type ExplainFacts } from "../core/explain.ts";
import type { State } from "../core/state.ts";
import type { Caller, Context } from "./context.ts";
import { taskOf } from "./select.ts";

export function explainFacts({ engine, store, machine }: Context, state: State): ExplainFacts {
  return { state, lookup: store.task, wall: Date.now(), machine, unwritable: engine.problem()?.message };
}

export function infoOf(context: Context, state: State, task: Task): TaskInfo {
  const live = "run" in task.status ? context.usage.current(task.id) : undefined;
  const agent = task.agent !== undefined && "run" in task.status ? context.agents.current(task.id) : undefined;
  return taskInfo(task, {
    reason: explain(explainFacts(context, state), task) ?? refusalOf(context, task),
    ...(agent === undefined ? {} : { agent }),
    ...(live === undefined ? {} : { usage: live.usage, cpuPercent: live.cpuPercent, rssBytes: live.rssBytes }),
  });
}

function refusalOf(context: Context, task: Task): string | null {
  const why = "run" in task.status ? context.startRefusal(task) : undefined;
  return why === undefined ? null : `cannot start: ${why}`;
}

export async function infosOf(context: Context, ids: readonly TaskId[], caller: Caller): Promise<TaskInfo[]> {
  return caller.inTurn(() =>
    context.engine.read((state) =>
      ids.flatMap((id) => {
        const task = taskOf(context, state, id);
        return task === undefined ? [] : [infoOf(context, state, task)];
      }),
    ),
  );
}
