/** What cannot be written now, who is refused for it, and when it is tried again. */
import { ClaudineError } from "@claudine/protocol";

export type WriteTrouble = {
  /** Why commands are refused: those that need room, and when `stuck` all of them. */
  readonly problem: ClaudineError | undefined;
  /** Not even what needs no room can be written: only time tries again. */
  readonly stuck: boolean;
  /** When that is; undefined when all is well. */
  readonly againAt: number | undefined;
  /** Why the next commit must do without what needs room. */
  lack(): ClaudineError | undefined;
  /** A commit failed, which was made without what needs room when `isLean`. */
  failed(why: ClaudineError, isLean: boolean): void;
  /** A commit was written, with what `lack` had said before it. */
  written(lack: ClaudineError | undefined): void;
};

export type WriteTroublePorts = {
  /** Why nothing that takes more space should be written now. */
  room(): ClaudineError | undefined;
  onProblem(problem: ClaudineError | undefined): void;
  clock: { steady(): number };
  retryMs: number;
};

export function createWriteTrouble({ room, onProblem, clock, retryMs }: WriteTroublePorts): WriteTrouble {
  let problem: ClaudineError | undefined;
  let stuck = false;
  let leanUntil = 0;
  const setProblem = (next: ClaudineError | undefined): void => {
    if (next?.message === problem?.message) return;
    problem = next;
    onProblem(next);
  };
  return {
    get problem() {
      return problem;
    },
    get stuck() {
      return stuck;
    },
    get againAt() {
      return problem === undefined ? undefined : leanUntil;
    },
    lack() {
      if (clock.steady() < leanUntil) return problem;
      const none = room();
      if (none !== undefined) leanUntil = clock.steady() + retryMs;
      return none;
    },
    failed(why, isLean) {
      setProblem(why);
      stuck = isLean;
      leanUntil = clock.steady() + retryMs;
    },
    written(lack) {
      setProblem(lack);
      stuck = false;
    },
  };
}

/** What people are told of a commit that failed; `isShown` when the store has it all the same. */
export function writeRefusal(error: unknown, isShown: boolean): ClaudineError {
  const known =
    error instanceof ClaudineError
      ? error
      : new ClaudineError("storage", `Cannot write the state: ${String(error)}`, { cause: error });
  if (!isShown) return known;
  return new ClaudineError(known.code, `${known.message} (it was written, but not flushed)`, {
    hint: "What was asked is done when the disk flushes again; `claudine list` shows it, so do not ask twice",
    cause: known,
  });
}

/** LMDB has given up: the store must be opened anew. */
export function brokenStore(cause: unknown): ClaudineError {
  return new ClaudineError("storage", `Cannot use the store any more: ${String(cause)}`, {
    hint: "The daemon ends, and running tasks go on; the next daemon takes them up",
    cause,
  });
}
