/** Input of running tasks: `send` writes to the FIFO that the task reads. */
import { ClaudineError, type LiveRun, type Task } from "@claudine/protocol";
import type { Processes } from "../runner/processes.ts";
import { closeStdin, leaveInFifo } from "../runner/stdin.ts";
import { createBegun } from "./begun-messages.ts";
import { createMessages } from "./messages.ts";
import { createLanes, push, refuseGone, type Target } from "./push-input.ts";

/** `sentBytes` of `totalBytes` went in before, for the text of errors; a message has no use in half. */
export type InputPiece = {
  text: string;
  eof: boolean;
  isMessage: boolean;
  sentBytes: number;
  totalBytes?: number | undefined;
};

export type TaskInput = {
  path(task: Task, attempt: number): string;
  /** Leaves the first words in the FIFO of a task that is about to start. */
  sayFirst(path: string, text: string): void;
  /**
   * Waits a while for a task that reads slowly. A message is taken whole, if perhaps later, or not at all.
   * @throws ClaudineError wrong_state, timeout
   */
  write(task: Task, run: LiveRun, input: InputPiece): Promise<number>;
};

/** How long a slow reader is waited for, and when one that has read nothing is tried again. */
export type Patience = { patienceMs: number; againMs: number };
const PATIENCE: Patience = { patienceMs: 5000, againMs: 1000 };
/** Long enough for the shim to open it. */
const HELD_MS = 60_000;

export function createTaskInput(runtimeDir: string, processes: Processes, patience = PATIENCE): TaskInput {
  const folder = `${runtimeDir}/stdin`;
  // Not by its id: tasks of another state, whose daemon had this runtime folder before, may still run and have the same.
  const path = (task: Task, attempt: number) => `${folder}/${task.uid}.${attempt}`;
  const held = new Map<string, { close(): void }>();
  const release = (at: string): void => {
    held.get(at)?.close();
    held.delete(at);
  };
  const inOrder = createLanes();
  const messages = createMessages(createBegun(folder), inOrder, patience.againMs);
  return {
    path,
    sayFirst(at, text) {
      release(at);
      held.set(at, leaveInFifo(at, text));
      setTimeout(() => release(at), HELD_MS).unref();
    },
    async write(task, run, input) {
      const at = path(task, run.attempt);
      // The shim has it open by now, and as long as it is open here too it has no end.
      release(at);
      const target: Target = { at, id: task.id, until: performance.now() + patience.patienceMs };
      const bytes = Buffer.from(input.text, "utf8");
      await inOrder(at, async () => {
        if (bytes.length > 0) await (input.isMessage ? messages.send(target, bytes) : sendBytes(target, input, bytes));
        if (!input.eof || run.started === undefined) return;
        await messages.finish(target);
        closeStdin(processes, at, run.started);
      });
      return bytes.length;
    },
  };
}

async function sendBytes({ at, id, until }: Target, input: InputPiece, bytes: Buffer): Promise<void> {
  const { sentBytes, totalBytes = sentBytes + bytes.length } = input;
  const { result, rest } = await push(at, { bytes, until });
  refuseGone(id, result);
  if (result === "written") return;
  const taken = sentBytes + bytes.length - rest.length;
  throw new ClaudineError("timeout", `Cannot send all to task ${id}: it took ${taken} of ${totalBytes} bytes`, {
    hint: "It does not read its input now; send the rest later",
  });
}
