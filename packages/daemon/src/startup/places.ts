/** Looks at what stands where the daemon's files belong, before anything is opened: a FIFO there would hang it. */
import { lstatSync, type Stats } from "node:fs";
import { ClaudineError, type Paths } from "@claudine/protocol";

type Kind = "file" | "folder" | "socket";

/** @throws ClaudineError permission when something else is in the place of a file, folder or socket */
export function checkPlaces({ runtimeDir, stateDir, socket }: Paths): void {
  check(socket, "socket");
  check(`${runtimeDir}/env.key`, "file");
  check(`${runtimeDir}/lock`, "folder");
  check(`${stateDir}/starting`, "file");
  check(`${stateDir}/lock`, "folder");
  check(`${stateDir}/store`, "folder");
  check(`${stateDir}/store/data.mdb`, "file");
  check(`${stateDir}/store/lock.mdb`, "file");
}

function check(path: string, kind: Kind): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || isOf(kind, stat)) return;
  throw new ClaudineError("permission", `Cannot use ${path}: it is not a ${kind}`, { hint: "Move it away" });
}

function isOf(kind: Kind, stat: Stats): boolean {
  switch (kind) {
    case "file":
      return stat.isFile();
    case "folder":
      return stat.isDirectory();
    case "socket":
      return stat.isSocket();
  }
}
