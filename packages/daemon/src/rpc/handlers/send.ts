/** Sends text to tasks: to the standard input of a running one, and to agents as something that they are told. */
import {
  ClaudineError,
  isFinished,
  SENT_BYTES_MAX,
  waitingFeedback,
  type LiveRun,
  type Params,
  type Task,
} from "@claudine/protocol";
import { checkMayTell } from "../../core/tell.ts";
import { stateWords } from "../../core/targets.ts";
import type { Caller, Context, Handler } from "../context.ts";
import { taskOf } from "../select.ts";
import { hasStarted, waitForTasks } from "../wait.ts";
import { noSuchTask } from "./read-tasks.ts";

type Input = Omit<Params<"task.send">, "id">;
type Sent = Awaited<ReturnType<Handler<"task.send">>>;

export const send: Handler<"task.send"> = async (context, { id, ...input }, caller) => {
  const task = await context.engine.read((state) => taskOf(context, state, id));
  if (task === undefined) throw noSuchTask("send to", id);
  const isToldLater = task.agent !== undefined && !input.eof && input.text !== "";
  if (isToldLater) return toAgent(context, task, { input, caller });
  if (!task.stdin) {
    throw new ClaudineError("wrong_state", `Cannot send to task ${id}: it reads no input`, {
      hint:
        task.agent === undefined
          ? "Submit it with --stdin"
          : "Only prompts handed over with --messages have an input to end; without --eof it is told in its next run",
    });
  }
  const isMessage = task.agent !== undefined;
  const text = isMessage ? messageOf(context, task, input) : input.text;
  const run = await startedRun(context, task, caller);
  return now(task, await context.writeInput(task, run, { ...input, text, isMessage }));
};

/** A session that takes messages now gets it, and all others with their next run. */
async function toAgent(
  context: Context,
  task: Task,
  { input, caller }: { input: Input; caller: Caller },
): Promise<Sent> {
  const said = withoutNewline(input.text);
  const isPiece = (input.totalBytes ?? 0) > Buffer.byteLength(input.text);
  if (isPiece || Buffer.byteLength(said) > SENT_BYTES_MAX) throw tooLong(task);
  const { status } = task;
  if (task.stdin && "run" in status && status.run.stopping === undefined) {
    const text = messageOf(context, task, input);
    const run = await startedRun(context, task, caller);
    const written = await context.writeInput(task, run, { ...input, text, isMessage: true }).catch(unlessNotTaken);
    if (written !== undefined) return now(task, written);
  }
  return later(context, task, said);
}

/** Its session has ended, or does not read. */
function unlessNotTaken(error: unknown): undefined {
  if (error instanceof ClaudineError && (error.code === "wrong_state" || error.code === "timeout")) return;
  throw error;
}

function now(task: Task, bytes: number): Sent {
  return { bytes, told: "now", state: task.status.state, waiting: waitingFeedback(task).length };
}

async function later(context: Context, task: Task, text: string): Promise<Sent> {
  const { id } = task;
  const bytes = Buffer.byteLength(text);
  // What is wrong with the task comes before what is wrong with the words.
  checkMayTell(task, bytes);
  const texts = context.agents.feedbackTexts(task, { text, verb: "send to" });
  const [fact] = await context.engine.dispatch({ type: "tell", id, said: { textsId: texts.id, bytes } }, [texts]);
  const told = fact?.task ?? task;
  return { bytes, told: "next-run", state: told.status.state, waiting: waitingFeedback(told).length };
}

/** As the agent's tool takes it: a message is one line, whatever it holds. @throws ClaudineError */
function messageOf({ agents }: Context, task: Task, { text }: Input): string {
  if (text === "") return "";
  const message = agents.message(task, withoutNewline(text));
  if (message !== undefined) return message;
  throw new ClaudineError("wrong_state", `Cannot send to task ${task.id}: its agent takes no messages`);
}

/** That of the line which was typed. */
function withoutNewline(text: string): string {
  return text.replace(/\r?\n$/, "");
}

function tooLong({ id }: Task): ClaudineError {
  const why = `a message to an agent has at most ${SENT_BYTES_MAX} bytes`;
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
