/** The sidecar index of a run: when its streams were seen to have grown, and how far. */
import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type StreamName, unfinishedPath } from "./files.ts";

/** The sizes of both streams at a time; epoch ms. */
export type Sighting = { at: number } & Readonly<Record<StreamName, number>>;

const RECORD_BYTES = 24;
/** More are thinned out: 786 KB for a run, however long. */
const SIGHTINGS_AT_MOST = 32_768;
/** So many of the newest stay as they are. */
const UNTOUCHED = 8192;

/** What is torn, or was zeroed by a power cut, is no sighting. */
export function decodeIndex(bytes: Buffer): Sighting[] {
  const sightings: Sighting[] = [];
  let lastAt = 0;
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    const one = { at: bytes.readDoubleLE(at), stdout: bytes.readDoubleLE(at + 8), stderr: bytes.readDoubleLE(at + 16) };
    const isWhole = Object.values(one).every(Number.isSafeInteger);
    if (!isWhole || one.at <= 0) continue;
    // A clock that was set back does not make output older than what was written before it.
    lastAt = Math.max(one.at, lastAt);
    sightings.push({ ...one, at: lastAt });
  }
  return withoutShrinking(sightings);
}

/** Of a file that its task has made shorter, only what was there afterwards is older. */
function withoutShrinking(sightings: readonly Sighting[]): Sighting[] {
  let [stdout, stderr] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  return sightings
    .toReversed()
    .map((one) => {
      [stdout, stderr] = [Math.min(stdout, one.stdout), Math.min(stderr, one.stderr)];
      return { at: one.at, stdout, stderr };
    })
    .toReversed();
}

function encode(sightings: readonly Sighting[]): Buffer {
  const bytes = Buffer.alloc(sightings.length * RECORD_BYTES);
  for (const [index, { at, stdout, stderr }] of sightings.entries()) {
    bytes.writeDoubleLE(at, index * RECORD_BYTES);
    bytes.writeDoubleLE(stdout, index * RECORD_BYTES + 8);
    bytes.writeDoubleLE(stderr, index * RECORD_BYTES + 16);
  }
  return bytes;
}

/** Empty when there is none: a short run is over before anybody looks at it. */
export async function readIndex(path: string): Promise<Sighting[]> {
  try {
    return decodeIndex(await readFile(path));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

export function readIndexNow(path: string): Sighting[] {
  try {
    return decodeIndex(readFileSync(path));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** @param before how many there are already @returns how many there are now */
export function addSighting(path: string, sighting: Sighting, before: number): number {
  if (before < SIGHTINGS_AT_MOST) {
    appendFileSync(path, encode([sighting]), { mode: 0o600 });
    return before + 1;
  }
  const thin = thinned([...readIndexNow(path), sighting]);
  writeFileSync(unfinishedPath(path), encode(thin), { mode: 0o600 });
  renameSync(unfinishedPath(path), path);
  return thin.length;
}

/** Half of the older ones go, so that what is recent is known exactly and what is long ago roughly. */
export function thinned(sightings: readonly Sighting[]): Sighting[] {
  const older = sightings.length - UNTOUCHED;
  return sightings.filter((_, index) => index >= older || index % 2 === 1);
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
