/** claudined: reads its options and environment, and runs the daemon until it is told to end. */
import { availableParallelism, homedir, tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { ClaudineError, ERRORS, oneLine, resolvePaths, type Paths } from "@claudine/protocol";
import { version } from "@claudine/protocol/version";
import { configText, loadConfig, writtenConfig } from "./config/config.ts";
import { copyTable, finishSalvage } from "./store/salvage.ts";
import { checkSafely, isDeadlyToRead, parseCopyJob, salvageIfDeadly } from "./health/expendable.ts";
import { checkState } from "./health/check-state.ts";
import { startDaemon, type Daemon } from "./daemon.ts";
import { prepareFolders } from "./startup/folders.ts";
import { takeLock, type Lock } from "./startup/lock.ts";
import { createLog, errorFacts, type Log, writeToStderr } from "./log.ts";
import { isAlive } from "./runner/identity.ts";
import { systemProcesses } from "./runner/processes.ts";
import { finishRestore, restoreStore } from "./store/backup.ts";
import { checkStore } from "./store/check.ts";
import { openTables } from "./store/open.ts";
import { openRefusalPipe, type RefusalPipe } from "./startup/refusal-pipe.ts";
import { refuseSocketInUse } from "./startup/socket-in-use.ts";
import { noteStart } from "./startup/start-note.ts";
import { createNotifier, listenFd } from "./startup/systemd.ts";

const USAGE = `claudined: the task daemon of Claudine, usually started by \`claudine\` or as a service

  claudined                 run in the foreground, log to stderr as JSON lines
  claudined --check-config  check the configuration file
  claudined --print-config  print the configuration in force, as YAML, or with --json
  claudined --check-state [--fix]  check, or mend, everything on the disk (--fix: no daemon may run)
  claudined --restore FILE  put a backup in place of the store (no daemon may run)
  claudined --version       print the version
`;

/** A stop that takes longer is ended the hard way: everything acknowledged is durable by then. */
const STOP_DEADLINE_MS = 5000;

async function main(args: readonly string[], refusals: RefusalPipe): Promise<number> {
  const paths = ownPaths();
  const [option] = args;
  switch (option) {
    case undefined:
      return serve(paths, refusals);
    case "--check-config":
      loadConfig(paths.configFile);
      return 0;
    case "--print-config":
      process.stdout.write(
        args[1] === "--json"
          ? `${JSON.stringify(writtenConfig(loadConfig(paths.configFile)), null, 2)}\n`
          : configText(loadConfig(paths.configFile)),
      );
      return 0;
    case "--check-state":
      return check(paths, args[1] === "--fix");
    // These work for those above and below in a process of their own.
    case "--check-state-here":
      process.stdout.write(`${JSON.stringify(await checkState(paths, args[1] === "--fix"))}\n`);
      return 0;
    case "--copy-table":
      await copyTable(parseCopyJob(args[1]));
      return 0;
    case "--read-store":
      checkStore(openTables(args[1] ?? "", { create: false }));
      return 0;
    case "--restore":
      return restore(paths, args[1]);
    case "--version":
      process.stdout.write(`${version}\n`);
      return 0;
    case "--help":
      process.stdout.write(USAGE);
      return 0;
    default:
      throw new ClaudineError("invalid_params", `claudined knows no option ${option}`, { hint: "claudined --help" });
  }
}

function ownPaths(): Paths {
  const paths = resolvePaths({
    env: process.env,
    platform: process.platform,
    uid: process.getuid?.() ?? 0,
    // An empty HOME would put the state into the root folder.
    homeDir: homedir() || userInfo().homedir,
    tmpDir: tmpdir(),
  });
  return { ...paths, socket: resolve(paths.socket) };
}

async function check(paths: Paths, fix: boolean): Promise<number> {
  process.umask(0o077);
  if (fix) lock(paths);
  process.stdout.write(`${JSON.stringify(await checkSafely(paths, fix))}\n`);
  return 0;
}

async function restore(paths: Paths, file: string | undefined): Promise<number> {
  if (file === undefined) throw new ClaudineError("invalid_params", "claudined --restore needs the file of a backup");
  process.umask(0o077);
  prepareFolders(paths, process.getuid?.() ?? 0);
  lock(paths);
  process.stdout.write(`${JSON.stringify(await restoreStore(paths.stateDir, file, isDeadlyToRead))}\n`);
  return 0;
}

async function serve(paths: Paths, refusals: RefusalPipe): Promise<number> {
  process.umask(0o077);
  const fd = listenFd(process.env, process.pid);
  const config = loadConfig(paths.configFile);
  const log = createLog(config.log.level, writeToStderr);
  const notifier = createNotifier(process.env, (message) => log.warn(message));
  const running: { daemon?: Daemon } = {};
  // Before the lock is taken, as whoever finds it taken may ask. A terminal that closes is no reason to end.
  process.on("SIGHUP", () => {
    if (running.daemon?.reachable() !== false) return;
    log.warn("The socket was taken away, so nobody can connect: making room for the next daemon");
    process.kill(process.pid, "SIGTERM");
  });
  prepareFolders(paths, process.getuid?.() ?? 0);
  const held = lock(paths, paths.socket);
  lockFolder(join(paths.runtimeDir, "lock"), `the runtime folder ${paths.runtimeDir}`, paths.socket);
  if (fd === undefined) await refuseSocketInUse(paths.socket);
  const note = noteStart(paths.stateDir);
  if (note.suspicious) await suspectStore(paths, log);
  let settle: { resolve(code: number): void; reject(error: unknown): void } | undefined;
  const ended = new Promise<number>((resolve, reject) => {
    settle = { resolve, reject };
  });
  const end = (why: string) => {
    log.info("Stopping; tasks go on", { why });
    void notifier.notifyStopping();
    setTimeout(() => process.kill(process.pid, "SIGKILL"), STOP_DEADLINE_MS).unref();
    void (running.daemon?.close() ?? Promise.resolve()).then(() => settle?.resolve(0), settle?.reject);
  };
  const once = onlyOnce(end);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => once(signal));
  const makeRoom = onlyOnce((what) => {
    log.error(`${what} is no longer this daemon's: it ends, and tasks go on`, { state: paths.stateDir });
    once("no longer in charge");
  });
  held.watch(() => makeRoom("The lock"));
  const fatal = reportBugs(log);
  running.daemon = await startDaemon({
    paths,
    config,
    log,
    version,
    listenFd: fd,
    cores: availableParallelism(),
    shimDir: join(import.meta.dirname, "shim"),
    searchScript: join(import.meta.dirname, "claudine-search.mjs"),
    onShutdown: () => once("asked by a client"),
    onFatal: fatal,
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

/** The daemons before died while they came up: reads the store in a process that may die of it, and mends what killed. */
async function suspectStore(paths: Paths, log: Log): Promise<void> {
  log.warn("The last starts came to nothing; checking the store before it is used");
  for (const { message, hint } of await salvageIfDeadly(paths)) log.error(message, { hint });
}

/** Takes the state folder, and completes what somebody before was interrupted at. */
function lock(paths: Paths, socket?: string): Lock {
  const held = lockFolder(join(paths.stateDir, "lock"), "this state folder", socket);
  finishRestore(paths.stateDir);
  finishSalvage(paths.stateDir);
  return held;
}

function lockFolder(dir: string, what: string, socket?: string): Lock {
  const processes = systemProcesses(process.platform);
  const self = processes.read(process.pid);
  const bootId = processes.bootId();
  if (self === undefined)
    throw new ClaudineError("os", "Cannot read the daemon's own process entry", { hint: "Is /proc mounted?" });
  return takeLock(dir, {
    what,
    self: { pid: process.pid, startTicks: self.startTicks, bootId },
    socket,
    isAlive: (identity) => isAlive(processes, identity),
    // It alone knows whether it can still be reached.
    onHeld: (holder) => process.kill(holder.pid, "SIGHUP"),
  });
}

function onlyOnce(action: (why: string) => void): (why: string) => void {
  let done = false;
  return (why) => {
    if (done) return;
    done = true;
    action(why);
  };
}

/** A bug ends the daemon, as its state may be wrong; the service manager starts the next one, and the tasks go on. */
function reportBugs(log: Log): (error: unknown) => void {
  // The log may be on a disk that is full, or its reader gone; the daemon's work is not.
  process.stderr.on("error", () => {});
  const fatal = (error: unknown) => {
    if (error instanceof ClaudineError) {
      log.error(error.message, { hint: error.hint });
      process.exit(ERRORS[error.code].exit);
    }
    log.error("A bug: the daemon ends; running tasks go on and the next daemon takes them up", errorFacts(error));
    process.exit(ERRORS.internal.exit);
  };
  process.on("uncaughtException", fatal);
  process.on("unhandledRejection", fatal);
  return fatal;
}

/** What the system refused is no bug, wherever it came up. */
function startError(error: unknown): ClaudineError {
  if (error instanceof ClaudineError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (["ENOSPC", "EDQUOT", "EROFS"].includes(code)) {
    const { stateDir, runtimeDir } = ownPaths();
    return new ClaudineError("storage", `Cannot come up: ${String(error)}`, {
      hint: `Free some space on the disk of ${stateDir} and on that of ${runtimeDir}; tasks that run go on`,
    });
  }
  if (error instanceof Error && "syscall" in error) return new ClaudineError("os", `Cannot come up: ${error.message}`);
  return new ClaudineError("internal", `Cannot come up: ${String(error)}`);
}

/** To a person in lines of text, to a log or a program as a line of the log. */
function tellRefusal({ code, message, hint }: ClaudineError): void {
  if (!process.stderr.isTTY) return createLog("error", writeToStderr).error(message, { hint, code });
  const lines = message.split("\n").map((line) => `claudined: ${oneLine(line)}`);
  if (hint !== undefined) lines.push(`  hint: ${oneLine(hint)}`);
  writeToStderr(`${lines.join("\n")}\n`);
}

const refusals = openRefusalPipe(process.env);
main(process.argv.slice(2), refusals).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const refusal = startError(error);
    const { code, message, hint } = refusal;
    createLog("error", refusals.tell).error(message, { hint, code });
    tellRefusal(refusal);
    process.exit(ERRORS[refusal.code].exit);
  },
);
