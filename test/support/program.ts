/** Runs the built programs as a person's shell does. */
import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";
import type { Env } from "./home.ts";

const DIST = join(import.meta.dirname, "../../dist");
export const CLAUDINE = join(DIST, "claudine.cjs");
export const CLAUDINED = join(DIST, "claudined.mjs");

/** Another build of the command line to run the tests against, as `CLAUDINE_CLIENT=dist/claudine-native`. */
const other = process.env["CLAUDINE_CLIENT"];
/** What a person calls `claudine`, as the words that start it. */
export const CLIENT: readonly string[] =
  other === undefined || other === "" ? [process.execPath, CLAUDINE] : [resolve(DIST, "..", other)];
/** The same in a shell script. */
export const CLIENT_IN_SHELL = CLIENT.map((word) => `"${word}"`).join(" ");

export type Ended = {
  stdout: string;
  stderr: string;
  stdoutBytes: Buffer;
  code: number | null;
  signal: NodeJS.Signals | null;
};

export type Running = {
  pid: number;
  child: ChildProcess;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  ended: Promise<Ended>;
};

export type RunOptions = {
  env: Env;
  cwd: string;
  args?: readonly string[];
  /** Its standard input; none unless told. */ input?: string | Buffer;
};

/** Starts what a person calls `claudine`. */
export function startClient({ args = [], ...rest }: RunOptions): Running {
  const [program = "", ...first] = CLIENT;
  return start(program, { args: [...first, ...args], ...rest });
}

/** Starts `program`, a file that Node runs unless it is an absolute path of something else. */
export function start(program: string, { env, cwd, args = [], input }: RunOptions): Running {
  const words = /\.[cm]js$/.test(program) ? [process.execPath, program, ...args] : [program, ...args];
  const [file = "", ...rest] = words;
  const child = spawn(file, rest, { env, cwd, stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const stdoutBytes = Buffer.concat(out);
      resolve({ stdout: stdoutBytes.toString(), stderr: Buffer.concat(err).toString(), stdoutBytes, code, signal });
    });
  });
  // A test that has failed does not wait for it any more.
  ended.catch(() => {});
  return {
    pid: child.pid ?? 0,
    child,
    ended,
    stdout: () => Buffer.concat(out).toString(),
    stderr: () => Buffer.concat(err).toString(),
  };
}
