/** Gives the space of a part of a file back to the disk; the rest stays where it is, also for whoever writes to it. */
import { execFile } from "node:child_process";
import type { Log } from "../log.ts";

/** @returns false when it cannot be done here: then it stays until the stream is packed */
export type Punch = (path: string, part: { from: number; to: number }) => Promise<boolean>;

const DEADLINE_MS = 30_000;

/** Node has no fallocate(2); util-linux has a program for it. */
export function createPunch(log: Log, platform: NodeJS.Platform = process.platform): Punch {
  let isPossible = platform === "linux";
  return (path, { from, to }) =>
    new Promise((resolve) => {
      if (!isPossible) return resolve(false);
      const args = ["--punch-hole", "--offset", `${from}`, "--length", `${to - from}`, path];
      execFile("fallocate", args, { timeout: DEADLINE_MS }, (error, _stdout, stderr) => {
        if (error === null) return resolve(true);
        // Anything else, as a file that is gone, says nothing about the next one.
        if (error.code !== "ENOENT" && !/not supported|(?:unrecognized|invalid) option/i.test(stderr))
          return resolve(false);
        isPossible = false;
        log.warn("Output over its limit can be given back only when its run has ended", {
          problem: stderr.trim() || error.message,
        });
        resolve(false);
      });
    });
}
