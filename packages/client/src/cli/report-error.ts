/** Tells what went wrong, to people or to programs. */
import { ClaudineError, ERRORS } from "@claudine/protocol/errors";
import { safeJson } from "@claudine/protocol/text";
import type { Input, Io } from "./command.ts";
import { flag } from "./input.ts";
import { Interrupted } from "./interrupt.ts";
import { problemLine } from "./print.ts";

/** @returns the exit code */
export function reportError(error: unknown, input: Input, io: Io): number {
  if (error instanceof Interrupted) {
    if (error.message !== "") io.err(`${error.message}\n`);
    return 130;
  }
  const known = error instanceof ClaudineError ? error : bug(error);
  if (flag(input, "json")) {
    const { code, message, hint = null } = known;
    io.err(`${safeJson({ error: { code, message, hint } })}\n`);
  } else {
    io.err(`claudine: ${problemLine(known.message)}\n`);
    if (known.hint !== undefined) io.err(`  hint: ${problemLine(known.hint)}\n`);
  }
  return ERRORS[known.code].exit;
}

function bug(error: unknown): ClaudineError {
  const message = error instanceof Error ? error.message : String(error);
  return new ClaudineError("internal", `Internal error: ${message}`, {
    cause: error,
    hint: "Client and daemon may be of different versions: claudine version. Otherwise this is a bug in Claudine",
  });
}
