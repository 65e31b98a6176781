/** Runs git: words as they are, no shell, its output as bytes. The only place where a git process is started. */
import { spawn, type ChildProcess } from "node:child_process";
import { statSync } from "node:fs";
import { ClaudineError } from "@claudine/protocol/errors";
import { gitEnv, withoutMisleading, type Env } from "./clean-env.ts";
import { refusalOf } from "./refusal.ts";

export type GitPlace = {
  /** The folder by which git finds the repository. */
  cwd: string;
  env: Env;
  /** Without a person: no hooks, no questions, a process group of its own. */
  unattended?: boolean;
  /** Ends the process, and what it has started when it runs unattended. */
  signal?: AbortSignal | undefined;
};

export type GitOptions = {
  /** Its standard input; none unless given. */
  input?: Uint8Array | string;
  /** On top of the environment. */
  env?: Env;
  /** An open file that its standard output goes to. */
  outputFd?: number;
};

export type GitEnd = { code: number; stdout: Buffer; stderr: string };

export type Git = {
  place: GitPlace;
  /** However it ends. @throws ClaudineError not_found when there is no git or no folder; errors of the system as they are */
  run(args: readonly string[], options?: GitOptions): Promise<GitEnd>;
  /** What it prints. @throws ClaudineError when it exits otherwise than with 0 */
  read(args: readonly string[], options?: GitOptions): Promise<Buffer>;
  /** The one line that it prints; a name may hold line ends. @throws ClaudineError */
  line(args: readonly string[], options?: GitOptions): Promise<string>;
  /** The same in another folder. */
  at(cwd: string): Git;
};

/** Nothing of the user's runs unseen, and nothing stays behind in the background. */
const UNATTENDED = ["core.hooksPath=/dev/null", "core.fsmonitor=false", "gc.auto=0", "maintenance.auto=false"];
const STDERR_KEPT = 65_536;
const KILL_MS = 2000;

export function createGit(place: GitPlace): Git {
  const settings = place.unattended === true ? UNATTENDED.flatMap((setting) => ["-c", setting]) : [];
  const run = (args: readonly string[], options: GitOptions = {}): Promise<GitEnd> =>
    runProcess(place, [...settings, ...args], options);
  const read = async (args: readonly string[], options?: GitOptions): Promise<Buffer> => {
    const end = await run(args, options);
    if (end.code !== 0) throw refusalOf(args, end);
    return end.stdout;
  };
  return {
    place,
    run,
    read,
    line: async (args, options) => (await read(args, options)).toString().replace(/\n$/, ""),
    at: (cwd) => createGit({ ...place, cwd }),
  };
}

function runProcess(place: GitPlace, args: readonly string[], options: GitOptions): Promise<GitEnd> {
  place.signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = start(place, args, options);
    const out: Buffer[] = [];
    let stderr = "";
    child.stdout?.on("data", (piece: Buffer) => out.push(piece));
    child.stderr?.on("data", (piece: Buffer) => {
      if (stderr.length < STDERR_KEPT) stderr += piece.toString();
    });
    // Who does not read its input says why on stderr.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input);
    const stop = (): void => endChild(child, place.unattended === true);
    place.signal?.addEventListener("abort", stop, { once: true });
    child.once("error", (error) => reject(startError(place, error)));
    child.once("close", (code, signal) => {
      place.signal?.removeEventListener("abort", stop);
      if (place.signal?.aborted === true) reject(place.signal.reason as Error);
      else
        resolve({
          code: code ?? 128,
          stdout: Buffer.concat(out),
          stderr: code === null ? `${stderr}ended by ${signal}` : stderr,
        });
    });
  });
}

function start(place: GitPlace, args: readonly string[], { input, env = {}, outputFd }: GitOptions): ChildProcess {
  const unattended = place.unattended === true;
  const quiet = unattended ? { GIT_TERMINAL_PROMPT: "0", GIT_EDITOR: "true", GIT_ASKPASS: "", SSH_ASKPASS: "" } : {};
  try {
    return spawn("git", args, {
      cwd: place.cwd,
      env: { ...gitEnv(place.env), ...quiet, ...env },
      stdio: [input === undefined ? "ignore" : "pipe", outputFd ?? "pipe", "pipe"],
      detached: unattended,
    });
  } catch (error) {
    throw startError(place, error);
  }
}

/** A shortage is thrown as it is: trying again later helps. */
function startError({ cwd }: GitPlace, error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "ENOENT") return error;
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true)
    return new ClaudineError("not_found", `there is no folder ${cwd}`, { cause: error });
  return new ClaudineError("not_found", "git is not installed, or not on the PATH", {
    hint: "Install git, or give the task a PATH on which it is",
    cause: error,
  });
}

/** Asked first, so that git takes its lock files away. */
function endChild({ pid, exitCode, signalCode }: ChildProcess, isGroup: boolean): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  const target = isGroup ? -pid : pid;
  signalIfThere(target, "SIGTERM");
  setTimeout(() => signalIfThere(target, "SIGKILL"), KILL_MS).unref();
}

function signalIfThere(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // It has ended by itself.
  }
}

/** For people: on the terminal of this process, with pager and colours. @returns its exit code */
export function showGit({ cwd, env }: GitPlace, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", args, {
      cwd,
      env: { ...withoutMisleading(env), GIT_OPTIONAL_LOCKS: "0" },
      stdio: "inherit",
    });
    child.once("error", (error) => reject(startError({ cwd, env }, error)));
    child.once("close", (code) => resolve(code ?? 128));
  });
}
