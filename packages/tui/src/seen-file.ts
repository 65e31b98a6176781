/** Keeps in a file which failures somebody has looked at. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { SeenPort, SeenState } from "./store/seen.ts";

/** What cannot be read or written is no reason not to show the screen. */
export function seenFile(path: string): SeenPort {
  return {
    load() {
      try {
        const value: unknown = JSON.parse(readFileSync(path, "utf8"));
        return isState(value) ? value : undefined;
      } catch {
        return undefined;
      }
    },
    save(state) {
      try {
        const fresh = `${path}.${process.pid}`;
        writeFileSync(fresh, JSON.stringify(state), { mode: 0o600 });
        renameSync(fresh, path);
      } catch {
        // The next screen shows them once more.
      }
    },
  };
}

function isState(value: unknown): value is SeenState {
  if (typeof value !== "object" || value === null || !("before" in value) || !("runs" in value)) return false;
  const { before, runs } = value;
  return typeof before === "number" && Array.isArray(runs) && runs.every((run) => typeof run === "string");
}
