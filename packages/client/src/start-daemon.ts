/** Starts the daemon in the background and waits until it answers or has failed. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ClaudineError } from "@claudine/protocol/errors";
import type { Paths } from "@claudine/protocol/paths";
import { systemWords } from "@claudine/protocol/text";
import { daemonEnv } from "./daemon-env.ts";
import { type LastWords, lastWords } from "./last-words.ts";
import { makeFolders } from "./make-folders.ts";
import { nodeProgram } from "./node-program.ts";
import { type Elsewhere, elsewhereError, servedElsewhere } from "./served-elsewhere.ts";

/** As long as its process lives it may still come up: on a slow machine, or after it has mended its store. */
const DEADLINE_MS = 30_000;
/** A longer log makes room for a new one when a daemon is started; the one before is kept as `.1`. */
const LOG_BYTES_MAX = 16 * 2 ** 20;
const STEP_MS = 10;
/** The daemon's exit code when another one was faster. */
const LOST_THE_RACE = 75;
/** How long the faster one gets to answer before another try; twice as long each time. */
const OUTRUN_MS = 200;
const OUTRUN_MOST_MS = 2000;
/** Where the daemon says why it ends, apart from its log: that may be on a full disk. */
const REFUSAL_FD = 3;

/**
 * Resolves with what `answered` gives once it gives something.
 * @throws ClaudineError as the daemon said it, else unavailable, with the reason from its log when it does not come up
 */
export async function startDaemon<T>(
  paths: Paths,
  env: NodeJS.ProcessEnv,
  answered: () => Promise<T | undefined>,
): Promise<T> {
  const log = openLog(paths.logFile);
  try {
    const from = fstatSync(log).size;
    let refusal = "";
    return await untilAnswered({
      spawnOne: () => spawnDaemon({ paths, env, log }, (text) => (refusal += text)),
      answered,
      lastWords: () => lastWords(refusal) ?? lastWords(textFrom(paths.logFile, from)),
      elsewhere: () => servedElsewhere(paths),
      logFile: paths.logFile,
    });
  } finally {
    closeSync(log);
  }
}

type Waiting<T> = {
  spawnOne: () => ChildProcess;
  answered: () => Promise<T | undefined>;
  lastWords: () => LastWords | undefined;
  elsewhere: () => Promise<Elsewhere | undefined>;
  logFile: string;
};

async function untilAnswered<T>(waiting: Waiting<T>): Promise<T> {
  const { spawnOne, answered, lastWords: said } = waiting;
  const deadline = performance.now() + DEADLINE_MS;
  const hint = `The log is ${waiting.logFile}`;
  let attempt = watch(spawnOne());
  let outrunMs = OUTRUN_MS;
  /** Of the last one that was outrun: the newest may still be starting. */
  let refusal: LastWords | undefined;
  try {
    while (performance.now() < deadline) {
      const answer = await answered();
      if (answer !== undefined) return answer;
      const end = attempt.end();
      if (end?.kind === "failed") throw failed(said(), end.how, hint);
      if (end?.kind === "outrun") {
        refusal = said();
        const late = await answerUnlessElsewhere(waiting);
        if (late !== undefined) return late;
        // The one that was faster may have been the one before, about to stop.
        if (performance.now() - end.at > outrunMs) {
          attempt = watch(spawnOne());
          outrunMs = Math.min(2 * outrunMs, OUTRUN_MOST_MS);
        }
      }
      await delay(STEP_MS);
    }
    throw failed(refusal, `it did not answer within ${DEADLINE_MS / 1000} s`, hint);
  } finally {
    attempt.child.stdio[REFUSAL_FD]?.destroy();
    attempt.child.unref();
  }
}

/** @throws ClaudineError already_running */
async function answerUnlessElsewhere<T>({ elsewhere, answered }: Waiting<T>): Promise<T | undefined> {
  const other = await elsewhere();
  if (other === undefined) return undefined;
  // It may listen on the same socket by another name.
  const answer = await answered();
  if (answer === undefined) throw elsewhereError("start", other);
  return answer;
}

function failed(said: LastWords | undefined, how: string, hint: string): ClaudineError {
  return new ClaudineError(said?.code ?? "unavailable", `Cannot start the daemon: ${said?.reason ?? how}`, {
    hint: said?.hint ?? hint,
  });
}

type End = { kind: "outrun"; at: number } | { kind: "failed"; how: string };

function watch(child: ChildProcess): { child: ChildProcess; end: () => End | undefined } {
  let end: End | undefined;
  child.once("error", (error) => {
    end = { kind: "failed", how: error.message };
  });
  // Not at its exit: what it said may still be on the way.
  child.once("close", (code, signal) => {
    const how = signal === null ? `exit code ${code}` : `ended by ${signal}`;
    end = code === LOST_THE_RACE ? { kind: "outrun", at: performance.now() } : { kind: "failed", how };
  });
  return { child, end: () => end };
}

type Start = { paths: Paths; env: NodeJS.ProcessEnv; log: number };

function spawnDaemon({ paths, env, log }: Start, onRefusal: (text: string) => void): ChildProcess {
  const child = spawn(nodeProgram(env), [daemonFile(env)], {
    cwd: "/",
    detached: true,
    env: { ...daemonEnv(env), CLAUDINE_SOCKET: paths.socket, CLAUDINE_REFUSAL_FD: String(REFUSAL_FD) },
    stdio: ["ignore", log, log, "pipe"],
  });
  child.stdio[REFUSAL_FD]?.on("data", (bytes: Buffer) => onRefusal(bytes.toString()));
  return child;
}

/** @throws ClaudineError unavailable when there is no daemon to start */
export function daemonFile(env: NodeJS.ProcessEnv): string {
  const chosen = env["CLAUDINED"];
  if (chosen !== undefined && chosen !== "") return chosen;
  const here = import.meta.dirname;
  // Beside the bundle; in the sources the built one is used.
  const places = [join(here, "claudined.mjs"), join(here, "../../../dist/claudined.mjs")];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new ClaudineError("unavailable", `Cannot start the daemon: ${places[0]} is missing`, {
    hint: "Install claudine again, or set CLAUDINED",
  });
}

function openLog(path: string): number {
  try {
    makeFolders(dirname(path));
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES_MAX) renameSync(path, `${path}.1`);
    return openSync(path, "a", 0o600);
  } catch (error) {
    throw new ClaudineError("permission", `Cannot write the daemon's log ${path}: ${systemWords(error)}`, {
      cause: error,
    });
  }
}

/** The newest part of what was written to a file from byte `from` on. */
function textFrom(path: string, from: number): string {
  const file = openSync(path, "r");
  try {
    const size = fstatSync(file).size;
    const start = Math.max(from, size - 65_536);
    const bytes = Buffer.alloc(Math.max(0, size - start));
    return bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, start));
  } finally {
    closeSync(file);
  }
}
