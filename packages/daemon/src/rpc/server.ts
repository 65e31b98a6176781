/** Listens on the Unix socket and keeps the sessions. */
import { chmodSync, lstatSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { createServer, type Server, type Socket } from "node:net";
import { ClaudineError, type TaskEvent } from "@claudine/protocol";
import { crashPoint } from "../running/crash-points.ts";
import type { Context, EventSource } from "./context.ts";
import { createDispatch } from "./dispatch.ts";
import { openSession, type Session } from "./session.ts";
import { createTraffic } from "./traffic.ts";

/** Descriptors left for the store, logs and pipes. */
const DESCRIPTORS_KEPT = 128;
/** Some more, for connections that are only told that there are too many. */
const TO_BE_REFUSED = 64;
/** Of all connections together. */
const UNREAD_AT_MOST = 256 * 2 ** 20;

export type RpcServer = {
  listen(fd: number | undefined): Promise<void>;
  tell(events: readonly TaskEvent[]): void;
  connections(): number;
  /** False when the socket was taken away: nobody new can connect. */
  reachable(): boolean;
  /** Takes no more connections, lets answers drain, and removes the socket if it is still ours. */
  close(): Promise<void>;
};

export function createRpcServer(context: Context, source: EventSource): RpcServer {
  const sessions = new Set<Session>();
  const dispatch = createDispatch(context);
  const traffic = createTraffic({ heldAtMost: 4 * context.config.maxMessageBytes, unreadAtMost: UNREAD_AT_MOST });
  const most = Math.max(16, descriptorLimit() - DESCRIPTORS_KEPT - TO_BE_REFUSED);
  let crowded = false;
  const refuseOne = (session?: Session) => {
    // Said once, as who connects too often does it many times.
    if (!crowded) context.log.warn("Refusing connections: too many are open", { connections: sessions.size });
    crowded = true;
    session?.refuse(tooMany(most));
  };
  const server = createServer((socket: Socket) => {
    const onClose = () => {
      sessions.delete(session);
      if (sessions.size < 0.9 * most) crowded = false;
    };
    const session = openSession(socket, { context, dispatch, source, traffic, onClose });
    sessions.add(session);
    if (sessions.size > most) refuseOne(session);
  });
  server.maxConnections = most + TO_BE_REFUSED;
  server.on("drop", () => refuseOne());
  let inode: number | undefined;

  return {
    async listen(fd) {
      inode = await bind(server, fd, context.paths.socket);
      server.on("error", (error) => context.log.error("The socket failed", { error: error.message }));
    },
    tell(events) {
      for (const session of sessions) session.tell(events);
    },
    connections: () => sessions.size,
    reachable: () => inode === undefined || isOwn(context.paths.socket, inode),
    async close() {
      const done = new Promise<void>((resolve) => server.close(() => resolve()));
      if (inode !== undefined) removeOwn(context.paths.socket, inode);
      for (const session of sessions) session.destroy();
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 500).unref())]);
    },
  };
}

function tooMany(most: number): ClaudineError {
  return new ClaudineError("limit", `Cannot take the connection: ${most} are open already`, {
    hint: "Close some, or raise the limit of open files (ulimit -n) of the daemon",
  });
}

/**
 * Binds under another name and renames: a stale socket is replaced in one step, and closing unlinks that other name,
 * never the socket of a successor. An inherited descriptor (socket activation) is used as it is.
 */
async function bind(server: Server, fd: number | undefined, path: string): Promise<number | undefined> {
  const draft = join(dirname(path), `.${process.pid}`);
  if (fd === undefined) rmSync(draft, { force: true });
  await new Promise<void>((resolve, reject) => {
    const refused = (cause: Error) => reject(cannotListen(path, cause));
    server.once("error", refused);
    server.listen(fd === undefined ? { path: draft, backlog: 4096 } : { fd }, () => {
      server.off("error", refused);
      resolve();
    });
  });
  if (fd !== undefined) return undefined;
  chmodSync(draft, 0o600);
  crashPoint("before-socket-rename");
  renameSync(draft, path);
  crashPoint("after-socket-rename");
  return statSync(path).ino;
}

function cannotListen(path: string, cause: Error): ClaudineError {
  const isFull = "code" in cause && (cause.code === "ENOSPC" || cause.code === "EDQUOT");
  return new ClaudineError(isFull ? "storage" : "permission", `Cannot listen on ${path}: ${cause.message}`, {
    hint: isFull
      ? "Free some space on the disk of the runtime folder"
      : "Set XDG_RUNTIME_DIR, or CLAUDINE_SOCKET, to a place of yours",
    cause,
  });
}

function isOwn(path: string, inode: number): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.ino === inode;
}

function removeOwn(path: string, inode: number): void {
  try {
    if (isOwn(path, inode)) rmSync(path);
  } catch {
    // Already gone, which is what was wanted.
  }
}

/** Soft limit of open files; 1024 where /proc does not tell. */
function descriptorLimit(): number {
  try {
    const match = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync("/proc/self/limits", "utf8"));
    return match?.[1] === "unlimited" ? 1_000_000 : Number(match?.[1] ?? 1024);
  } catch {
    return 1024;
  }
}
