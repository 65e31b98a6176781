/** Reads a run's output, piece by piece, to its end. */
import type { Client } from "../client.ts";

export type StreamName = "stdout" | "stderr";
export const BOTH_STREAMS: readonly StreamName[] = ["stdout", "stderr"];

/** Bytes up to the offset `to` had been written by `at`, epoch ms. */
export type Mark = { readonly to: number; readonly at: number };

export type OutputPiece = {
  /** Where the bytes begin in what the run wrote. */
  offset: number;
  bytes: Buffer;
  /** Bytes right before them that are not kept. */
  leftOut: number;
  /** Empty unless times are wanted. */
  marks: readonly Mark[];
};

export type TailOptions = {
  id: number;
  stream: StreamName;
  /** The last run unless told; while the task has had none, the first one is waited for. */
  attempt?: number | undefined;
  /** Where to begin; the beginning unless told. */
  offset?: number | undefined;
  /** Only so many last lines of what is there. */
  tailLines?: number | undefined;
  /** Epoch ms. */
  since?: number | undefined;
  until?: number | undefined;
  times?: boolean | undefined;
  /** Go on until the run has ended. */
  follow: boolean;
  signal?: AbortSignal | undefined;
};

export type Tailed = {
  /** Of the run; 0 when the task has had none. */
  attempt: number;
  offset: number;
  /** Nothing will follow. */
  ended: boolean;
};

/** How long one question waits for more output. */
const WAIT_MS = 30_000;
const PIECE_BYTES = 524_288;

/** Gives each piece once, in order, also over a reconnect. Resolves at the end of the run's output, or at the end of what is there. */
export async function tail(
  client: Client,
  options: TailOptions,
  take: (piece: OutputPiece) => Promise<void>,
): Promise<Tailed> {
  const pieces = readTail(client, options);
  for (;;) {
    const next = await pieces.next();
    if (next.done === true) return next.value;
    await take(next.value);
  }
}

/** The same, asked for piece by piece. */
export async function* readTail(client: Client, options: TailOptions): AsyncGenerator<OutputPiece, Tailed, undefined> {
  const { id, stream, follow, signal, tailLines, since, until, times = false } = options;
  let attempt = options.attempt;
  let from: { offset: number } | { tailLines?: number | undefined; since?: number | undefined } =
    options.offset === undefined ? { tailLines, since } : { offset: options.offset };
  let enough = Number.POSITIVE_INFINITY;
  for (;;) {
    const piece = await client.call(
      "log.read",
      {
        id,
        stream,
        ...from,
        until,
        times,
        encoding: "base64",
        maxBytes: PIECE_BYTES,
        attempt,
        ...(follow ? { waitMs: WAIT_MS } : {}),
      },
      signal === undefined ? {} : { signal },
    );
    // A retry may begin while this is read; it would be another run's output.
    if (piece.attempt > 0) attempt = piece.attempt;
    if (!follow) enough = Math.min(enough, piece.size);
    const { offset, nextOffset, leftOut, marks = [] } = piece;
    const bytes = Buffer.from(piece.data, piece.encoding);
    if (bytes.length > 0 || leftOut > 0) yield { offset, bytes, leftOut, marks };
    if (piece.eof || nextOffset >= enough) return { attempt: piece.attempt, offset: nextOffset, ended: piece.eof };
    from = { offset: nextOffset };
  }
}
