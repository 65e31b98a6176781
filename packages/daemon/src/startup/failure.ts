/** How a daemon says why it cannot come up, or cannot go on. */
import { ClaudineError, ERRORS, oneLine, type Paths } from "@claudine/protocol";
import { createLog, errorFacts, type Log, writeToStderr } from "../log.ts";

/** A bug ends the daemon, as its state may be wrong; the service manager starts the next one, and the tasks go on. */
export function reportBugs(log: Log): (error: unknown) => void {
  // The log may be on a disk that is full, or its reader gone; the daemon's work is not.
  process.stderr.on("error", () => {});
  const fatal = (error: unknown) => {
    if (error instanceof ClaudineError) {
      log.error(error.message, { hint: error.hint });
      process.exit(ERRORS[error.code].exit);
    }
    log.error("A bug: the daemon ends; running tasks go on and the next daemon takes them up", errorFacts(error));
    process.exit(ERRORS.internal.exit);
  };
  process.on("uncaughtException", fatal);
  process.on("unhandledRejection", fatal);
  return fatal;
}

/** What the system refused is no bug, wherever it came up. */
export function startError(error: unknown, ownPaths: () => Paths): ClaudineError {
  if (error instanceof ClaudineError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (["ENOSPC", "EDQUOT", "EROFS"].includes(code)) {
    const { stateDir, runtimeDir } = ownPaths();
    return new ClaudineError("storage", `Cannot come up: ${String(error)}`, {
      hint: `Free some space on the disk of ${stateDir} and on that of ${runtimeDir}; tasks that run go on`,
    });
  }
  if (error instanceof Error && "syscall" in error) return new ClaudineError("os", `Cannot come up: ${error.message}`);
  return new ClaudineError("internal", `Cannot come up: ${String(error)}`);
}

/** To a person in lines of text, to a log or a program as a line of the log. */
export function tellRefusal({ code, message, hint }: ClaudineError): void {
  if (!process.stderr.isTTY) return createLog("error", writeToStderr).error(message, { hint, code });
  const lines = message.split("\n").map((line) => `claudined: ${oneLine(line)}`);
  if (hint !== undefined) lines.push(`  hint: ${oneLine(hint)}`);
  writeToStderr(`${lines.join("\n")}\n`);
}
