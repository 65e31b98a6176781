/** Where output of tasks goes: as bytes into files and pipes, made harmless on a terminal. */
import { safeJson, safeLog } from "@claudine/protocol/text";
import { formatBytes } from "@claudine/protocol/units";
import type { Io } from "./command.ts";
import { lineFilter, type LineOptions, type Lines } from "./log-lines.ts";
import { paint, type Color } from "./paint.ts";
import type { StreamName } from "./tail.ts";

export type Sink = {
  take(bytes: Buffer, at?: number): Promise<void>;
  /** So many bytes of the output are not there. */
  leftOut(bytes: number): Promise<void>;
  /** Writes what was held back. */
  end(): Promise<void>;
};

/** `lines` prints each piece as a line of JSON, for programs that follow. */
export type SinkOptions = Omit<LineOptions, "prefix"> & {
  id: number;
  raw: boolean;
  prefix?: boolean | undefined;
  lines?: boolean | undefined;
};

/** What a run writes for programs, shown to people. */
export type Readable = { take(bytes: Uint8Array): Buffer; end(): Buffer };

export function readableSink(sink: Sink, readable: Readable): Sink {
  const put = async (bytes: Buffer, at?: number) => {
    if (bytes.length > 0) await sink.take(bytes, at);
  };
  return {
    take: (bytes, at) => put(readable.take(bytes), at),
    leftOut: sink.leftOut,
    async end() {
      await put(readable.end());
      await sink.end();
    },
  };
}

type Terminal = Pick<Io, "stdoutIsTty" | "stderrIsTty" | "write" | "color">;

/** Stdout of the task goes to stdout, its stderr to stderr. */
export function logSink(io: Terminal, stream: StreamName, options: SinkOptions): Sink {
  if (options.lines === true) return jsonSink(io, stream, options);
  const isTerminal = stream === "stdout" ? io.stdoutIsTty : io.stderrIsTty;
  const { id, raw, prefix, timestamps, grep } = options;
  const write = (text: string | Uint8Array) => io.write(stream, text);
  const sink = raw || !isTerminal ? bytesSink(write) : safeSink(write);
  const name = prefix === true ? taskPrefix(id, io.color && isTerminal) : undefined;
  const lines = lineFilter({ prefix: name, timestamps, grep });
  const through = lines === undefined ? sink : throughLines(sink, lines);
  return {
    ...through,
    async leftOut(bytes) {
      if (isTerminal) return through.take(Buffer.from(`\n… ${formatBytes(bytes)} left out …\n`));
      // Bytes into files and pipes are the task's own.
      await io.write("stderr", `${formatBytes(bytes)} of the ${stream} of task ${id} left out here\n`);
    },
  };
}

const COLORS: readonly Color[] = ["cyan", "green", "yellow", "magenta", "blue", "red"];
const RESET = "\u001b[0m";

/** What the line before it left coloured ends there. */
function taskPrefix(id: number, color: boolean): string {
  const name = `[${id}]`;
  return color ? `${RESET}${paint(name, COLORS[id % COLORS.length], true)} ` : `${name} `;
}

type Write = (text: string | Uint8Array) => Promise<void>;
type Plain = Pick<Sink, "take" | "end">;

function bytesSink(write: Write): Plain {
  return { take: (bytes) => write(bytes), end: () => Promise.resolve() };
}

function throughLines(sink: Plain, lines: Lines): Plain {
  const put = async (bytes: Buffer) => {
    if (bytes.length > 0) await sink.take(bytes);
  };
  return {
    take: (bytes, at) => put(lines.take(bytes, at)),
    async end() {
      await put(lines.end());
      await sink.end();
    },
  };
}

function jsonSink(io: Terminal, stream: StreamName, { id, timestamps, grep }: SinkOptions): Sink {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const print = (facts: object) => io.write("stdout", `${safeJson({ id, stream, ...facts })}\n`);
  const put = async (text: string, at?: number) => {
    if (text !== "") await print({ ...(timestamps === true && at !== undefined ? { at } : {}), text });
  };
  const lines = grep === undefined ? undefined : lineFilter({ grep });
  const take = (bytes: Buffer, at?: number) => put(decoder.decode(bytes, { stream: true }), at);
  const leftOut = (bytes: number) => print({ leftOutBytes: bytes });
  if (lines === undefined) return { take, leftOut, end: () => put(decoder.decode()) };
  return {
    take: (bytes, at) => take(lines.take(bytes, at), at),
    leftOut,
    async end() {
      await take(lines.end());
      await put(decoder.decode());
    },
  };
}

/** What may be the first part of a colour sequence or of a line end, at the end of a piece. */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const UNFINISHED = /(?:\r|\u001b(?:\[[\d;:]{0,40})?)$/;

function safeSink(write: Write): Plain {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let held = "";
  let coloured = false;
  const put = async (text: string) => {
    coloured ||= text.includes("\u001b");
    if (text !== "") await write(safeLog(text));
  };
  return {
    async take(bytes) {
      const text = held + decoder.decode(bytes, { stream: true });
      held = UNFINISHED.exec(text)?.[0] ?? "";
      await put(text.slice(0, text.length - held.length));
    },
    async end() {
      await put(held + decoder.decode());
      if (coloured) await write(RESET);
    },
  };
}
