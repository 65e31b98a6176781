/** claudine-search: a process that searches for the daemon, so that neither its time nor its memory goes into it. */
import { constants, setPriority } from "node:os";
import type { SearchAnswer, SearchJob } from "./job.ts";
import { NO_RIPGREP, openRipgrep } from "./ripgrep.ts";
import { searchTasks } from "./search-tasks.ts";

type Said = { job: SearchJob; ripgrep: boolean };

function readJob(): Promise<Said> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    process.stdin.on("data", (piece: Buffer) => {
      pieces.push(piece);
      if (piece.includes("\n")) resolve(JSON.parse(Buffer.concat(pieces).toString("utf8")) as Said);
    });
    // Nobody waits for an answer any more.
    process.stdin.on("end", () => process.exit(0));
    process.stdin.on("error", reject);
  });
}

function lowerPriority(): void {
  try {
    setPriority(0, constants.priority.PRIORITY_LOW / 2);
  } catch {
    // It runs as it is.
  }
}

lowerPriority();
const { job, ripgrep } = await readJob();
const answer: SearchAnswer = await searchTasks(job, ripgrep ? openRipgrep() : NO_RIPGREP);
process.stdout.write(JSON.stringify(answer), () => process.exit(0));
