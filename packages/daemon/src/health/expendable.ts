/** Work on a damaged store is done by processes that may die of it: this file starts them and reads what they say. */
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { ClaudineError, ERRORS, type Paths } from "@claudine/protocol";
import type { Check } from "./check-state.ts";
import { salvageStore, type CopyJob } from "../store/salvage.ts";

const DEADLINE_MS = 600_000;

type Ended = { how: "done"; output: string } | { how: "died" | "failed" };

type Child = Pick<SpawnSyncReturns<string>, "status" | "signal" | "stdout" | "stderr">;

/** What a damaged page does to a process; anything else (no memory, no time, a signal of somebody) tells nothing. */
const DEADLY = ["SIGABRT", "SIGBUS", "SIGSEGV", "SIGILL", "SIGFPE", "SIGTRAP"];
/** V8 without memory aborts too, and says so; perfectly good records are then just too many. */
const NO_MEMORY = /out of memory/i;

/** Runs this program again with other arguments. */
function runSelf(args: readonly string[]): Ended {
  const [script = ""] = process.argv.slice(1);
  const child = spawnSync(process.execPath, [script, ...args], {
    encoding: "utf8",
    timeout: DEADLINE_MS,
    maxBuffer: 2 ** 26,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return endOf(child);
}

/** What the end of such a process tells about the pages that it read. */
export function endOf(child: Child): Ended {
  if (child.status === 0) return { how: "done", output: child.stdout };
  const died = child.status === ERRORS.internal.exit || DEADLY.includes(child.signal ?? "");
  return { how: died && !NO_MEMORY.test(child.stderr) ? "died" : "failed" };
}

/**
 * Checks, and with `fix` mends, everything on the disk. When the check itself dies of a damaged page, `fix` copies what
 * can be read into a new store. With `fix` the caller holds the lock.
 */
export async function checkSafely(paths: Paths, fix: boolean): Promise<Check[]> {
  const first = look(fix);
  if (fix && first.how === "died") return [await salvage(paths), ...checksOf(look(fix))];
  return checksOf(first);
}

/** Salvages when reading the store through ends the process, and says what was lost. The caller holds the lock. */
export async function salvageIfDeadly(paths: Paths): Promise<Check[]> {
  if (look(false).how !== "died") return [];
  const salvaged = await salvage(paths);
  return [salvaged, ...checksOf(look(true)).filter(({ level }) => level !== "ok")];
}

/** Whether reading the store in that folder through ends the process that does it. */
export function isDeadlyToRead(path: string): boolean {
  return runSelf(["--read-store", path]).how === "died";
}

function look(fix: boolean): Ended {
  return runSelf(["--check-state-here", fix ? "--fix" : "--look"]);
}

function checksOf(ended: Ended): Check[] {
  switch (ended.how) {
    case "done":
      return JSON.parse(ended.output) as Check[];
    case "died":
      return [
        {
          name: "store",
          level: "error",
          message: "The store has damaged pages: reading it through ends the process",
          hint: "`claudine doctor --fix` copies what can be read into a new store and sets this one aside",
        },
      ];
    case "failed":
      return [
        {
          name: "store",
          level: "error",
          message: "The store could not be checked: the process that did it was ended",
          hint: "Is there enough memory?",
        },
      ];
  }
}

async function salvage(paths: Paths): Promise<Check> {
  const { broken, setAside } = await salvageStore(paths.stateDir, (job) => {
    const { how } = runSelf(["--copy-table", JSON.stringify(job)]);
    // What was not copied for want of space would be missing in the new store although it can be read.
    if (how === "failed") throw notCopied();
    return how === "done";
  });
  return {
    name: "store",
    level: "warning",
    message: `What could be read was copied into a new store; damaged: ${broken.join(", ") || "none of them"}`,
    hint: `The old store is ${setAside}`,
  };
}

function notCopied(): ClaudineError {
  return new ClaudineError("storage", "Cannot mend the store: it has damaged pages, and a copy cannot be written", {
    hint: "Free as much space as the store takes, on the same disk, and memory; nothing was changed",
  });
}

export function parseCopyJob(text: string | undefined): CopyJob {
  return JSON.parse(text ?? "null") as CopyJob;
}
