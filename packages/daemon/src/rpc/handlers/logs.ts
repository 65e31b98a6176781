/** Reads output. */
import { ClaudineError, formatDuration, isFinished, type Params, type Task } from "@claudine/protocol";
import { errorFacts } from "../../log.ts";
import { readIndex, type Sighting } from "../../output/run-index.ts";
import {
  asBase64,
  encodePiece,
  type EncodedPiece,
  type Piece,
  type PieceWanted,
  readPiece,
} from "../../output/read.ts";
import { openStream } from "../../output/stream.ts";
import { type LogWatch, watchLog } from "../../output/watch.ts";
import type { RunFiles } from "../../output/files.ts";
import type { Caller, Context, Handler } from "../context.ts";
import { taskOf } from "../select.ts";
import { noSuchTask } from "./read-tasks.ts";

export const read: Handler<"log.read"> = async (context, params, caller) => {
  const until = performance.now() + params.waitMs;
  let wanted: PieceWanted = params;
  let watch: RunWatch | undefined;
  try {
    for (;;) {
      // Looked at before the file: what a finished run has written is then all there.
      const run = await runOf(context, params);
      const { length, ...piece } = await caller.inTurn(() =>
        context.pace.take((crowded) =>
          readEncoded(context, { params, run, wanted: crowded ? aLittle(wanted) : wanted }),
        ),
      );
      const nextOffset = piece.offset + length;
      const eof = (run.endedAt !== undefined || isPast(params.until)) && nextOffset >= piece.size;
      const left = until - performance.now();
      if (length > 0 || piece.leftOut > 0 || eof || left <= 0 || caller.closed.aborted)
        return { attempt: run.attempt, ...piece, nextOffset, eof };
      wanted = { offset: piece.offset, until: params.until, times: params.times, maxBytes: params.maxBytes };
      const path = run.files?.[params.stream];
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

/** Of each among many. */
const LITTLE_BYTES = 65_536;

function aLittle(wanted: PieceWanted): PieceWanted {
  return { ...wanted, maxBytes: Math.min(wanted.maxBytes, LITTLE_BYTES) };
}

function isPast(at: number | undefined): boolean {
  return at !== undefined && at < Date.now();
}

type Asked = { params: Params<"log.read">; run: RunState; wanted: PieceWanted };
type Encoded = EncodedPiece & Omit<Piece, "bytes">;

async function readEncoded(context: Context, { params, run, wanted }: Asked): Promise<Encoded> {
  const { bytes, ...piece } = await readFrom(context, { params, run, wanted });
  const more = run.endedAt === undefined || piece.offset + bytes.length < piece.size;
  return { ...(params.encoding === "base64" ? asBase64(bytes) : encodePiece(bytes, more)), ...piece };
}

/** @throws ClaudineError not_found, os */
async function readFrom(context: Context, { params, run, wanted }: Asked): Promise<Piece> {
  const { files, endedAt } = run;
  const nothing: Piece = { offset: wanted.offset, leftOut: 0, bytes: Buffer.alloc(0), size: 0 };
  if (files === undefined) return nothing;
  const { stream } = params;
  try {
    const open = await openStream(files, stream);
    if (open === undefined && mustBeThere(run)) throw gone(context, params);
    if (open === undefined) return nothing;
    try {
      return await readPiece(open, wanted, async (size) => ({
        sightings: await timesOf(context, files),
        stream,
        size,
        endAt: endedAt ?? Date.now(),
      }));
    } finally {
      await open.close();
    }
  } catch (error) {
    throw unreadable(params, error);
  }
}

/** Output whose times cannot be read is still output. */
async function timesOf({ log }: Context, { index }: RunFiles): Promise<readonly Sighting[]> {
  try {
    return await readIndex(index);
  } catch (error) {
    log.debug("The times of output could not be read", errorFacts(error));
    return [];
  }
}

/** A started run has files from the moment when its command is executed, which is right after the start is noted. */
const STARTING_MS = 5000;

function mustBeThere({ startedAt, endedAt }: RunState): boolean {
  return startedAt !== null && (endedAt !== undefined || Date.now() - startedAt > STARTING_MS);
}

function gone({ config }: Context, { id }: Params<"log.read">): ClaudineError {
  const { keep } = config.output;
  const kept = keep === "off" ? "" : `; it is kept for ${formatDuration(keep)} (output.keep in the configuration)`;
  return new ClaudineError("not_found", `Cannot read the output of task ${id}: its file is gone`, {
    hint: `Somebody has removed it, or it was too old${kept}`,
  });
}

const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: "no permission to read its file",
  EPERM: "no permission to read its file",
  EISDIR: "a folder is in the place of its file",
  ENOTDIR: "something is in the place of its folder",
  EIO: "the disk failed",
  ENXIO: "something is in the place of its file",
  ELOOP: "something is in the place of its file",
};

/** What somebody did to the file is told to who reads it, and is no bug. */
function unreadable({ id }: Params<"log.read">, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // Those of Node itself begin with ERR_.
  if (error instanceof ClaudineError || !/^E[A-Z0-9]+$/.test(code)) return error;
  const why = REFUSALS[code] ?? "the system refuses it";
  return new ClaudineError("os", `Cannot read the output of task ${id}: ${why} (${code})`, { cause: error });
}

type RunState = {
  attempt: number;
  startedAt: number | null;
  /** Undefined while it goes on. */
  endedAt: number | undefined;
  files: RunFiles | undefined;
};

async function runOf(context: Context, { id, attempt: asked, waitMs }: Params<"log.read">): Promise<RunState> {
  const task = await context.engine.read((state) => taskOf(context, state, id));
  if (task === undefined) throw noSuchTask("read the output of", id);
  const attempt = asked ?? task.attempt;
  const isAwaited = waitMs > 0 && attempt === task.attempt + 1;
  if (attempt > task.attempt && !isAwaited) {
    throw new ClaudineError(
      "not_found",
      `Cannot read run ${attempt} of task ${id}: it has had ${task.attempt} ${task.attempt === 1 ? "run" : "runs"}`,
    );
  }
  const { status } = task;
  if (attempt === 0 || isAwaited) {
    const endedAt = isFinished(status.state) ? task.createdAt : undefined;
    return { attempt, startedAt: null, endedAt, files: undefined };
  }
  const files = context.runs.files(id, attempt);
  if ("run" in status && status.run.attempt === attempt)
    return { attempt, startedAt: status.run.started?.startedAt ?? null, endedAt: undefined, files };
  const { startedAt, finishedAt } = endOf(context, task, attempt);
  return { attempt, startedAt, endedAt: finishedAt ?? Date.now(), files };
}

type RunEnd = { startedAt: number | null; finishedAt: number | undefined };

function endOf({ store }: Context, { id, status }: Task, attempt: number): RunEnd {
  const run = store.runs(id).find((one) => one.attempt === attempt);
  return run ?? ("finishedAt" in status ? status : { startedAt: null, finishedAt: undefined });
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
