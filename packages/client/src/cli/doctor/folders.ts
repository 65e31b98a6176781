/** Checks the folders, the socket's path and the room on the disk. */
import { accessSync, constants, lstatSync, statfsSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { maxSocketPathBytes, type Paths } from "@claudine/protocol/paths";
import { formatBytes } from "@claudine/protocol/units";
import { type Check, failure, ok, warning } from "./check.ts";

/** Below this tasks' output soon has no room; below that neither has the daemon's state. */
const LOW_BYTES = 1024 ** 3;
const FULL_BYTES = 64 * 1024 ** 2;

export function checkFolders(paths: Paths, env: NodeJS.ProcessEnv): Check[] {
  return [
    checkRuntimeVariable(paths, env),
    checkSocketPath(paths.socket),
    checkFolder("runtime folder", paths.runtimeDir),
    checkFolder("state folder", paths.stateDir),
    checkFolder("config folder", paths.configDir, { onlyRead: true }),
    checkRoom(paths.stateDir),
  ].filter((check) => check !== undefined);
}

function checkRuntimeVariable(paths: Paths, env: NodeJS.ProcessEnv): Check | undefined {
  if (process.platform === "darwin" || env["XDG_RUNTIME_DIR"]?.startsWith("/") === true) return undefined;
  return warning(
    "XDG_RUNTIME_DIR",
    `is not set, so the socket is in ${paths.runtimeDir}`,
    "A shell of a login session has it; programs that have it look for the socket elsewhere",
  );
}

function checkSocketPath(path: string): Check | undefined {
  const limit = maxSocketPathBytes(process.platform);
  const bytes = Buffer.byteLength(path);
  if (bytes <= limit) return undefined;
  return failure(
    "socket",
    `${path} has ${bytes} bytes, and the system allows ${limit}`,
    "Set XDG_RUNTIME_DIR or CLAUDINE_SOCKET to a shorter path",
  );
}

function checkFolder(name: string, path: string, { onlyRead = false } = {}): Check {
  const stats = statOf(path);
  if (stats === undefined) return ok(name, `${path} is not there yet`);
  if (stats === "unreadable") return failure(name, `${path} cannot be looked at`, `ls -ld ${dirname(path)}`);
  if (!stats.isDirectory())
    return failure(name, `${path} is not a folder`, "Move it away; the daemon makes a folder there");
  const uid = process.getuid?.();
  if (uid !== undefined && stats.uid !== uid)
    return failure(name, `${path} belongs to user ${stats.uid}, not to you (${uid})`, `sudo chown -R ${uid} ${path}`);
  const open = stats.mode & (onlyRead ? 0o022 : 0o077);
  if (open !== 0)
    return failure(
      name,
      `${path} is open to others (mode ${(stats.mode & 0o777).toString(8)})`,
      `chmod ${onlyRead ? "go-w" : "700"} ${path}`,
    );
  return !onlyRead && isReadOnly(path)
    ? failure(name, `${path} cannot be written: its file system is read-only`, `findmnt -T ${path} shows which it is`)
    : ok(name, path);
}

/** As after an error of the disk; whoever asks, root too. */
function isReadOnly(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EROFS";
  }
}

function statOf(path: string): Stats | "unreadable" | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return "unreadable";
  }
}

function checkRoom(stateDir: string): Check | undefined {
  const room = roomAt(stateDir);
  if (room === undefined) return undefined;
  const message = `${formatBytes(room)} free for state and output`;
  if (room < FULL_BYTES)
    return failure("disk", message, `Make room on the disk of ${stateDir}; claudine clean forgets finished tasks`);
  return room < LOW_BYTES
    ? warning("disk", message, "claudine clean forgets finished tasks with their output")
    : ok("disk", message);
}

/** Bytes free to this user where the folder is or would be. */
function roomAt(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    const parent = dirname(path);
    return parent === path ? undefined : roomAt(parent);
  }
}
