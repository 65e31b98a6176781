/** Reads a run's output, piece by piece, to its end. */
import type { Client } from "../client.ts";

export type StreamName = "stdout" | "stderr";
export const BOTH_STREAMS: readonly StreamName[] = ["stdout", "stderr"];

export type TailOptions = {
  id: number;
  stream: StreamName;
  /** The last run unless told; while the task has had none, the first one is waited for. */
  attempt?: number | undefined;
  /** Only so many last lines of what is there. */
  tailLines?: number | undefined;
  /** Go on until the run has ended. */
  follow: boolean;
  signal?: AbortSignal | undefined;
};

/** How long one question waits for more output. */
const WAIT_MS = 30_000;

/** Gives each piece once, in order, also over a reconnect. Resolves at the end of the run's output, or at the end of what is there,
 *  with the number of that run. */
export async function tail(
  client: Client,
  options: TailOptions,
  take: (bytes: Buffer) => Promise<void>,
): Promise<number> {
  const { id, stream, follow, signal } = options;
  let attempt = options.attempt;
  let from: { offset: number } | { tailLines: number } =
    options.tailLines === undefined ? { offset: 0 } : { tailLines: options.tailLines };
  let enough = Number.POSITIVE_INFINITY;
  for (;;) {
    const piece = await client.call(
      "log.read",
      {
        id,
        stream,
        ...from,
        ...(attempt === undefined ? {} : { attempt }),
        ...(follow ? { waitMs: WAIT_MS } : {}),
      },
      signal === undefined ? {} : { signal },
    );
    // A retry may begin while this is read; it would be another run's output.
    if (piece.attempt > 0) attempt = piece.attempt;
    if (!follow) enough = Math.min(enough, piece.size);
    const bytes = Buffer.from(piece.data, piece.encoding);
    if (bytes.length > 0) await take(bytes);
    if (piece.eof || piece.nextOffset >= enough) return piece.attempt;
    from = { offset: piece.nextOffset };
  }
}
