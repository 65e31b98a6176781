/** What is left out of a run that has written more than it may. Pure. */
import type { WhenOutputFull } from "@claudine/protocol";
import type { StreamName } from "./files.ts";
import { type Gap, type Gaps, keptBytes } from "./gaps.ts";

export type OutputLimit = { maxBytes: number; whenFull: WhenOutputFull };
export type Sizes = Readonly<Record<StreamName, number>>;

/** Kept beyond the limit while a run goes on: giving space back holds up who writes, by some 0.15 s for a gigabyte. */
const SLACK = 10;
const SLACK_BYTES_MAX = 2 ** 30;
/** Of what is left on the disk. */
const FREE_SHARE = 0.05;

export type Room = { limit: OutputLimit; freeBytes: number };

export function isOverLimit(sizes: Sizes, gaps: Gaps, { maxBytes }: OutputLimit): boolean {
  return keptBytes(sizes.stdout, gaps.stdout) + keptBytes(sizes.stderr, gaps.stderr) > maxBytes;
}

export function isWorthCutting(sizes: Sizes, gaps: Gaps, { limit, freeBytes }: Room): boolean {
  const slackBytes = Math.min(SLACK * limit.maxBytes, SLACK_BYTES_MAX, freeBytes * FREE_SHARE);
  return isOverLimit(sizes, gaps, { ...limit, maxBytes: limit.maxBytes + slackBytes });
}

/** What is to be missing from now on. A gap only grows: what was given back does not come again. */
export function gapsFor(sizes: Sizes, gaps: Gaps, limit: OutputLimit): Gaps {
  const half = Math.ceil(limit.maxBytes / 2);
  // Half of the limit for each stream; what one does not need the other has.
  const room = (other: number) => limit.maxBytes - Math.min(other, half);
  return {
    stdout: wider(gaps.stdout, gapOf(sizes.stdout, room(sizes.stderr), limit.whenFull)),
    stderr: wider(gaps.stderr, gapOf(sizes.stderr, room(sizes.stdout), limit.whenFull)),
  };
}

function gapOf(size: number, room: number, whenFull: WhenOutputFull): Gap | undefined {
  if (size <= room) return undefined;
  switch (whenFull) {
    case "stop-keeping":
      return { from: room, to: size };
    case "truncate-middle":
    case "kill": {
      const head = Math.floor(room / 2);
      return { from: head, to: size - (room - head) };
    }
  }
}

function wider(before: Gap | undefined, now: Gap | undefined): Gap | undefined {
  if (before === undefined || now === undefined) return before ?? now;
  return { from: Math.min(before.from, now.from), to: Math.max(before.to, now.to) };
}
