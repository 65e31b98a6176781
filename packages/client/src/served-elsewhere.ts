/** Finds the daemon that serves this state folder on another socket, by what its lock says of it. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Paths } from "@claudine/protocol/paths";
import { dial } from "./dial.ts";

export type Elsewhere = { pid: number; socket: string };

export const ELSEWHERE_HINT = "Set CLAUDINE_SOCKET to that, or XDG_RUNTIME_DIR as it was where that daemon was started";

/** Undefined when there is none, or when nobody listens there: then it is starting, stopping or gone. */
export async function servedElsewhere(paths: Pick<Paths, "stateDir" | "socket">): Promise<Elsewhere | undefined> {
  const holder = readHolder(join(paths.stateDir, "lock"));
  if (holder === undefined || resolve(holder.socket) === paths.socket || !isThere(holder.pid)) return undefined;
  try {
    const dialled = await dial(holder.socket);
    if (dialled.kind !== "open") return undefined;
    dialled.socket.destroy();
    return holder;
  } catch {
    return undefined;
  }
}

/** `one (pid 12) serves this state folder and listens on …` */
export function elsewhereText({ pid, socket }: Elsewhere): string {
  return `one (pid ${pid}) serves this state folder and listens on ${socket}`;
}

/** @param what as in "Cannot … the daemon" */
export function elsewhereError(what: string, other: Elsewhere): ClaudineError {
  return new ClaudineError("already_running", `Cannot ${what} the daemon: another ${elsewhereText(other)}`, {
    hint: ELSEWHERE_HINT,
  });
}

/** Of the newest lock; undefined when it cannot be read or names no socket. */
function readHolder(dir: string): Elsewhere | undefined {
  try {
    const numbers = readdirSync(dir).flatMap((name) => /^lock\.(\d{1,15})$/.exec(name)?.[1] ?? []);
    const newest = Math.max(...numbers.map(Number));
    const record: unknown = JSON.parse(readFileSync(join(dir, `lock.${newest}`), "utf8"));
    if (typeof record !== "object" || record === null || !("pid" in record && "socket" in record)) return undefined;
    const { pid, socket } = record;
    return typeof pid === "number" && typeof socket === "string" ? { pid, socket } : undefined;
  } catch {
    return undefined;
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
