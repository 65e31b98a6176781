/** Starts and restarts the daemon by whoever is in charge of it: the service manager when the service is installed. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Paths } from "@claudine/protocol/paths";
import { connect } from "../connect.ts";
import { type DaemonStatus, probeDaemon, stopDaemon, untilAnswers } from "./daemon.ts";
import { endSilent } from "./end-silent.ts";
import { findManager } from "./find-manager.ts";
import { person, serviceStatus } from "./gather.ts";
import { programRunner } from "./program.ts";
import type { ServiceStatus } from "./status.ts";
import { SERVICE, SOCKET } from "./systemd.ts";

export type Control = { paths: Paths; env: NodeJS.ProcessEnv };

/** The service manager has said that it started; what remains is one call. */
const ANSWER_DEADLINE_MS = 30_000;

/**
 * Starts the daemon and gives its status once it answers.
 * @throws ClaudineError unavailable with the reason when it does not come up
 */
export async function startDaemonByOwner(control: Control): Promise<DaemonStatus> {
  const service = await serviceOf(control);
  if (service?.manager === "systemd" && service.enabled && service.listens === control.paths.socket) {
    await systemctl(control, "start", SOCKET, SERVICE);
    return await untilAnswers(placeOf(control), { deadlineMs: ANSWER_DEADLINE_MS });
  }
  const client = await connect({ ...placeOf(control), autostart: true });
  try {
    return await client.call("daemon.status", {});
  } finally {
    client.close();
  }
}

export type Restarted = { oldPid: number | null; status: DaemonStatus };

/** Replaces the daemon; tasks go on. Starts one when none runs. */
export async function restartDaemon(control: Control): Promise<Restarted> {
  const old = await probeDaemon(placeOf(control));
  if (old === undefined) {
    const silent = await endSilent(control.paths);
    return { oldPid: silent?.pid ?? null, status: await startDaemonByOwner(control) };
  }
  const service = await serviceOf(control);
  if (service?.manager === "systemd" && service.pid === old.pid) {
    await systemctl(control, "restart", SERVICE);
    return {
      oldPid: old.pid,
      status: await untilAnswers(placeOf(control), { oldPid: old.pid, deadlineMs: ANSWER_DEADLINE_MS }),
    };
  }
  await stopDaemon(placeOf(control));
  return { oldPid: old.pid, status: await startDaemonByOwner(control) };
}

export function placeOf({ paths, env }: Control): { socket: string; env: NodeJS.ProcessEnv } {
  return { socket: paths.socket, env };
}

async function serviceOf({ env }: Control): Promise<ServiceStatus | undefined> {
  const run = programRunner(env);
  const manager = await findManager(run, process.platform);
  return typeof manager === "string" ? await serviceStatus(manager, run, person(env).uid) : undefined;
}

async function systemctl({ env }: Control, ...words: string[]): Promise<void> {
  const ended = await programRunner(env)(["systemctl", "--user", ...words]);
  if (ended.code === 0) return;
  throw new ClaudineError(
    "unavailable",
    `Cannot ${words[0]} the daemon's service: ${ended.stderr.split("\n")[0] ?? ""}`,
    {
      hint: `See journalctl --user -u ${SERVICE}`,
    },
  );
}
