/** Reads what an agent's run has written, piece by piece, and folds it into what is known of it. */
import { open, type FileHandle } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { setImmediate } from "node:timers/promises";
import {
  endStream,
  newStream,
  noProgress,
  progressed,
  readStream,
  type AgentAdapter,
  type AgentEvent,
  type AgentProgress,
} from "@claudine/agents";
import type { RunFiles } from "../output/files.ts";

export type Reading = {
  progress(): AgentProgress;
  /** Reads up to the present end of the file; several calls at once are one. */
  catchUp(): Promise<void>;
  /** To the end, when the process has ended. Never resolves once closed: half of it would be stored as all. */
  end(exitCode: number | undefined): Promise<AgentProgress>;
  close(): void;
};

export type ReadingPorts = {
  adapter: AgentAdapter;
  files: Pick<RunFiles, "stdout" | "stderr">;
  clock(): { nowMs: number; zone: string };
};

const PIECE_BYTES = 128 * 1024;
/** Thousands of short lines fit into a piece: looks at the clock after so much of it. */
const SLICE_CHARS = 4096;
/** Others get their turn after so long. */
const TURN_MS = 10;
const STDERR_TAIL_BYTES = 8192;

export function createReading({ adapter, files, clock }: ReadingPorts): Reading {
  const decoder = new StringDecoder("utf8");
  let stream = newStream;
  let progress = noProgress;
  let offset = 0;
  let closed = false;
  let under: Promise<void> | undefined;

  const fold = (events: readonly AgentEvent[]): void => {
    progress = events.reduce(progressed, progress);
  };
  const take = (text: string): void => {
    const step = readStream(stream, text, { adapter, clock: clock() });
    stream = step.state;
    fold(step.events);
  };
  const takeInTurns = async (text: string): Promise<void> => {
    let began = performance.now();
    for (let at = 0; at < text.length && !closed; at += SLICE_CHARS) {
      take(text.slice(at, at + SLICE_CHARS));
      if (performance.now() - began < TURN_MS) continue;
      await setImmediate();
      began = performance.now();
    }
  };
  const readAll = async (): Promise<void> => {
    const file = await openThere(files.stdout);
    if (file === undefined) return;
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    try {
      while (!closed) {
        const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, offset);
        if (bytesRead === 0) return;
        offset += bytesRead;
        await takeInTurns(decoder.write(buffer.subarray(0, bytesRead)));
      }
    } finally {
      await file.close();
    }
  };
  const catchUp = (): Promise<void> => {
    under ??= readAll().finally(() => {
      under = undefined;
    });
    return under;
  };
  return {
    progress: () => progress,
    catchUp,
    async end(exitCode) {
      await under;
      await catchUp();
      if (closed) return new Promise(() => {});
      take(decoder.end());
      const stderr = await tailOf(files.stderr);
      fold(endStream(stream, { exitCode, stderr }, { adapter, clock: clock() }).events);
      return progress;
    },
    close() {
      closed = true;
    },
  };
}

async function openThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch {
    return undefined;
  }
}

async function tailOf(path: string): Promise<string> {
  const file = await openThere(path);
  if (file === undefined) return "";
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - STDERR_TAIL_BYTES);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    return buffer.subarray(0, bytesRead).toString("utf8");
  } finally {
    await file.close();
  }
}
