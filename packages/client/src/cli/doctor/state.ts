/** Has the daemon's program read everything on the disk; it works beside a running daemon. */
import { existsSync } from "node:fs";
import { ClaudineError } from "@claudine/protocol/errors";
import { askClaudined } from "../claudined.ts";
import type { Io } from "../command.ts";
import { withoutDaemon } from "../without-daemon.ts";
import { type Check, failure, ok } from "./check.ts";

export async function checkState(io: Io): Promise<Check[]> {
  if (!existsSync(io.paths.stateDir)) return [ok("store", "is not there yet")];
  return await ask(io, ["--check-state"]);
}

/** Mends what can be mended and sets aside what cannot; the daemon is stopped for that. */
export async function fixState(io: Io): Promise<Check[]> {
  if (!existsSync(io.paths.stateDir)) return [ok("store", "is not there yet")];
  return (await withoutDaemon(io, () => ask(io, ["--check-state", "--fix"]))).result;
}

async function ask(io: Io, words: readonly string[]): Promise<Check[]> {
  try {
    return await askClaudined<Check[]>(io, words);
  } catch (error) {
    if (!(error instanceof ClaudineError)) throw error;
    return [failure("store", error.message, error.hint ?? null)];
  }
}
