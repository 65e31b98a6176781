/** Puts what a run wrote to its two streams into the order in which it was written, as far as that is known. */
import type { OutputPiece, StreamName } from "./tail.ts";

/** Bytes from `offset` on that were written by a time; `at` is undefined where that is not known. */
export type Segment = { stream: StreamName; offset: number; bytes: Buffer; leftOut: number; at: number | undefined };

type Pieces = AsyncIterator<OutputPiece, unknown, undefined>;

const NEWLINE = 0x0a;
/** So much of a line waits for its end, so that the lines of the streams are not mixed. */
const HELD_BYTES = 65_536;

/** Older first; of one time stdout first. */
export async function* inOrder(
  streams: readonly { stream: StreamName; pieces: Pieces }[],
): AsyncGenerator<Segment, void, undefined> {
  const heads = await Promise.all(
    streams.map(async ({ stream, pieces }) => {
      const segments = segmentsOf(stream, pieces);
      return { segments, next: await segments.next() };
    }),
  );
  for (;;) {
    const waiting = heads.flatMap((head) => (head.next.done === true ? [] : [{ head, segment: head.next.value }]));
    const first = waiting.reduce<(typeof waiting)[number] | undefined>(
      (oldest, one) => (oldest === undefined || timeOf(one.segment) < timeOf(oldest.segment) ? one : oldest),
      undefined,
    );
    if (first === undefined) return;
    yield first.segment;
    first.head.next = await first.head.segments.next();
  }
}

function timeOf({ at }: Segment): number {
  return at ?? 0;
}

/** Whole lines, as long as they are not very long: a line has the time of its end. */
async function* segmentsOf(stream: StreamName, pieces: Pieces): AsyncGenerator<Segment, void, undefined> {
  let held: Buffer = Buffer.alloc(0);
  let at: number | undefined;
  // Where what is held ends.
  let reached = 0;
  const segment = (bytes: Buffer): Segment => ({ stream, offset: reached - held.length, bytes, leftOut: 0, at });
  for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
    const { offset, leftOut, marks } = next.value;
    if (leftOut > 0) {
      if (held.length > 0) yield segment(held);
      held = Buffer.alloc(0);
      yield { stream, offset, bytes: held, leftOut, at: marks[0]?.at ?? at };
    }
    reached = offset;
    for (const part of timedParts(next.value)) {
      at = part.at;
      const bytes = held.length === 0 ? part.bytes : Buffer.concat([held, part.bytes]);
      const end =
        bytes.length > HELD_BYTES && bytes.lastIndexOf(NEWLINE) === -1 ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
      if (end > 0) yield segment(bytes.subarray(0, end));
      held = bytes.subarray(end);
      reached += part.bytes.length;
    }
  }
  if (held.length > 0) yield segment(held);
}

/** A piece, cut where its times change. */
export function timedParts({ offset, bytes, marks }: OutputPiece): { bytes: Buffer; at: number | undefined }[] {
  const parts: { bytes: Buffer; at: number | undefined }[] = [];
  let done = 0;
  for (const { to, at } of marks) {
    const end = Math.min(bytes.length, to - offset);
    if (end <= done) continue;
    parts.push({ bytes: bytes.subarray(done, end), at });
    done = end;
  }
  if (done < bytes.length) parts.push({ bytes: bytes.subarray(done), at: marks.at(-1)?.at });
  return parts;
}
