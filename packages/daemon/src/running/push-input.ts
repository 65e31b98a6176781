/** Writes to the FIFO of a task that may read slowly, or not at all. */
import { setTimeout as delay } from "node:timers/promises";
import { ClaudineError } from "@claudine/protocol";
import { writeStdin, type StdinWrite } from "../runner/stdin.ts";

/** Of one text: its input, its task, and until when the task may take it, on the clock of `performance`. */
export type Target = { at: string; id: number; until: number };

type Push = {
  bytes: Buffer;
  until: number;
  /** Some of it went in, and this has not. */
  onPart?(rest: Buffer): void;
};

export const STEP_MS = 20;

export async function push(
  path: string,
  { bytes, until, onPart }: Push,
): Promise<{ result: StdinWrite["result"]; rest: Buffer }> {
  for (let rest = bytes; ;) {
    const wrote = writeStdin(path, rest);
    if (wrote.result !== "full") return { result: wrote.result, rest: Buffer.alloc(0) };
    if (wrote.writtenBytes > 0) {
      rest = rest.subarray(wrote.writtenBytes);
      onPart?.(rest);
    }
    if (performance.now() >= until) return { result: "full", rest };
    await delay(STEP_MS);
  }
}

export type Lanes = (at: string, send: () => Promise<void>) => Promise<void>;

/** Half of one text must not be in the middle of another. */
export function createLanes(): Lanes {
  /** The last text that is on its way to each input. */
  const sending = new Map<string, Promise<void>>();
  return async (at, send) => {
    const own = (sending.get(at) ?? Promise.resolve()).then(send, send);
    sending.set(at, own);
    try {
      await own;
    } finally {
      if (sending.get(at) === own) sending.delete(at);
    }
  };
}

/** Nobody will read it any more. @throws ClaudineError */
export function refuseGone(id: number, result: StdinWrite["result"]): void {
  if (result === "no-reader")
    throw new ClaudineError("wrong_state", `Cannot send to task ${id}: it has closed its input`);
  if (result === "closed")
    throw new ClaudineError("wrong_state", `Cannot send to task ${id}: its input was ended before`);
}
