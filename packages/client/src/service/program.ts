/** Runs a program of the system to its end and gives what it said. */
import { spawn } from "node:child_process";

export type Ended = {
  /** Null when it could not start or was ended by a signal. */
  code: number | null;
  stdout: string;
  /** What it said last, or why it could not start. */
  stderr: string;
  /** There is no such program. */
  missing: boolean;
};

export type RunProgram = (argv: readonly string[]) => Promise<Ended>;

/** Longest time a service manager gets; starting waits for the daemon's readiness. */
const DEADLINE_MS = 150_000;

export function programRunner(env: NodeJS.ProcessEnv, deadlineMs = DEADLINE_MS): RunProgram {
  return ([file = "", ...args]) =>
    new Promise((resolve) => {
      const child = spawn(file, args, {
        env: { ...env, LC_ALL: "C" },
        stdio: ["ignore", "pipe", "pipe"],
        timeout: deadlineMs,
      });
      const text = { stdout: "", stderr: "" };
      for (const stream of ["stdout", "stderr"] as const) {
        child[stream].setEncoding("utf8").on("data", (chunk: string) => {
          text[stream] += chunk;
        });
      }
      child.on("error", (error: NodeJS.ErrnoException) =>
        resolve({ code: null, stdout: "", stderr: error.message, missing: error.code === "ENOENT" }),
      );
      child.on("close", (code, signal) =>
        resolve({
          code,
          stdout: text.stdout,
          stderr: text.stderr.trim() || (signal === null ? "" : `ended by ${signal}`),
          missing: false,
        }),
      );
    });
}
