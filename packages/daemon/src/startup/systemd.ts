/** What the daemon says to and takes from systemd: the listening socket it was handed, and readiness. */
import { spawn } from "node:child_process";

type Env = Record<string, string | undefined>;

/** The first descriptor that systemd passes; fixed by sd_listen_fds(3). */
const FIRST_FD = 3;

/** A notification that takes longer is given up; systemd-notify itself waits at most 5 s for the manager. */
const NOTIFY_DEADLINE_MS = 10_000;

/**
 * The listening socket handed over by socket activation, undefined when there is none or it is meant for another
 * process. Takes the variables out of `env` in any case, so that no child believes they are its own.
 */
export function listenFd(env: Env, pid: number): number | undefined {
  const forUs = env["LISTEN_PID"] === String(pid);
  const count = /^\d+$/.test(env["LISTEN_FDS"] ?? "") ? Number(env["LISTEN_FDS"]) : 0;
  for (const name of ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID"]) delete env[name];
  return forUs && count >= 1 ? FIRST_FD : undefined;
}

export type Notifier = {
  /** The daemon answers on its socket. */
  notifyReady(): Promise<void>;
  /** The daemon has begun to stop. */
  notifyStopping(): Promise<void>;
};

/**
 * Speaks sd_notify(3) through the program systemd-notify, since Node has no datagram sockets in the file system.
 * Takes NOTIFY_SOCKET out of `env` so that no task speaks for the service by accident. Does nothing when not started
 * by systemd; a failure goes to `warn` and never ends the daemon.
 */
export function createNotifier(env: Env, warn: (message: string) => void): Notifier {
  const socket = env["NOTIFY_SOCKET"];
  delete env["NOTIFY_SOCKET"];
  const say = async (assignment: string): Promise<void> => {
    if (socket === undefined || socket === "") return;
    const problem = await notify(assignment, { PATH: env["PATH"], NOTIFY_SOCKET: socket });
    if (problem !== undefined) warn(`Cannot tell systemd ${assignment}: ${problem}`);
  };
  return { notifyReady: () => say("READY=1"), notifyStopping: () => say("STOPPING=1") };
}

function notify(assignment: string, env: Env): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn("systemd-notify", [assignment], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
      timeout: NOTIFY_DEADLINE_MS,
      killSignal: "SIGKILL",
    });
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      text = (text + chunk).slice(0, 1000);
    });
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) =>
      resolve(code === 0 ? undefined : text.trim() || `systemd-notify ended with ${signal ?? `exit code ${code}`}`),
    );
  });
}
