/** Tells when a log file changes. */
import { watch } from "node:fs";

export type LogWatch = {
  /** Remembers that something changed outside of the file. */
  poke(): void;
  /** Resolves after `ms`, or at once when something has changed since the last call. */
  changed(ms: number): Promise<void>;
  close(): void;
};

/** A file that can't be watched, as it is not there yet or there are too many watches, is looked at so often. */
const LOOK_AGAIN_MS = 20;

/** Start it before reading: what is written in between is then not missed. */
export function watchLog(path: string | undefined): LogWatch {
  let dirty = false;
  let wake = () => {};
  const poke = () => {
    dirty = true;
    wake();
  };
  let watcher = path === undefined ? undefined : watchFile(path, poke);
  return {
    poke,
    async changed(ms) {
      if (path !== undefined && watcher === undefined) {
        watcher = watchFile(path, poke);
        if (watcher !== undefined) return;
        ms = Math.min(ms, LOOK_AGAIN_MS);
      }
      if (!dirty) await pause(ms, (resolve) => (wake = resolve));
      dirty = false;
    },
    close: () => watcher?.close(),
  };
}

function pause(ms: number, wakeBy: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wakeBy(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function watchFile(path: string, onChange: () => void): { close(): void } | undefined {
  try {
    const watcher = watch(path, { persistent: false }, onChange);
    watcher.on("error", onChange);
    return watcher;
  } catch {
    return undefined;
  }
}
