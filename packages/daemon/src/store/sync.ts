/** Flushes a file, or the names in a folder. */
import { closeSync, fsyncSync, openSync } from "node:fs";

export function sync(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
