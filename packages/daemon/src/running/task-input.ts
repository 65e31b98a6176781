/** Input of running tasks: `send` writes to the FIFO that the task reads. */
import { setTimeout as delay } from "node:timers/promises";
import { ClaudineError, type LiveRun, type Task } from "@claudine/protocol";
import type { Processes } from "../runner/processes.ts";
import { closeStdin, leaveInFifo, writeStdin } from "../runner/stdin.ts";

/** `sentBytes` of `totalBytes` went in before, for the text of errors. */
export type InputPiece = { text: string; eof: boolean; sentBytes: number; totalBytes?: number | undefined };

export type TaskInput = {
  path(task: Task, attempt: number): string;
  /** Leaves the first words in the FIFO of a task that is about to start. */
  sayFirst(path: string, text: string): void;
  /** Waits a while for a task that reads slowly. @throws ClaudineError wrong_state, timeout */
  write(task: Task, run: LiveRun, input: InputPiece): Promise<number>;
};

const PATIENCE_MS = 5000;
const STEP_MS = 20;
/** Long enough for the shim to open it. */
const HELD_MS = 60_000;

export function createTaskInput(runtimeDir: string, processes: Processes): TaskInput {
  // Not by its id: tasks of another state, whose daemon had this runtime folder before, may still run and have the same.
  const path = (task: Task, attempt: number) => `${runtimeDir}/stdin/${task.uid}.${attempt}`;
  const held = new Map<string, { close(): void }>();
  const release = (at: string): void => {
    held.get(at)?.close();
    held.delete(at);
  };
  /** The last text that is on its way to each input. */
  const sending = new Map<string, Promise<void>>();
  /** Half of one text must not be in the middle of another. */
  const inOrder = async (at: string, send: () => Promise<void>): Promise<void> => {
    const own = (sending.get(at) ?? Promise.resolve()).then(send, send);
    sending.set(at, own);
    try {
      await own;
    } finally {
      if (sending.get(at) === own) sending.delete(at);
    }
  };
  return {
    path,
    sayFirst(at, text) {
      release(at);
      held.set(at, leaveInFifo(at, text));
      setTimeout(() => release(at), HELD_MS).unref();
    },
    async write(task, run, { text, eof, sentBytes, totalBytes }) {
      const at = path(task, run.attempt);
      // The shim has it open by now, and as long as it is open here too it has no end.
      release(at);
      const bytes = Buffer.from(text, "utf8");
      const until = performance.now() + PATIENCE_MS;
      const told = { id: task.id, sentBytes, totalBytes: totalBytes ?? sentBytes + bytes.length, until };
      await inOrder(at, async () => {
        await writeSlowly(at, bytes, told);
        if (eof && run.started !== undefined) closeStdin(processes, at, run.started);
      });
      return bytes.length;
    },
  };
}

type Told = { id: number; sentBytes: number; totalBytes: number; until: number };

async function writeSlowly(path: string, bytes: Buffer, { id, sentBytes, totalBytes, until }: Told): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    const wrote = writeStdin(path, rest);
    switch (wrote.result) {
      case "written":
        return;
      case "no-reader":
        throw new ClaudineError("wrong_state", `Cannot send to task ${id}: it has closed its input`);
      case "closed":
        throw new ClaudineError("wrong_state", `Cannot send to task ${id}: its input was ended before`);
      case "full":
        rest = rest.subarray(wrote.writtenBytes);
        if (performance.now() > until) {
          throw new ClaudineError(
            "timeout",
            `Cannot send all to task ${id}: it took ${sentBytes + bytes.length - rest.length} of ${totalBytes} bytes`,
            {
              hint: "It does not read its input now; send the rest later",
            },
          );
        }
        await delay(STEP_MS);
    }
  }
}
