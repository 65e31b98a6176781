/** From the index of a run to times of its output, as exactly as was looked at. Pure. */
import type { StreamName } from "./files.ts";
import type { Sighting } from "./run-index.ts";

export type Timeline = {
  sightings: readonly Sighting[];
  stream: StreamName;
  size: number;
  /** When the run ended, or now. */
  endAt: number;
};

/** Bytes up to the offset `to` had been written by `at`, epoch ms. */
export type Mark = { to: number; at: number };

/** Where what was written since `at` begins; rather too early than too late. */
export function offsetSince({ sightings, stream, size, endAt }: Timeline, at: number): number {
  if (at > endAt) return size;
  const before = sightings.findLast((one) => one.at <= at);
  return Math.min(size, before?.[stream] ?? 0);
}

/** Where what was written until `at` ends; rather too late than too early. */
export function offsetUntil({ sightings, stream, size, endAt }: Timeline, at: number): number {
  if (at >= endAt) return size;
  const after = sightings.find((one) => one.at >= at);
  return Math.min(size, after?.[stream] ?? size);
}

/** The times of the bytes from `from` to `to`, in order. */
export function marksOf(
  { sightings, stream, size, endAt }: Timeline,
  { from, to }: { from: number; to: number },
): Mark[] {
  if (from >= to) return [];
  const marks: Mark[] = [];
  let reached = from;
  for (const one of sightings) {
    if (reached >= to) return marks;
    if (one[stream] <= reached) continue;
    reached = one[stream];
    marks.push({ to: Math.min(reached, size), at: Math.min(one.at, endAt) });
  }
  if (reached < to) marks.push({ to: Math.max(size, to), at: endAt });
  return marks;
}
