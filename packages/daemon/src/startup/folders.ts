/** Makes the daemon's folders and refuses those that are somebody else's or open to others. */
import { accessSync, chmodSync, constants, existsSync, lstatSync, mkdirSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { ClaudineError, maxSocketPathBytes, systemWords, type Paths } from "@claudine/protocol";
import { checkPlaces } from "./places.ts";

/** @throws ClaudineError permission, storage, config_invalid (socket path too long) */
export function prepareFolders(paths: Paths, uid: number): void {
  checkSocketPath(paths.socket);
  for (const dir of [paths.runtimeDir, paths.stateDir, `${paths.stateDir}/runs`, `${paths.runtimeDir}/stdin`])
    privateFolder(dir, uid);
  checkPlaces(paths);
}

function privateFolder(dir: string, uid: number): void {
  const there = statOf(dir);
  if (there !== undefined && !there.isDirectory())
    throw new ClaudineError("permission", `Cannot use ${dir}: it is not a folder`, { hint: "Move it away" });
  if (there === undefined) makeFolder(dir);
  const stat = lstatSync(dir);
  if (stat.uid !== uid) {
    throw new ClaudineError(
      "permission",
      `Cannot use the folder ${dir}: it belongs to user ${stat.uid}, not to you (${uid})`,
      {
        hint: "Set XDG_RUNTIME_DIR (or XDG_STATE_HOME) to a folder of yours",
      },
    );
  }
  if ((stat.mode & 0o077) !== 0) chmodSync(dir, 0o700);
  checkAccess(dir);
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    // Whatever the reason is, making it tells.
    return undefined;
  }
}

function makeFolder(dir: string): void {
  try {
    makeWithParents(dir);
  } catch (cause) {
    throw new ClaudineError("storage", `Cannot make the folder ${dir}: ${systemWords(cause)}`, {
      hint: "Set XDG_STATE_HOME and XDG_RUNTIME_DIR to folders of yours",
      cause,
    });
  }
}

/** Node's own `recursive` never returns where the system makes no folders, as in /proc. */
function makeWithParents(dir: string): void {
  if (existsSync(dir)) return;
  if (dirname(dir) !== dir) makeWithParents(dirname(dir));
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    // Somebody else was faster.
    if (!existsSync(dir)) throw error;
  }
}

function checkAccess(dir: string): void {
  try {
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new ClaudineError("permission", `Cannot use the folder ${dir}: it cannot be written`, {
      hint: `Try: chmod u+rwx ${dir}`,
      cause,
    });
  }
}

function checkSocketPath(socket: string): void {
  const limit = maxSocketPathBytes(process.platform);
  const length = Buffer.byteLength(socket);
  if (length <= limit) return;
  throw new ClaudineError(
    "config_invalid",
    `Cannot listen on ${socket}: the path has ${length} bytes, the kernel takes ${limit}`,
    {
      hint: "Set XDG_RUNTIME_DIR to a shorter folder",
    },
  );
}
