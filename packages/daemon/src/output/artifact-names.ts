/** Names of artifacts: paths below the folder of a run. On the disk they are bytes, kept here as Latin-1, which loses none. */
import { isUtf8 } from "node:buffer";
import { ClaudineError } from "@claudine/protocol";

/** @returns its parts. @throws ClaudineError invalid_params for what would lead out of the folder */
export function partsOf(name: string): string[] {
  const parts = name.split("/");
  const isWrong = parts.some((part) => part === "" || part === "." || part === "..") || name.includes("\0");
  if (!isWrong) return parts.map((part) => Buffer.from(part, "utf8").toString("latin1"));
  throw new ClaudineError(
    "invalid_params",
    `Cannot read the artifact "${name.slice(0, 200)}": that is no name of one`,
    {
      hint: "A name is a path within the folder of the run, as `claudine artifacts ID` lists it",
    },
  );
}

/** For the file system. */
export function pathOf(folder: Buffer, parts: readonly string[]): Buffer {
  return Buffer.concat([folder, ...parts.flatMap((part) => [Buffer.from("/"), Buffer.from(part, "latin1")])]);
}

/** For people and programs; undefined for what is no text. */
export function nameOf(parts: readonly string[]): { name: string; isText: boolean } {
  const bytes = Buffer.from(parts.join("/"), "latin1");
  return { name: bytes.toString("utf8"), isText: isUtf8(bytes) };
}

/** A place in a listing. */
export function cursorOf(parts: readonly string[]): string {
  return Buffer.from(parts.join("/"), "latin1").toString("base64url");
}

export function readCursor(cursor: string): string[] {
  return Buffer.from(cursor, "base64url").toString("latin1").split("/");
}
