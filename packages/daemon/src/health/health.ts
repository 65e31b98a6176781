/** What is wrong with the daemon's own state, for the log and for the doctor. */
import type { ClaudineError, Result } from "@claudine/protocol";
import type { Log } from "../log.ts";

type Check = Result<"doctor.run">["checks"][number];

export type Health = {
  /** A record could not be read. */
  unreadable(key: string): void;
  /** The state cannot be written now, or again when undefined. */
  problem(problem: ClaudineError | undefined): void;
  checks(): Check[];
};

const LOGGED_AT_MOST = 100;

export function createHealth(log: Log): Health {
  const unreadable = new Set<string>();
  let writing: ClaudineError | undefined;
  return {
    unreadable(key) {
      if (unreadable.has(key)) return;
      unreadable.add(key);
      if (unreadable.size <= LOGGED_AT_MOST)
        log.error("A record cannot be read; the others are served", { record: key });
    },
    problem(problem) {
      writing = problem;
      if (problem === undefined) log.info("The state can be written again");
      else log.error(problem.message, { hint: problem.hint });
    },
    checks: () => [checkWriting(writing), checkRecords([...unreadable])],
  };
}

function checkWriting(problem: ClaudineError | undefined): Check {
  if (problem === undefined) return { name: "store", level: "ok", message: "The state can be written", hint: null };
  return { name: "store", level: "error", message: problem.message, hint: problem.hint ?? null };
}

function checkRecords(unreadable: readonly string[]): Check {
  if (unreadable.length === 0) {
    return { name: "records", level: "ok", message: "Every record read so far was readable", hint: null };
  }
  const message = `Unreadable and set aside: ${unreadable.slice(0, 10).join(", ")}`;
  return { name: "records", level: "error", message, hint: "The other tasks are served" };
}
