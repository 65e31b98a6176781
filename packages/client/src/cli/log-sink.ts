/** Where output of tasks goes: as bytes into files and pipes, made harmless on a terminal. */
import { safeJson, safeLog } from "@claudine/protocol/text";
import type { Io } from "./command.ts";
import type { StreamName } from "./tail.ts";

export type Sink = {
  take(bytes: Buffer): Promise<void>;
  /** Writes what was held back. */
  end(): Promise<void>;
};

/** `lines` prints each piece as a line of JSON, for programs that follow. */
export type SinkOptions = { id: number; raw: boolean; prefix?: boolean; lines?: boolean };

type Terminal = Pick<Io, "stdoutIsTty" | "stderrIsTty" | "write">;

/** Stdout of the task goes to stdout, its stderr to stderr. */
export function logSink(io: Terminal, stream: StreamName, { id, raw, prefix, lines }: SinkOptions): Sink {
  if (lines === true) return jsonSink((text) => io.write("stdout", `${safeJson({ id, stream, text })}\n`));
  const terminal = stream === "stdout" ? io.stdoutIsTty : io.stderrIsTty;
  const write = (text: string | Uint8Array) => io.write(stream, text);
  const plain = raw || !terminal ? bytesSink(write) : safeSink(write);
  return prefix === true ? prefixSink(plain, `[${id}] `) : plain;
}

type Write = (text: string | Uint8Array) => Promise<void>;

function bytesSink(write: Write): Sink {
  return { take: (bytes) => write(bytes), end: () => Promise.resolve() };
}

function jsonSink(write: (text: string) => Promise<void>): Sink {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const put = (text: string) => (text === "" ? Promise.resolve() : write(text));
  return { take: (bytes) => put(decoder.decode(bytes, { stream: true })), end: () => put(decoder.decode()) };
}

/** What may be the first part of a colour sequence or of a line end, at the end of a piece. */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const UNFINISHED = /(?:\r|\u001b(?:\[[\d;:]{0,40})?)$/;
const RESET = "\u001b[0m";

function safeSink(write: Write): Sink {
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

const NEWLINE = 0x0a;
const LONGEST_LINE = 65_536;

/** Whole lines, each with the prefix, so that several tasks can share a stream. */
function prefixSink(inner: Sink, prefix: string): Sink {
  const head = Buffer.from(prefix);
  let held: Buffer = Buffer.alloc(0);
  const line = (bytes: Buffer) => Buffer.concat([head, bytes, Buffer.of(NEWLINE)]);
  return {
    async take(bytes) {
      let rest = Buffer.concat([held, bytes]);
      const lines: Buffer[] = [];
      for (let end = rest.indexOf(NEWLINE); end !== -1 || rest.length > LONGEST_LINE; end = rest.indexOf(NEWLINE)) {
        const length = end === -1 ? LONGEST_LINE : end;
        lines.push(line(rest.subarray(0, length)));
        rest = rest.subarray(end === -1 ? length : length + 1);
      }
      held = Buffer.from(rest);
      if (lines.length > 0) await inner.take(Buffer.concat(lines));
    },
    async end() {
      if (held.length > 0) await inner.take(line(held));
      await inner.end();
    },
  };
}
