/**
 * One daemon per state folder. Locks are files `lock.N`; who made the highest N holds it while its process lives.
 * The highest is never removed, so a stale one cannot be taken over twice, and a reused pid is told apart by its
 * start time and boot.
 */
import { linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ClaudineError, ProcessIdentity } from "@claudine/protocol";
import { crashPoint } from "./crash-points.ts";

export type LockPorts = {
  self: ProcessIdentity;
  /** Where it listens; undefined when it does not. */
  socket?: string | undefined;
  isAlive: (process: ProcessIdentity) => boolean;
  /** Told of the daemon that has the lock. */
  onHeld?: (holder: ProcessIdentity) => void;
};

/** Clients that find nobody on their socket read it, too. */
type LockRecord = ProcessIdentity & { socket?: string | undefined };

/** @throws ClaudineError already_running, with the holder's pid and socket */
export function takeLock(dir: string, ports: LockPorts): void {
  const { self, socket } = ports;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const draft = join(dir, `draft.${self.pid}`);
  writeFileSync(draft, JSON.stringify({ ...self, socket } satisfies LockRecord), { mode: 0o600 });
  try {
    while (!tryLock(dir, draft, ports)) {
      /* somebody else made the next number; look again */
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function tryLock(dir: string, draft: string, { isAlive, onHeld }: LockPorts): boolean {
  const newest = numbersIn(dir).at(-1) ?? 0;
  const holder = newest === 0 ? undefined : readHolder(join(dir, `lock.${newest}`));
  if (holder !== undefined && isAlive(holder)) {
    onHeld?.(holder);
    throw held(holder);
  }
  const mine = newest + 1;
  try {
    crashPoint("before-lock-link");
    linkSync(draft, join(dir, `lock.${mine}`));
    crashPoint("after-lock-link");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
  // Ours may be a number that was removed as old by somebody already further.
  if (numbersIn(dir).at(-1) !== mine) {
    rmSync(join(dir, `lock.${mine}`), { force: true });
    return false;
  }
  for (const old of numbersIn(dir)) if (old < mine) rmSync(join(dir, `lock.${old}`), { force: true, recursive: true });
  return true;
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

function held({ pid, socket }: LockRecord): ClaudineError {
  const where = socket === undefined ? "" : ` and listens on ${socket}`;
  return new ClaudineError("already_running", `Another claudined (pid ${pid}) serves this state folder${where}`, {
    hint: "`claudine daemon status` shows it; `claudine daemon restart` replaces it",
  });
}
