/** Listens on the FIFO by which shims, also those of an earlier daemon, tell that a run's record has changed. */
import { closeSync, constants, openSync } from "node:fs";
import { Socket } from "node:net";
import { ensureFifo } from "./fifo.ts";
import { parseExitLine, type RecordEnd } from "./record.ts";

export type WakeFact =
  /** Look at the run's record. */
  | { type: "changed"; runKey: string }
  /** The command was not run and has no record: it may be started again. */
  | { type: "not-started"; runKey: string; errno: string }
  /** It ended, and the disk does not take its record for now; repeated until it does. */
  | { type: "ended"; runKey: string; end: RecordEnd };

export type Wake = { close(): void };

const LINE_CHARS_MAX = 512;

/** Listens from when the promise resolves: read the records after that, and nothing is missed. */
export async function openWake(path: string, onFact: (fact: WakeFact) => void): Promise<Wake> {
  await ensureFifo(path);
  // With a writing end of our own there is never an end of file when the last shim goes.
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const socket = openSocket(fd);
  const split = lineSplitter((line) => {
    const fact = parseFact(line);
    if (fact !== undefined) onFact(fact);
  });
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string | Buffer) => split(chunk.toString()));
  return { close: () => void socket.destroy() };
}

function openSocket(fd: number): Socket {
  try {
    return new Socket({ fd, readable: true, writable: false });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Gives complete lines; of one that is too long, nothing. */
export function lineSplitter(onLine: (line: string) => void): (chunk: string) => void {
  let rest = "";
  let tooLong = false;
  return (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!tooLong && line.length <= LINE_CHARS_MAX) onLine(line);
      tooLong = false;
    }
    if (rest.length <= LINE_CHARS_MAX) return;
    tooLong = true;
    rest = "";
  };
}

export function parseFact(line: string): WakeFact | undefined {
  const [, verb, runKey, detail] = /^(?:(nostart|ended) )?([\w.-]{1,64})(?: (.+))?$/.exec(line) ?? [];
  if (runKey === undefined) return undefined;
  if (verb === undefined) return detail === undefined ? { type: "changed", runKey } : undefined;
  if (detail === undefined) return undefined;
  if (verb === "nostart")
    return /^E[A-Z0-9]+$/.test(detail) ? { type: "not-started", runKey, errno: detail } : undefined;
  const end = parseExitLine(detail);
  return end === undefined ? undefined : { type: "ended", runKey, end };
}
