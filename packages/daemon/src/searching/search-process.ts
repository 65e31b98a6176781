/** Starts a process that searches, gives it its job, and ends it when nobody wants the answer or it takes too long. */
import { type ChildProcess, spawn } from "node:child_process";
import { ClaudineError } from "@claudine/protocol";
import type { SearchAnswer, SearchJob } from "./job.ts";

export type Search = (job: SearchJob, closed: AbortSignal) => Promise<SearchAnswer>;

export type SearchPorts = {
  /** The program, for this Node. */
  script: string;
  ripgrep: boolean;
};

/** At once; others wait for their turn. */
const PROCESSES_MAX = 2;
/** Beyond the time it was given: an expression that takes so long on a line does not end. */
const STUCK_MS = 15_000;
/** It ends by itself when the daemon does not live to end it. */
const CPU_SECONDS = 60;
const HEAP_MB = 128;
const LIMITED = `ulimit -t ${CPU_SECONDS}; exec "$0" "$@"`;

export function createSearch(ports: SearchPorts): Search {
  const waiting: (() => void)[] = [];
  let busy = 0;
  const next = () => {
    while (busy < PROCESSES_MAX && waiting.length > 0) {
      busy += 1;
      waiting.shift()?.();
    }
  };
  return async (job, closed) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      next();
    });
    try {
      if (closed.aborted) throw new ClaudineError("unavailable", "Cannot answer: the connection has ended");
      return await run(ports, job, closed);
    } finally {
      busy -= 1;
      next();
    }
  };
}

function run({ script, ripgrep }: SearchPorts, job: SearchJob, closed: AbortSignal): Promise<SearchAnswer> {
  const node = [process.execPath, `--max-old-space-size=${HEAP_MB}`, script];
  // A group of its own, so that what it has started ends with it.
  const child = spawn("/bin/sh", ["-c", LIMITED, ...node], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
    cwd: "/",
  });
  return new Promise((resolve, reject) => {
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    let isStuck = false;
    const end = () => endGroup(child);
    const timer = setTimeout(() => {
      isStuck = true;
      end();
    }, job.maxMs + STUCK_MS);
    closed.addEventListener("abort", end);
    child.stdout.on("data", (piece: Buffer) => out.push(piece));
    child.stderr.on("data", (piece: Buffer) => err.push(piece));
    child.stdin.on("error", () => {});
    child.stdin.write(`${JSON.stringify({ job, ripgrep })}\n`);
    const settle = (code: number | null, problem?: Error) => {
      clearTimeout(timer);
      closed.removeEventListener("abort", end);
      if (isStuck) reject(stuck());
      else if (closed.aborted) reject(new ClaudineError("unavailable", "Cannot answer: the connection has ended"));
      else if (code === 0) resolve(JSON.parse(Buffer.concat(out).toString("utf8")) as SearchAnswer);
      else reject(failed(problem?.message ?? Buffer.concat(err).toString("utf8").trim().split("\n").at(-1)));
    };
    child.on("error", (error) => settle(null, error));
    child.on("close", (code) => settle(code));
  });
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function stuck(): ClaudineError {
  return new ClaudineError("timeout", "Cannot search: the regular expression does not come to an end on some line", {
    hint: "Nested repetition, as in (a+)+, takes for ever; leave out --regex to look for the text as it is",
  });
}

function failed(why = ""): ClaudineError {
  return new ClaudineError("os", `Cannot search: the process that does it has ended${why === "" ? "" : `: ${why}`}`, {
    hint: "Is there enough memory?",
  });
}
