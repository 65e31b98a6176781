/** Standard output and error of the compiled client, so that whatever shares a pipe with it can go on writing as before. */
import { write } from "node:fs";
import { Writable } from "node:stream";
import { isatty } from "node:tty";

const FULL_PIPE_MS = 5;

/**
 * Takes the place of Bun's own streams: these leave a pipe non-blocking for every process that has it, which then loses what a slow
 * reader has not taken yet. Even asking whether they are a terminal does so.
 */
export function keepPipesWaiting(): void {
  // Assigned and not defined anew, as Bun would open its own for that, too.
  if (!isatty(1)) Object.assign(process, { stdout: fileStream(1) });
  if (!isatty(2)) Object.assign(process, { stderr: fileStream(2) });
}

/** Writes in a thread of its own, which waits where a pipe is full. */
export function fileStream(file: number): Writable {
  return new Writable({ write: (bytes: Buffer, _encoding, done) => writeAll(file, bytes, done) });
}

function writeAll(file: number, bytes: Buffer, done: (error?: Error | null) => void): void {
  const goOn = (taken: number): void => writeAll(file, bytes.subarray(taken), done);
  write(file, bytes, (error, taken) => {
    // Somebody else made it non-blocking.
    if (error?.code === "EAGAIN") setTimeout(goOn, FULL_PIPE_MS, 0);
    else if (error !== null) done(error);
    else if (taken < bytes.length) goOn(taken);
    else done();
  });
}
