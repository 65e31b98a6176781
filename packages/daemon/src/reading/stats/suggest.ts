/** What to ask for instead, where what was asked is far from what is used. */
import { formatBytes } from "@claudine/protocol";

export type Compared = { asked: number; usedP95: number; runs: number };

const RUNS_AT_LEAST = 5;
/** On top of what is used. */
const SPARE = 1.2;
/** Saving less is not worth a change. */
const WORTH = 0.75;
/** Less is nothing to save. */
const SMALL_BYTES = 32 * 2 ** 20;

/** As `--memory 4G asked, 1.2G used at p95: try 1.5G`. */
export function suggestMemory({ asked, usedP95, runs }: Compared): string | null {
  const better = niceBytes(usedP95 * SPARE);
  if (runs < RUNS_AT_LEAST || !isFar({ asked, usedP95, better }) || Math.max(asked, better) <= SMALL_BYTES) return null;
  return `--memory ${sizeText(asked)} asked, ${formatBytes(usedP95)} used at p95: try ${sizeText(better)}`;
}

export function suggestCpus({ asked, usedP95, runs }: Compared): string | null {
  const better = Math.max(0.1, niceCores(usedP95 * SPARE));
  if (runs < RUNS_AT_LEAST || !isFar({ asked, usedP95, better })) return null;
  return `--cpus ${short(asked)} asked, ${short(usedP95)} used at p95: try ${short(better)}`;
}

function isFar({ asked, usedP95, better }: { asked: number; usedP95: number; better: number }): boolean {
  return usedP95 > asked || better <= WORTH * asked;
}

/** 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4 … times a power of 1024 halved as often as needed. */
function niceBytes(bytes: number): number {
  const step = 2 ** Math.floor(Math.log2(Math.max(4, bytes))) / 4;
  return Math.ceil(bytes / step) * step;
}

function niceCores(cores: number): number {
  return cores < 1 ? Math.ceil(cores * 10) / 10 : Math.ceil(cores * 2) / 2;
}

/** One that `--memory` takes and that is what it says. */
function sizeText(bytes: number): string {
  const [G, M] = [2 ** 30, 2 ** 20];
  return bytes >= G ? `${short(bytes / G)}G` : `${short(Math.max(1, Math.ceil(bytes / M)))}M`;
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
