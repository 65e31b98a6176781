/** Reads output, and writes to the standard input. */
import { ClaudineError, isFinished, type LiveRun, type Params, type Task } from "@claudine/protocol";
import { stateWords } from "../../core/targets.ts";
import { encodePiece, type PieceWanted, readPiece } from "../../output/read.ts";
import { type LogWatch, watchLog } from "../../output/watch.ts";
import type { Caller, Context, Handler } from "../context.ts";
import { taskOf } from "../select.ts";
import { hasStarted, waitForTasks } from "../wait.ts";
import { noSuchTask } from "./read-tasks.ts";

export const read: Handler<"log.read"> = async (context, params, caller) => {
  const until = performance.now() + params.waitMs;
  let wanted: PieceWanted = { offset: params.offset, tailLines: params.tailLines, maxBytes: params.maxBytes };
  let watch: RunWatch | undefined;
  try {
    for (;;) {
      // Looked at before the file: what a finished run has written is then all there.
      const { attempt, over, path } = await runOf(context, params);
      const { length, ...piece } = await caller.inTurn(() => readEncoded(path, wanted, over));
      const nextOffset = piece.offset + length;
      const eof = over && nextOffset >= piece.size;
      const left = until - performance.now();
      if (length > 0 || eof || left <= 0 || caller.closed.aborted) return { attempt, ...piece, nextOffset, eof };
      wanted = { offset: piece.offset, tailLines: undefined, maxBytes: params.maxBytes };
      if (watch !== undefined && watch.path === path) {
        await watch.changed(left);
      } else {
        // Something may have come before the watch began: look once more.
        watch?.close();
        watch = watchRun(context, { id: params.id, path, caller });
      }
    }
  } finally {
    watch?.close();
  }
};

type Encoded = ReturnType<typeof encodePiece> & { offset: number; size: number };

async function readEncoded(path: string | undefined, wanted: PieceWanted, over: boolean): Promise<Encoded> {
  if (path === undefined) return { ...encodePiece(Buffer.alloc(0), false), offset: wanted.offset, size: 0 };
  const { offset, bytes, size } = await readPiece(path, wanted);
  return { ...encodePiece(bytes, !over || offset + bytes.length < size), offset, size };
}

type RunState = { attempt: number; over: boolean; path: string | undefined };

async function runOf(context: Context, { id, attempt: asked, stream }: Params<"log.read">): Promise<RunState> {
  const task = await context.engine.read((state) => taskOf(context, state, id));
  if (task === undefined) throw noSuchTask("read the output of", id);
  const attempt = asked ?? task.attempt;
  if (attempt > task.attempt) {
    throw new ClaudineError(
      "not_found",
      `Cannot read run ${attempt} of task ${id}: it has had ${task.attempt} ${task.attempt === 1 ? "run" : "runs"}`,
    );
  }
  if (attempt === 0) return { attempt, over: isFinished(task.status.state), path: undefined };
  return { attempt, over: isOver(task, attempt), path: context.runs.files(id, attempt)[stream] };
}

function isOver(task: Task, attempt: number): boolean {
  return !("run" in task.status) || task.status.run.attempt !== attempt;
}

type RunWatch = Pick<LogWatch, "changed" | "close"> & { path: string | undefined };

/** Changes of the file, of the task, and the end of the connection. */
function watchRun(context: Context, run: { id: number; path: string | undefined; caller: Caller }): RunWatch {
  const { path, caller } = run;
  const log = watchLog(path);
  const stop = context.watchers.add({ ids: [run.id], onFact: log.poke });
  caller.closed.addEventListener("abort", log.poke);
  return {
    path,
    changed: log.changed,
    close() {
      stop();
      log.close();
      caller.closed.removeEventListener("abort", log.poke);
    },
  };
}

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
