/** Leaves out what a run has written over its limit, and gives the space back. */
import { lstatSync } from "node:fs";
import { type RunFiles, STREAMS, type StreamName } from "./files.ts";
import { type Gap, type Gaps, readGaps, writeGaps } from "./gaps.ts";
import { gapsFor, type OutputLimit, type Sizes } from "./limit.ts";

/** Gives back the space of a part of a file; false when it cannot. */
export type Punch = (path: string, part: Gap) => Promise<boolean>;

export type CutWish = {
  files: RunFiles;
  sizes: Sizes;
  /** As far as they are known. */
  gaps: Gaps | undefined;
  /** What of them is known to be given back. */
  given: Gaps;
  limit: OutputLimit;
  punch: Punch;
};

export type Cut = { gaps: Gaps; given: Gaps };

export async function cut({ files, sizes, limit, punch, given, ...known }: CutWish): Promise<Cut> {
  const gaps = gapsFor(sizes, known.gaps ?? readGaps(files.gaps), limit);
  // Readers know of the gap before it is one.
  writeGaps(files.gaps, gaps);
  const give = async (stream: StreamName): Promise<Gap | undefined> => {
    const gap = gaps[stream];
    if (gap === undefined || isSame(gap, given[stream])) return gap;
    return (await punch(files[stream], gap)) ? gap : given[stream];
  };
  const [stdout, stderr] = await Promise.all([give("stdout"), give("stderr")]);
  return { gaps, given: { stdout, stderr } };
}

export function isGivenBack(gaps: Gaps, given: Gaps): boolean {
  return STREAMS.every((stream) => isSame(gaps[stream], given[stream]));
}

function isSame(one: Gap | undefined, other: Gap | undefined): boolean {
  return one?.from === other?.from && one?.to === other?.to;
}

/** Takes the space that noting a gap needs, while there is some. */
export function makeGaps(path: string): Gaps {
  const gaps = readGaps(path);
  try {
    writeGaps(path, gaps);
  } catch {
    // When a gap is to be noted it is tried again.
  }
  return gaps;
}

/** A task has made its own file shorter: what it writes from now on is not missing. */
export function forgetGaps(path: string, sizes: Sizes): Gaps {
  const before = readGaps(path);
  const still = (stream: StreamName) => ((before[stream]?.to ?? 0) <= sizes[stream] ? before[stream] : undefined);
  const gaps: Gaps = { stdout: still("stdout"), stderr: still("stderr") };
  if (STREAMS.some((stream) => gaps[stream] !== before[stream])) writeGaps(path, gaps);
  return gaps;
}

/** A task may have put anything in the place of its files; only a file is counted and cut. What cannot be seen is as before. */
export function sizesOf(files: RunFiles, before: Sizes): Sizes {
  const sizeOf = (stream: StreamName): number => {
    try {
      const stat = lstatSync(files[stream], { throwIfNoEntry: false });
      return stat?.isFile() === true ? stat.size : before[stream];
    } catch {
      return before[stream];
    }
  };
  return { stdout: sizeOf("stdout"), stderr: sizeOf("stderr") };
}
