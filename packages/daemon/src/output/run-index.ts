/** The sidecar index of a run: when its streams were seen to have grown, and how far. */
import { renameSync } from "node:fs";
import { type StreamName, unfinishedPath } from "./files.ts";
import { appendRecordNow, readRegular, readRegularNow, writeRegularNow } from "./regular-file.ts";

/** The sizes of both streams at a time; epoch ms. */
export type Sighting = { at: number } & Readonly<Record<StreamName, number>>;

const RECORD_BYTES = 24;
/** More are thinned out: 786 KB for a run, however long. */
const SIGHTINGS_AT_MOST = 32_768;
/** So many of the newest stay as they are. */
const UNTOUCHED = 8192;

/** What is torn, or was zeroed by a power cut, is no sighting. */
export function decodeIndex(bytes: Buffer): Sighting[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sightings: Sighting[] = [];
  let lastAt = 0;
  for (let place = 0; place + RECORD_BYTES <= bytes.length; place += RECORD_BYTES) {
    const [at, stdout, stderr] = [
      view.getFloat64(place, true),
      view.getFloat64(place + 8, true),
      view.getFloat64(place + 16, true),
    ];
    const isWhole = Number.isSafeInteger(at) && Number.isSafeInteger(stdout) && Number.isSafeInteger(stderr);
    if (!isWhole || at <= 0) continue;
    // A clock that was set back does not make output older than what was written before it.
    lastAt = Math.max(at, lastAt);
    sightings.push({ at: lastAt, stdout, stderr });
  }
  return withoutShrinking(sightings);
}

/** Of a file that its task has made shorter, only what was there afterwards is older. */
function withoutShrinking(sightings: readonly Sighting[]): Sighting[] {
  const still: Sighting[] = [];
  let [stdout, stderr] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let index = sightings.length - 1; index >= 0; index -= 1) {
    const one = sightings[index];
    if (one === undefined) continue;
    [stdout, stderr] = [Math.min(stdout, one.stdout), Math.min(stderr, one.stderr)];
    still.push(one.stdout === stdout && one.stderr === stderr ? one : { at: one.at, stdout, stderr });
  }
  return still.reverse();
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
  const bytes = await readRegular(path);
  return bytes === undefined ? [] : decodeIndex(bytes);
}

export function readIndexNow(path: string): Sighting[] {
  const bytes = readRegularNow(path);
  return bytes === undefined ? [] : decodeIndex(bytes);
}

/** @param before how many there are already @returns how many there are now */
export function addSighting(path: string, sighting: Sighting, before: number): number {
  if (before < SIGHTINGS_AT_MOST) {
    appendRecordNow(path, encode([sighting]));
    return before + 1;
  }
  const thin = thinned([...readIndexNow(path), sighting]);
  writeRegularNow(unfinishedPath(path), encode(thin), "anew");
  renameSync(unfinishedPath(path), path);
  return thin.length;
}

/** Half of the older ones go, so that what is recent is known exactly and what is long ago roughly. */
export function thinned(sightings: readonly Sighting[]): Sighting[] {
  const older = sightings.length - UNTOUCHED;
  return sightings.filter((_, index) => index >= older || index % 2 === 1);
}
