/** Ends a daemon that holds the state folder and does not answer; its tasks go on. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Paths } from "@claudine/protocol/paths";
import { type Holder, lockHolder } from "./lock-holder.ts";
import { processGone } from "./process-gone.ts";

/** A daemon that can still act on SIGTERM needs no longer. Everything that was acknowledged is durable in any case. */
const TERM_MS = 7000;
const KILL_MS = 5000;

/** Undefined when there is none. @throws ClaudineError timeout */
export async function endSilent(paths: Paths): Promise<Holder | undefined> {
  const holder = lockHolder(paths);
  if (holder === undefined) return undefined;
  signal(holder, "SIGTERM");
  // One that was stopped acts on nothing before it goes on.
  signal(holder, "SIGCONT");
  if (await processGone(holder.pid, TERM_MS)) return holder;
  // It may have ended at the last moment, and its pid be another's.
  if (lockHolder(paths)?.pid !== holder.pid) return holder;
  signal(holder, "SIGKILL");
  if (await processGone(holder.pid, KILL_MS)) return holder;
  throw new ClaudineError("timeout", `Cannot stop the daemon: process ${holder.pid} is still there after SIGKILL`, {
    hint: "It waits for a disk, as it seems; dmesg may say more",
  });
}

function signal({ pid }: Holder, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
