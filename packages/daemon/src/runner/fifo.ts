/** Makes FIFOs that belong to this user only. Node has no call for it, mkfifo(1) is everywhere. */
import { execFile } from "node:child_process";
import { lstat, rename, rm } from "node:fs/promises";
import { promisify } from "node:util";
import { ClaudineError } from "@claudine/protocol";
import { crashPoint } from "../running/crash-points.ts";

/** Keeps a FIFO of ours that is there already, as a shim may be writing to it; replaces anything else. */
export async function ensureFifo(path: string): Promise<void> {
  if (await isOwnFifo(path)) return;
  const fresh = `${path}.${process.pid}`;
  await rm(fresh, { force: true });
  await promisify(execFile)("mkfifo", ["-m", "600", fresh]).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message.trim().split("\n").at(-1) : String(cause);
    throw new ClaudineError("os", `Cannot make the FIFO ${path}: ${why}`, { hint: "Is mkfifo in the PATH?", cause });
  });
  crashPoint("before-fifo-rename");
  await rename(fresh, path);
  crashPoint("after-fifo-rename");
}

async function isOwnFifo(path: string): Promise<boolean> {
  const stat = await lstat(path).catch(() => undefined);
  return stat !== undefined && stat.isFIFO() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
}
