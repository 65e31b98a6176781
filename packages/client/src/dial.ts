/** Opens the socket of the daemon, after looking whose it is. */
import { lstatSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { dirname } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import { maxSocketPathBytes } from "@claudine/protocol/paths";
import { systemWords } from "@claudine/protocol/text";

/** `nobody`: no daemon listens. `gone`: there is no socket at all, as after an orderly stop. `busy`: try again in a moment. */
export type Dialled = { kind: "open"; socket: Socket } | { kind: "nobody" } | { kind: "gone" } | { kind: "busy" };

/**
 * One attempt to connect.
 * @throws ClaudineError unavailable when the path is too long, permission when it belongs to somebody else
 */
export async function dial(path: string): Promise<Dialled> {
  refuseLongPath(path);
  if (!isOwn(dirname(path)) || !isOwn(path)) return { kind: "gone" };
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const failed = (error: NodeJS.ErrnoException) => {
      const kind = KINDS[error.code ?? ""];
      if (kind === undefined) reject(refused(path, error));
      else resolve({ kind });
    };
    socket.once("error", failed);
    socket.once("connect", () => {
      socket.off("error", failed);
      resolve({ kind: "open", socket });
    });
  });
}

// EAGAIN: the queue of connections waiting for the daemon is full. ECONNRESET: it went away while it was asked.
const KINDS: Readonly<Record<string, "nobody" | "gone" | "busy">> = {
  ENOENT: "gone",
  ECONNREFUSED: "nobody",
  EAGAIN: "busy",
  ECONNRESET: "busy",
};

function refused(path: string, error: NodeJS.ErrnoException): ClaudineError {
  const code = error.code === "EACCES" || error.code === "EPERM" ? "permission" : "unavailable";
  return new ClaudineError(code, `Cannot connect to ${path}: ${error.message}`, { cause: error });
}

/**
 * False when there is nothing.
 * @throws ClaudineError permission when it is there and belongs to somebody else
 */
function isOwn(path: string): boolean {
  const stats = statOf(path);
  if (stats === undefined) return false;
  const uid = process.getuid?.();
  // What root owns, root could read anyhow; a folder like /run or /tmp is not a threat by its owner.
  if (uid === undefined || stats.uid === uid || stats.uid === 0) return true;
  throw new ClaudineError("permission", `Cannot use ${path}: it belongs to user ${stats.uid}, not to you (${uid})`, {
    hint: "Set XDG_RUNTIME_DIR to a folder of your own",
  });
}

function statOf(path: string): { uid: number } | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return undefined;
    throw new ClaudineError("permission", `Cannot look at ${path}: ${systemWords(error)}`, { cause: error });
  }
}

function refuseLongPath(path: string): void {
  const limit = maxSocketPathBytes(process.platform);
  const length = Buffer.byteLength(path);
  if (length <= limit) return;
  throw new ClaudineError(
    "unavailable",
    `Cannot use the socket ${path}: its path has ${length} bytes, and the system allows ${limit}`,
    {
      hint: "Set XDG_RUNTIME_DIR or CLAUDINE_SOCKET to a shorter path",
    },
  );
}
