/** Sends runs to the shim, which it starts when first needed and again when it has died. */
import type { ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import { crashPoint } from "../running/crash-points.ts";
import { type Environment, encodeEnv, encodeStart, type StartSpec } from "./frame.ts";
import { chooseShim, type ShimKind, shimKindFrom, type ShimOptions, spawnShim } from "./shim-process.ts";

export type LauncherOptions = ShimOptions & {
  /** The run cannot be started in any way; said in a later turn. */
  onNoStart(runKey: string, errno: string): void;
  /**
   * The shim has died: its running tasks go on, but nobody will note their ends, and what it had not started yet is
   * dropped. So every run that has no record now was not started.
   */
  onShimExit(exit: { pid: number | undefined; code: number | null; signal: string | null }): void;
  log(message: string, details: Record<string, unknown>): void;
  kind?: ShimKind | undefined;
};

export type Launcher = {
  start(spec: StartSpec): void;
  /** Ends the shim's input: it goes when its last child has ended. A run that did not reach it is not started. */
  close(): void;
  readonly pid: number | undefined;
};

type Shim = {
  child: ChildProcess;
  kind: ShimKind;
  startedAt: number;
  lastEnv: { source: Environment; frame: Buffer } | undefined;
  /** Frames to send when the pipe has room again; undefined while it has. */
  backlog: Buffer[] | undefined;
};

/** A shim that dies younger than this is broken: the next one waits. */
const HEALTHY_MS = 1000;
const RESTART_MS_MAX = 5000;

export function createLauncher(options: LauncherOptions): Launcher {
  let forced = options.kind ?? shimKindFrom(process.env["CLAUDINE_SHIM"]);
  let shim: Shim | undefined;
  let restart: { delayMs: number; notBefore: number } = { delayMs: 0, notBefore: 0 };
  const waiting: StartSpec[] = [];
  let closed = false;

  const begin = (): Shim => {
    const chosen = chooseShim(forced);
    const child = spawnShim(options, chosen);
    const started: Shim = {
      child,
      kind: chosen.kind,
      startedAt: performance.now(),
      lastEnv: undefined,
      backlog: undefined,
    };
    options.log("shim started", { pid: child.pid, kind: chosen.kind });
    watch(started, (code, signal) => {
      if (shim === started) shim = undefined;
      restart = nextRestart(started, restart.delayMs);
      if (chosen.kind === "perl" && code !== null && code !== 0) forced ??= "node";
      if (!closed) options.log("shim ended", { pid: child.pid, code, signal });
      options.onShimExit({ pid: child.pid, code, signal });
    });
    return started;
  };
  const send = (spec: StartSpec): void => {
    const frame = encodeStart(spec);
    if (frame === undefined) return void setImmediate(() => options.onNoStart(spec.runKey, "EINVAL"));
    shim ??= begin();
    sendEnv(shim, spec.env);
    crashPoint("before-launch");
    write(shim, frame);
    crashPoint("after-launch");
  };
  const sendWaiting = (): void => waiting.splice(0).forEach(send);

  return {
    start: (spec) => {
      if (closed) return;
      const delayMs = restart.notBefore - performance.now();
      if (shim !== undefined || delayMs <= 0) return send(spec);
      if (waiting.push(spec) === 1) setTimeout(sendWaiting, delayMs).unref();
    },
    close: () => {
      closed = true;
      waiting.length = 0;
      if (shim !== undefined) flush(shim);
      shim?.child.stdin?.end();
    },
    get pid() {
      return shim?.child.pid;
    },
  };
}

function watch(shim: Shim, onEnd: (code: number | null, signal: string | null) => void): void {
  const { child } = shim;
  child.on("error", () => {
    if (child.pid === undefined) onEnd(null, null);
  });
  child.on("exit", onEnd);
  child.stdin?.on("error", () => {}); // The exit event follows.
  child.stdin?.on("drain", () => flush(shim));
  // The pipe alone must not keep the daemon from ending.
  if (child.stdin instanceof Socket) child.stdin.unref();
}

function nextRestart(shim: Shim, delayMs: number): { delayMs: number; notBefore: number } {
  if (performance.now() - shim.startedAt >= HEALTHY_MS) return { delayMs: 0, notBefore: 0 };
  const next = Math.min(RESTART_MS_MAX, Math.max(100, delayMs * 2));
  return { delayMs: next, notBefore: performance.now() + next };
}

function sendEnv(shim: Shim, env: Environment): void {
  if (shim.lastEnv?.source === env) return;
  const frame = encodeEnv(env);
  const isSame = shim.lastEnv?.frame.equals(frame) === true;
  shim.lastEnv = { source: env, frame };
  if (!isSame) write(shim, frame);
}

function write(shim: Shim, frame: Buffer): void {
  if (shim.backlog !== undefined) shim.backlog.push(frame);
  else if (shim.child.stdin?.write(frame) === false) shim.backlog = [];
}

function flush(shim: Shim): void {
  const frames = shim.backlog ?? [];
  shim.backlog = undefined;
  if (frames.length > 0) write(shim, Buffer.concat(frames));
}
