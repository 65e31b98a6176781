/** Shows the output of one run: what is there in the order it was written, then what comes as it comes. */
import type { Client } from "../client.ts";
import type { Io } from "./command.ts";
import { conversationOf } from "./agents/adapter-of.ts";
import { lastLines } from "./last-lines.ts";
import { inOrder, type Segment, timedParts } from "./log-order.ts";
import { logSink, readableSink, type Sink, type SinkOptions } from "./log-sink.ts";
import { type OutputPiece, readTail, type StreamName, tail, type Tailed, type TailOptions } from "./tail.ts";

export type RunWanted = Pick<TailOptions, "id" | "attempt" | "tailLines" | "since" | "until" | "follow" | "signal"> & {
  streams: readonly StreamName[];
  show: Omit<SinkOptions, "id">;
  /** False of a run that is waited for. */
  begun?: boolean;
};

type Sinks = ReadonlyMap<StreamName, Sink>;

/** @returns the number of the run; 0 when the task has had none */
export async function showRun(io: Io, client: Client, wanted: RunWanted): Promise<number> {
  const { id, follow, signal } = wanted;
  // Both streams are to be of one run, also when another begins meanwhile.
  const attempt = wanted.attempt ?? (await lastRun(client, id, signal));
  const sinks = await sinksOf(io, client, { ...wanted, attempt });
  const there =
    attempt > 0 && wanted.begun !== false
      ? await showWhatIsThere(client, { ...wanted, attempt }, sinks)
      : new Map<StreamName, Tailed>();
  const shown = follow ? await followOn(client, { wanted, there, sinks }) : attempt;
  for (const sink of sinks.values()) await sink.end();
  return shown;
}

/** An agent's stream is shown as the conversation that it is, unless it is wanted raw. */
async function sinksOf(io: Io, client: Client, wanted: RunWanted): Promise<Sinks> {
  const { id, streams, show, attempt = 0 } = wanted;
  const plain = show.raw || show.lines === true || !streams.includes("stdout");
  const conversation = plain ? undefined : await conversationOf(client, { id, attempt, color: io.color });
  return new Map(
    streams.map((stream) => {
      const sink = logSink(io, stream, { ...show, id });
      return [stream, conversation === undefined || stream === "stderr" ? sink : readableSink(sink, conversation)];
    }),
  );
}

/** 0 when it has had none. */
export async function lastRun(client: Client, id: number, signal?: AbortSignal): Promise<number> {
  return (await client.call("task.get", { id }, signal === undefined ? {} : { signal })).task.attempt;
}

/** By stream, where it ended. */
async function showWhatIsThere(client: Client, wanted: RunWanted, sinks: Sinks): Promise<Map<StreamName, Tailed>> {
  const { streams, show, ...options } = wanted;
  const times = streams.length > 1 || show.timestamps === true;
  const starts = await lastLines(client, { ...options, streams, grep: show.grep });
  const done = new Map<StreamName, Tailed>();
  const piecesOf = async function* (stream: StreamName): AsyncGenerator<OutputPiece, void, undefined> {
    const from = { offset: starts?.get(stream) };
    done.set(stream, yield* readTail(client, { ...options, ...from, stream, times, follow: false }));
  };
  for await (const { stream, ...segment } of inOrder(streams.map((stream) => ({ stream, pieces: piecesOf(stream) })))) {
    await put(sinks.get(stream), segment);
  }
  return done;
}

type Following = { wanted: RunWanted; there: ReadonlyMap<StreamName, Tailed>; sinks: Sinks };

/** As it comes, which is the order. @returns the number of the run */
async function followOn(client: Client, { wanted, there, sinks }: Following): Promise<number> {
  const { streams, show, ...options } = wanted;
  const followed = await Promise.all(
    streams.map(async (stream) => {
      const before = there.get(stream);
      if (before?.ended === true) return before.attempt;
      // Of what was not there yet nothing is to be missed.
      const from =
        before === undefined
          ? { tailLines: undefined, since: undefined }
          : { attempt: before.attempt, offset: before.offset };
      const { attempt } = await tail(
        client,
        { ...options, ...from, stream, times: show.timestamps, follow: true },
        async (piece) => {
          const sink = sinks.get(stream);
          if (piece.leftOut > 0) await sink?.leftOut(piece.leftOut);
          for (const part of timedParts(piece)) await put(sink, { ...part, leftOut: 0 });
        },
      );
      return attempt;
    }),
  );
  return Math.max(...followed);
}

async function put(
  sink: Sink | undefined,
  { bytes, leftOut, at }: Pick<Segment, "bytes" | "leftOut" | "at">,
): Promise<void> {
  if (leftOut > 0) await sink?.leftOut(leftOut);
  if (bytes.length > 0) await sink?.take(bytes, at);
}
