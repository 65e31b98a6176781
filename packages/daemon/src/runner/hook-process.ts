/** Runs one hook: a shell command with a time limit, whose failure is told and harms nothing. */
import { spawn, type ChildProcess } from "node:child_process";

export type HookCommand = { command: string; cwd: string; env: Readonly<Record<string, string>> };

/** Undefined when it exited with 0, else what went wrong in words. */
export function runHook({ command, cwd, env }: HookCommand, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = start(command, { cwd, env });
    if (child instanceof Error) return resolve(child.message);
    const guard = setTimeout(() => endGroup(child.pid), timeoutMs);
    const done = (problem: string | undefined): void => {
      clearTimeout(guard);
      resolve(problem);
    };
    child.once("error", (error) => done(error.message));
    child.once("exit", (code, signal) =>
      done(code === 0 ? undefined : code === null ? `ended by ${signal}` : `exit code ${code}`),
    );
    child.unref();
    guard.unref();
  });
}

/** Some refusals of the system are thrown, as that of more variables than a program can be given. */
function start(command: string, where: Pick<HookCommand, "cwd" | "env">): ChildProcess | Error {
  try {
    return spawn("/bin/sh", ["-c", command], { ...where, stdio: "ignore", detached: true });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** It leads a group of its own, so that what it started ends with it. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
