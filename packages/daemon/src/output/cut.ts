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
  limit: OutputLimit;
  punch: Punch;
};

export async function cut({
  files,
  sizes,
  limit,
  punch,
  ...known
}: CutWish): Promise<{ gaps: Gaps; isGivenBack: boolean }> {
  const before = known.gaps ?? readGaps(files.gaps);
  const gaps = gapsFor(sizes, before, limit);
  // Readers know of the gap before it is one.
  writeGaps(files.gaps, gaps);
  const punchOne = (stream: StreamName): Promise<boolean> => {
    const [was, gap] = [before[stream], gaps[stream]];
    const isNew = gap !== undefined && (was?.from !== gap.from || was.to !== gap.to);
    return isNew ? punch(files[stream], gap) : Promise.resolve(true);
  };
  const given = await Promise.all(STREAMS.map(punchOne));
  return { gaps, isGivenBack: given.every(Boolean) };
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
