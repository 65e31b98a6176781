/** Makes a folder and those above it. Node's own `recursive` never returns where the system makes none, as in /proc. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/** @throws what the system says */
export function makeFolders(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolders(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Somebody else was faster.
    if (!existsSync(path)) throw error;
  }
}
