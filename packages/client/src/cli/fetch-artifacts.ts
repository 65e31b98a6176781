/** Lists artifacts of a run page by page, and copies them into a folder. */
import { randomBytes } from "node:crypto";
import { link, lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Artifact } from "@claudine/protocol/artifact";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Client } from "../client.ts";

/** The run of a task; the last one unless told. */
export type RunName = { id: number; attempt?: number };

const PAGE = 10_000;
const PIECE_BYTES = 1_048_576;

/** @returns the run they are of */
export async function* listArtifacts(client: Client, run: RunName): AsyncGenerator<readonly Artifact[], number> {
  let from: { after?: string } = {};
  for (;;) {
    const { attempt, files, next } = await client.call("artifact.list", { ...run, ...from, limit: PAGE });
    yield files;
    if (next === null) return attempt;
    from = { after: next };
  }
}

/** Gives each piece away before it asks for the next one. */
export async function readArtifact(
  client: Client,
  file: RunName & { name: string },
  take: (bytes: Buffer, offset: number) => Promise<void>,
): Promise<number> {
  for (let offset = 0; ;) {
    const { data, nextOffset, eof } = await client.call("artifact.read", { ...file, offset, maxBytes: PIECE_BYTES });
    await take(Buffer.from(data, "base64"), offset);
    offset = nextOffset;
    if (eof) return offset;
  }
}

export type Saved = { name: string; path: string; bytes: number };

/**
 * Writes one file below `folder`, with holes where it is empty. What is there already stays, unless `force`, and then until
 * all of the new one is there.
 * @throws ClaudineError
 */
export async function saveArtifact(
  client: Client,
  file: RunName & { name: string },
  { folder, force }: { folder: string; force: boolean },
): Promise<Saved> {
  const { name } = file;
  // Whoever answers: nothing is written outside of the folder.
  if (name.split("/").some((part) => part === "" || part === "." || part === ".."))
    throw new ClaudineError("invalid_params", `Cannot write "${name}": that is no name of an artifact`);
  const path = join(folder, name);
  try {
    await makeFolder(dirname(path));
    // Before a gigabyte has come for nothing.
    if (!force) await refuseExisting(path);
    const partial = join(dirname(path), `.claudine-${randomBytes(6).toString("hex")}.part`);
    try {
      const bytes = await writeAll(client, file, partial);
      await (force ? rename(partial, path) : renameNew(partial, path));
      return { name, path, bytes };
    } finally {
      await rm(partial, { force: true });
    }
  } catch (error) {
    throw notWritten(path, error);
  }
}

async function writeAll(client: Client, file: RunName & { name: string }, path: string): Promise<number> {
  const target = await open(path, "wx");
  try {
    const bytes = await readArtifact(client, file, async (piece, offset) => {
      if (piece.some((byte) => byte !== 0)) await target.write(piece, 0, piece.length, offset);
    });
    await target.truncate(bytes);
    return bytes;
  } finally {
    await target.close();
  }
}

async function refuseExisting(path: string): Promise<void> {
  const stat = await lstat(path).catch(() => undefined);
  if (stat !== undefined) throw Object.assign(new Error("EEXIST"), { code: "EEXIST", syscall: "open" });
}

/** Never over something that came meanwhile; some file systems have no links to do that with. */
async function renameNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const isWithout =
      error instanceof Error &&
      "code" in error &&
      ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(String(error.code));
    if (!isWithout) throw error;
    await refuseExisting(to);
    await rename(from, to);
  }
}

/** That a file is there already says something else of a folder than of a file. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const isFile = error instanceof Error && "code" in error && (error.code === "EEXIST" || error.code === "ENOTDIR");
    throw isFile ? new ClaudineError("os", `Cannot make the folder ${path}: a file is in its place`) : error;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: "there is something of that name already",
  EACCES: "no permission",
  ENOSPC: "no space left on the disk",
  EROFS: "the disk can only be read",
  ENAMETOOLONG: "the name is too long",
  EISDIR: "a folder is in its place",
};

function notWritten(path: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error && "syscall" in error ? String(error.code) : "";
  if (code === "") return error;
  return new ClaudineError("os", `Cannot write ${path}: ${REASONS[code] ?? code}`, {
    ...(code === "EEXIST" && { hint: "--force replaces it" }),
    cause: error,
  });
}
