/** Tells what the operating system refused, and what a damaged store does, from what is a bug. */
import { ClaudineError } from "@claudine/protocol";
import { damagedPages } from "../health/damaged-pages.ts";
import { shortageOf } from "../running/shortage.ts";

/** The error as a caller may be told of it; undefined when it is a bug. */
export function expectedError(error: unknown): ClaudineError | undefined {
  if (error instanceof ClaudineError) return error;
  const what = shortageOf(error);
  if (what === undefined) return damagedPages(error);
  return new ClaudineError("os", `Cannot do this now: the system has no ${what} left`, {
    hint: "Try again when other programs, or connections to the daemon, have ended",
    cause: error,
  });
}
