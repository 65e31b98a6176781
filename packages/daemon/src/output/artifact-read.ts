/** Reads an artifact. No part of its path may be a link, so nothing outside of the folder is ever read. */
import { constants, type Stats } from "node:fs";
import { lstat, open } from "node:fs/promises";
import { ClaudineError } from "@claudine/protocol";
import { partsOf, pathOf } from "./artifact-names.ts";
import { type HeldFolder, holdFolder } from "./held-folder.ts";

export type ArtifactPiece = { bytes: Buffer; size: number; modifiedAt: number };
export type ArtifactWanted = { name: string; offset: number; maxBytes: number };

/** @throws ClaudineError not_found, wrong_state, invalid_params */
export async function readArtifact(folder: string, { name, ...piece }: ArtifactWanted): Promise<ArtifactPiece> {
  const parts = partsOf(name);
  let held = await enter(Buffer.from(folder), name);
  try {
    for (const part of parts.slice(0, -1)) {
      const inner = await enter(pathOf(held.path, [part]), name);
      await held.release();
      held = inner;
    }
    return await readFile(pathOf(held.path, parts.slice(-1)), { name, ...piece });
  } finally {
    await held.release();
  }
}

async function enter(path: Buffer, name: string): Promise<HeldFolder> {
  const stat = await statOf(path, name);
  if (!stat.isDirectory()) throw stat.isSymbolicLink() ? refused(name, "a link is in its path") : notFound(name);
  // It may have been replaced since.
  return orRefused(holdFolder(path), name);
}

async function readFile(path: Buffer, { name, offset, maxBytes }: ArtifactWanted): Promise<ArtifactPiece> {
  const why = whyNot(await statOf(path, name));
  if (why !== undefined) throw refused(name, why);
  // It may have been replaced since.
  const file = await orRefused(open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK), name);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw refused(name, "it is no file");
    const length = Math.max(0, Math.min(maxBytes, stat.size - offset));
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, offset);
    return { bytes: buffer.subarray(0, bytesRead), size: stat.size, modifiedAt: Math.max(0, Math.round(stat.mtimeMs)) };
  } finally {
    await file.close();
  }
}

function whyNot(stat: Stats): string | undefined {
  if (stat.isFile()) return undefined;
  if (stat.isDirectory()) return "it is a folder";
  if (stat.isSymbolicLink()) return "it is a symbolic link";
  if (stat.isFIFO()) return "it is a FIFO";
  return stat.isSocket() ? "it is a socket" : "it is a device";
}

async function statOf(path: Buffer, name: string): Promise<Stats> {
  return orRefused(lstat(path), name);
}

async function orRefused<T>(step: Promise<T>, name: string): Promise<T> {
  try {
    return await step;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG") throw notFound(name);
    if (code === "EACCES" || code === "EPERM") throw refused(name, "no permission to read it");
    if (code === "ELOOP" || code === "ENXIO") throw refused(name, "it is no file");
    throw error;
  }
}

function notFound(name: string): ClaudineError {
  return new ClaudineError("not_found", `Cannot read the artifact "${name}": there is none of that name`, {
    hint: "`claudine artifacts ID` lists them; they are kept as long as the output",
  });
}

function refused(name: string, why: string): ClaudineError {
  return new ClaudineError("wrong_state", `Cannot read the artifact "${name}": ${why}`, {
    hint: "Only the content of files is given, and no link is followed",
  });
}
