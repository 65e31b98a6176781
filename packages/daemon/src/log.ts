/** JSON lines on stderr, one object per line: at, level, message and the facts. */
import { writeSync } from "node:fs";

const LEVELS = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof LEVELS)[number];
export type Log = Record<Level, (message: string, facts?: Readonly<Record<string, unknown>>) => void>;

export function createLog(least: Level, write: (line: string) => void): Log {
  const at =
    (level: Level) =>
    (message: string, facts: Readonly<Record<string, unknown>> = {}) => {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
      write(`${JSON.stringify({ at: new Date().toISOString(), level, message, ...facts })}\n`);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

const STDERR = 2;

/** What cannot be written is lost: neither a reader that is gone nor a full disk may end the daemon or its log for good. */
export function writeToStderr(line: string): void {
  try {
    writeSync(STDERR, line);
  } catch {
    // There is nowhere to say it.
  }
}

/** An error as a log fact: expected ones by their text, bugs with their stack. */
export function errorFacts(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = "code" in error ? { code: error.code } : {};
  return { error: error.message, ...code, ...(error.name === "ClaudineError" ? {} : { stack: error.stack }) };
}
