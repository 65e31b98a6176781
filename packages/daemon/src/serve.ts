/** A daemon in the foreground: takes its folders, comes up, and runs until it is told to end. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Paths } from "@claudine/protocol";
import { version } from "@claudine/protocol/version";
import { loadConfig } from "./config/config.ts";
import { startDaemon, type Daemon } from "./daemon.ts";
import { createEnding } from "./ending.ts";
import { salvageIfDeadly } from "./health/expendable.ts";
import { createLog, type Log, writeToStderr } from "./log.ts";
import { reportBugs } from "./startup/failure.ts";
import { prepareFolders } from "./startup/folders.ts";
import type { Lock } from "./startup/lock.ts";
import type { RefusalPipe } from "./startup/refusal-pipe.ts";
import { refuseSocketInUse } from "./startup/socket-in-use.ts";
import { noteStart } from "./startup/start-note.ts";
import { createNotifier, listenFd } from "./startup/systemd.ts";
import { takeRuntimeFolder, takeStateFolder } from "./startup/take-folders.ts";

type Running = { daemon?: Daemon };

/** @returns the exit code @throws ClaudineError why it cannot come up */
export async function serve(paths: Paths, refusals: RefusalPipe): Promise<number> {
  process.umask(0o077);
  const fd = listenFd(process.env, process.pid);
  const config = loadConfig(paths.configFile);
  const log = createLog(config.log.level, writeToStderr);
  const notifier = createNotifier(process.env, (message) => log.warn(message));
  const running: Running = {};
  endWhenUnreachable(running, log);
  const held = takeFolders(paths);
  if (fd === undefined) await refuseSocketInUse(paths.socket);
  const note = noteStart(paths.stateDir);
  if (note.suspicious) await suspectStore(paths, log);
  const { end, makeRoom, ended } = createEnding({
    log,
    stateDir: paths.stateDir,
    onStopping: () => void notifier.notifyStopping(),
    close: () => running.daemon?.close() ?? Promise.resolve(),
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => end(signal));
  held.watch(() => makeRoom("The lock"));
  running.daemon = await startDaemon({
    ...installation(),
    paths,
    config,
    log,
    listenFd: fd,
    onFatal: reportBugs(log),
    onShutdown: () => end("asked by a client"),
    onUnwritable: (isReplaced) => {
      if (isReplaced) makeRoom("The store");
      else if (!held.isOwn()) makeRoom("The lock");
    },
  });
  note.ready();
  refusals.close();
  log.info("Ready", { pid: process.pid, version, socket: paths.socket, state: paths.stateDir });
  void notifier.notifyReady();
  return ended;
}

function takeFolders(paths: Paths): Lock {
  prepareFolders(paths, process.getuid?.() ?? 0);
  const held = takeStateFolder(paths, paths.socket);
  takeRuntimeFolder(paths);
  return held;
}

/** What it finds beside itself, and the machine that it is on. */
function installation() {
  return {
    version,
    cores: availableParallelism(),
    shimDir: join(import.meta.dirname, "shim"),
    searchScript: join(import.meta.dirname, "claudine-search.mjs"),
  };
}

/** Before the lock is taken, as whoever finds it taken may ask. A terminal that closes is no reason to end. */
function endWhenUnreachable(running: Running, log: Log): void {
  process.on("SIGHUP", () => {
    if (running.daemon?.reachable() !== false) return;
    log.warn("The socket was taken away, so nobody can connect: making room for the next daemon");
    process.kill(process.pid, "SIGTERM");
  });
}

/** The daemons before died while they came up: reads the store in a process that may die of it, and mends what killed. */
async function suspectStore(paths: Paths, log: Log): Promise<void> {
  log.warn("The last starts came to nothing; checking the store before it is used");
  for (const { message, hint } of await salvageIfDeadly(paths)) log.error(message, { hint });
}
