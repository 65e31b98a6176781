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
      hint: task.agent === undefined ? "Submit it with --stdin" : "Hand prompts over with --messages",
    });
  }
  const text = task.agent === undefined ? input.text : messageOf(context, task, input);
  const run = await startedRun(context, task, caller);
  return { bytes: await context.writeInput(task, run, { ...input, text }) };
};

const MESSAGE_BYTES_MAX = 65_536;

type Message = { text: string; sentBytes: number; totalBytes?: number | undefined };

/** As the agent's tool takes it: a message is one line, whatever it holds. @throws ClaudineError */
function messageOf({ agents }: Context, task: Task, { text, sentBytes, totalBytes }: Message): string {
  if (text === "") return "";
  if (sentBytes > 0 || (totalBytes ?? 0) > MESSAGE_BYTES_MAX) throw tooLong(task);
  const message = agents.message(task, text.replace(/\r?\n$/, ""));
  if (message !== undefined) return message;
  throw new ClaudineError("wrong_state", `Cannot send to task ${task.id}: its agent takes no messages`);
}

function tooLong({ id }: Task): ClaudineError {
  const why = `a message to an agent has at most ${MESSAGE_BYTES_MAX} bytes`;
  return new ClaudineError("too_large", `Cannot send to task ${id}: ${why}`, {
    hint: "Put it into a file, and name the file",
  });
}

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
