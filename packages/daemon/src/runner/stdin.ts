/** The input of tasks that take some: a FIFO that the shim holds open, so that the daemon may come and go. */
import { closeSync, constants, openSync, unlinkSync, writeSync } from "node:fs";
import { ensureFifo } from "./fifo.ts";
import { findLeader } from "./identity.ts";
import type { Processes } from "./processes.ts";
import type { RunIdentity } from "./record.ts";
import { SHIM_TITLE } from "./shim-process.ts";

export type StdinWrite =
  | { result: "written" }
  /** The task does not read fast enough: only this many bytes went in, send the rest later. */
  | { result: "full"; writtenBytes: number }
  /** Nobody reads: the task has closed its input or has ended. */
  | { result: "no-reader" }
  /** The input was closed before. */
  | { result: "closed" };

export async function createStdinFifo(path: string): Promise<void> {
  await ensureFifo(path);
}

/** Never waits. */
export function writeStdin(path: string, bytes: Uint8Array): StdinWrite {
  const open = attempt(() => openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
  if (open === "ENXIO") return { result: "no-reader" };
  if (open === "ENOENT") return { result: "closed" };
  if (typeof open === "string") throw new Error(`Cannot open the input of a task: ${open}`);
  try {
    return writeAll(open, bytes);
  } finally {
    closeSync(open);
  }
}

function writeAll(fd: number, bytes: Uint8Array): StdinWrite {
  for (let at = 0; at < bytes.length;) {
    const wrote = attempt(() => writeSync(fd, bytes, at));
    if (wrote === "EPIPE") return { result: "no-reader" };
    if (typeof wrote === "string") return { result: "full", writtenBytes: at };
    at += wrote;
  }
  return { result: "written" };
}

/**
 * Ends the task's input once it has read what was written: the FIFO loses its name, and the shim, the task's parent, is
 * told to let go of those without one. When that shim is gone the input has ended already.
 */
export function closeStdin(processes: Processes, path: string, identity: RunIdentity): void {
  const gone = attempt(() => unlinkSync(path));
  if (gone !== undefined && gone !== "ENOENT") throw new Error(`Cannot close the input of a task: ${gone}`);
  const parent = findLeader(processes, identity)?.ppid;
  // Any other process might end at the signal.
  if (parent !== undefined && processes.title(parent).startsWith(SHIM_TITLE))
    attempt(() => process.kill(parent, "SIGHUP"));
}

function attempt<T>(action: () => T): T | string {
  try {
    return action();
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "EIO";
  }
}

/** Leaves up to 64 KiB in a FIFO that nobody reads yet. What is in it stays as long as somebody has it open: until `close`. */
export function leaveInFifo(path: string, text: string): { close(): void } {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const bytes = Buffer.from(text, "utf8");
  const wrote = attempt(() => writeSync(descriptor, bytes));
  if (wrote === bytes.length) return { close: () => closeSync(descriptor) };
  // Half of a message would be waited for without end; with many pipes a user's next ones are small.
  closeSync(descriptor);
  throw new Error(`Cannot leave ${bytes.length} bytes in the input of a task: it takes ${wrote}`);
}
