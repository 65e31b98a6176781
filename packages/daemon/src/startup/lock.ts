/**
 * One daemon per state folder, and one per runtime folder. Locks are files `lock.N`; who made the highest N holds it while its process lives.
 * The highest is never removed, so a stale one cannot be taken over twice, and a reused pid is told apart by its
 * start time and boot.
 */
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { ClaudineError, ProcessIdentity } from "@claudine/protocol";
import { crashPoint } from "../running/crash-points.ts";

export type LockPorts = {
  /** What is locked, in words. */
  what: string;
  self: ProcessIdentity;
  /** Where it listens; undefined when it does not. */
  socket?: string | undefined;
  isAlive: (process: ProcessIdentity) => boolean;
  /** Told of the daemon that has the lock. */
  onHeld?: (holder: ProcessIdentity) => void;
};

export type Lock = {
  /** False when its file was removed, moved away or replaced. */
  isOwn(): boolean;
  /** Calls `onLost` when the file is no longer its own, as far as the system tells of it. @returns what ends that */
  watch(onLost: () => void): () => void;
};

/** Clients that find nobody on their socket read it, too. */
type LockRecord = ProcessIdentity & { socket?: string | undefined };

/** @throws ClaudineError already_running, with the holder's pid and socket */
export function takeLock(dir: string, ports: LockPorts): Lock {
  const { self, socket } = ports;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const draft = join(dir, `draft.${self.pid}`);
  writeFileSync(draft, JSON.stringify({ ...self, socket } satisfies LockRecord), { mode: 0o600 });
  try {
    for (;;) {
      const path = tryLock(dir, draft, ports);
      // Else somebody made the next number; look again.
      if (path !== undefined) return heldLock(dir, path);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function heldLock(dir: string, path: string): Lock {
  const { ino } = statSync(path);
  const isOwn = () => statSync(path, { throwIfNoEntry: false })?.ino === ino;
  return {
    isOwn,
    watch(onLost) {
      try {
        const watcher = watch(dir, () => void (isOwn() || onLost()));
        watcher.on("error", () => {});
        watcher.unref();
        return () => watcher.close();
      } catch {
        // The system has no watch left; the next commit that fails tells too.
        return () => {};
      }
    },
  };
}

/** @returns the file of the lock that was taken; undefined when somebody else was faster */
function tryLock(dir: string, draft: string, { what, isAlive, onHeld }: LockPorts): string | undefined {
  const newest = numbersIn(dir).at(-1) ?? 0;
  const holder = newest === 0 ? undefined : readHolder(join(dir, `lock.${newest}`));
  if (holder !== undefined && isAlive(holder)) {
    onHeld?.(holder);
    throw held(holder, what);
  }
  const mine = newest + 1;
  try {
    crashPoint("before-lock-link");
    linkSync(draft, join(dir, `lock.${mine}`));
    crashPoint("after-lock-link");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return undefined;
    throw error;
  }
  // Ours may be a number that was removed as old by somebody already further.
  if (numbersIn(dir).at(-1) !== mine) {
    rmSync(join(dir, `lock.${mine}`), { force: true });
    return undefined;
  }
  for (const old of numbersIn(dir)) if (old < mine) rmSync(join(dir, `lock.${old}`), { force: true, recursive: true });
  return join(dir, `lock.${mine}`);
}

function numbersIn(dir: string): number[] {
  return readdirSync(dir)
    .flatMap((name) => /^lock\.(\d{1,15})$/.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
}

/** An unreadable lock was torn by a crash while it was written by an older scheme: nobody holds it. */
function readHolder(path: string): LockRecord | undefined {
  try {
    // A FIFO would never be read to its end.
    if (!lstatSync(path).isFile()) return undefined;
    const record: unknown = JSON.parse(readFileSync(path, "utf8"));
    return { ...ProcessIdentity.parse(record), socket: socketOf(record) };
  } catch {
    return undefined;
  }
}

function socketOf(record: unknown): string | undefined {
  const named = typeof record === "object" && record !== null && "socket" in record;
  return named && typeof record.socket === "string" ? record.socket : undefined;
}

function held({ pid, socket }: LockRecord, what: string): ClaudineError {
  const where = socket === undefined ? "" : ` and listens on ${socket}`;
  return new ClaudineError("already_running", `Another claudined (pid ${pid}) serves ${what}${where}`, {
    hint: "`claudine daemon status` shows it; `claudine daemon restart` replaces it",
  });
}
