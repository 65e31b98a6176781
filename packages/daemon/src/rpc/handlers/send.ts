/** Writes to the standard input of a task. */
import { ClaudineError, isFinished, type LiveRun, type Task } from "@claudine/protocol";
import { stateWords } from "../../core/targets.ts";
import type { Caller, Context, Handler } from "../context.ts";
import { taskOf } from "../select.ts";
import { hasStarted, waitForTasks } from "../wait.ts";
import { noSuchTask } from "./read-tasks.ts";

export const send: Handler<"task.send"> = async (context, { id, ...input }, caller) => {
  const task = await context.engine.read((state) => taskOf(context, state, id));
  if (task === undefined) throw noSuchTask("send to", id);
  if (!task.stdin) {
    throw new ClaudineError("wrong_state", `Cannot send to task ${id}: it reads no input`, {
      hint: "Submit it with --stdin",
    });
  }
  const run = await startedRun(context, task, caller);
  return { bytes: await context.writeInput(task, run, input) };
};

/** Admitted and not started yet, it soon will be. */
const START_MS = 5000;

async function startedRun(context: Context, task: Task, caller: Caller): Promise<LiveRun> {
  const { id } = task;
  if ("run" in task.status) {
    // It may have started already, and nobody has noticed yet.
    context.look(task);
    await waitForTasks(context, { ids: [id], judge: hasStarted, timeoutMs: START_MS, caller });
  }
  const now = await context.engine.read((state) => taskOf(context, state, id));
  if (now === undefined) throw noSuchTask("send to", id);
  const { status } = now;
  if ("run" in status && status.run.started !== undefined) return status.run;
  const notNow = isFinished(status.state) ? stateWords(now) : `${stateWords(now)}, not running`;
  const why = "run" in status ? "it has not started yet" : notNow;
  throw new ClaudineError("wrong_state", `Cannot send to task ${id}: ${why}`);
}
