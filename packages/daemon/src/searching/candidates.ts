/** Which of many small plain files need not be searched closely: a look at their bytes is quicker than that. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import type { Pattern } from "./pattern.ts";

/** In one go; what is not among them is searched closely. */
export const FILES_AT_ONCE = 500;
const BYTES_AT_ONCE = 64 * 2 ** 20;
/** Larger ones are left to ripgrep. */
export const SMALL_BYTES = 8 * 2 ** 20;

/** @returns those of `paths` that cannot match, as they are now */
export function withoutMatch(pattern: Pattern, paths: Iterable<string>): ReadonlySet<string> {
  const without = new Set<string>();
  if (pattern.required === undefined) return without;
  let sum = 0;
  for (const path of paths) {
    const bytes = readSmall(path);
    sum += bytes?.length ?? 0;
    if (bytes !== undefined && !pattern.mayMatch(bytes)) without.add(path);
    if (sum > BYTES_AT_ONCE) break;
  }
  return without;
}

/** What cannot be read is left to the close look, which says why. */
function readSmall(path: string): Buffer | undefined {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(file);
      return stat.isFile() && stat.size <= SMALL_BYTES ? readFileSync(file) : undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}
