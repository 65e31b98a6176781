/** The daemon seen from outside: whether it runs, and stopping it for good. */
import { setTimeout as delay } from "node:timers/promises";
import { ClaudineError } from "@claudine/protocol/errors";
import type { ParamsIn, Result } from "@claudine/protocol/methods";
import { connect } from "../connect.ts";
import { localPaths } from "../local-paths.ts";
import { endSilent } from "./end-silent.ts";
import { processGone } from "./process-gone.ts";

export type Place = { socket: string; env: NodeJS.ProcessEnv };
export type DaemonStatus = Result<"daemon.status">;

/** Of `left` tasks it is known that they go on. */
export type Stopped = { pid: number; left: number | null };

const STEP_MS = 20;
/** A stop only flushes; what takes longer is stuck. */
const STOP_DEADLINE_MS = 30_000;

/**
 * Undefined when no daemon runs, or when it does not answer. Never starts one.
 * @throws ClaudineError permission when the socket belongs to somebody else
 */
export async function probeDaemon(place: Place): Promise<DaemonStatus | undefined> {
  return await withDaemon(place, (client) => client.call("daemon.status", {}));
}

/**
 * Stops the daemon and waits until its process is gone. Undefined when none runs. One that does not answer is found by
 * its lock, and `left` is not known then.
 * @throws ClaudineError timeout
 */
export async function stopDaemon(place: Place, params: ParamsIn<"daemon.stop"> = {}): Promise<Stopped | undefined> {
  const stopped = await withDaemon(place, (client) => client.call("daemon.stop", params));
  if (stopped === undefined) {
    const ended = await endSilent(localPaths(place.env, place.socket));
    return ended === undefined ? undefined : { ...ended, left: null };
  }
  const deadlineMs = STOP_DEADLINE_MS + (params.graceMs ?? 0);
  if (await processGone(stopped.pid, deadlineMs)) return stopped;
  throw new ClaudineError(
    "timeout",
    `Cannot stop the daemon: process ${stopped.pid} is still there after ${deadlineMs / 1000} s`,
    {
      hint: `kill -9 ${stopped.pid} ends it; its tasks go on`,
    },
  );
}

/**
 * Waits until a daemon answers that is not `oldPid`.
 * @throws ClaudineError timeout
 */
export async function untilAnswers(
  place: Place,
  choice: { oldPid?: number; deadlineMs: number },
): Promise<DaemonStatus> {
  const deadline = performance.now() + choice.deadlineMs;
  for (;;) {
    const status = await probeDaemon(place);
    if (status !== undefined && status.pid !== choice.oldPid) return status;
    if (performance.now() >= deadline) {
      throw new ClaudineError(
        "timeout",
        `Cannot reach the daemon: nothing new answered on ${place.socket} within ${choice.deadlineMs / 1000} s`,
        {
          hint: "claudine doctor looks for the reason",
        },
      );
    }
    await delay(STEP_MS);
  }
}

async function withDaemon<T>(
  place: Place,
  use: (client: Awaited<ReturnType<typeof connect>>) => Promise<T>,
): Promise<T | undefined> {
  try {
    const { socket, env } = place;
    const client = await connect({ socket, env, autostart: false, reconnectMs: 0, giveUpMs: 0 });
    try {
      return await use(client);
    } finally {
      client.close();
    }
  } catch (error) {
    if (error instanceof ClaudineError && (error.code === "unavailable" || error.code === "shutting_down"))
      return undefined;
    throw error;
  }
}
