/** For the tests: a folder of its own, a wake FIFO that is listened to and a launcher, all gone at the end. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { StartSpec, Word } from "./frame.ts";
import type { Launcher } from "./launcher.ts";
import { readRecord, type RecordStart, type RunRecord } from "./record.ts";
import type { ShimKind } from "./shim-process.ts";
import { openLauncher, processes, specIn } from "./test-launcher.ts";
import { createTrees } from "./trees.ts";
import { openWake, type WakeFact } from "./wake.ts";

export { openLauncher, PATH, processes, SHIM_DIR, specIn } from "./test-launcher.ts";

export type Rig = {
  dir: string;
  fifo: string;
  facts: WakeFact[];
  noStarts: { runKey: string; errno: string }[];
  shimExits: { code: number | null; signal: string | null }[];
  launcher: Launcher;
  /** Starts a run whose files are named after its key; returns the paths. */
  start(runKey: string, argv: [Word, ...Word[]], more?: Partial<StartSpec>): StartSpec;
  record(runKey: string): RunRecord;
  /** What the record tells once the run has started. */
  started(runKey: string): Promise<RecordStart>;
  /** The record once it tells an end. */
  ended(runKey: string): Promise<RunRecord>;
  /** Empty before the file is there: a run has started a moment before it opens its output. */
  stdout(runKey: string): string;
};

export async function openRig(kind: ShimKind): Promise<Rig> {
  const dir = mkdtempSync(join(tmpdir(), "run-"));
  const fifo = join(dir, "wake.fifo");
  const facts: WakeFact[] = [];
  const wake = await openWake(fifo, (fact) => facts.push(fact));
  const specs: StartSpec[] = [];
  const rig: Rig = {
    dir,
    fifo,
    facts,
    noStarts: [],
    shimExits: [],
    launcher: openLauncher(kind, fifo, {
      onNoStart: (runKey, errno) => rig.noStarts.push({ runKey, errno }),
      onShimExit: (exit) => rig.shimExits.push(exit),
    }),
    start: (runKey, argv, more) => {
      const spec = { ...specIn(dir, runKey, argv), ...more };
      specs.push(spec);
      rig.launcher.start(spec);
      return spec;
    },
    record: (runKey) => readRecord(join(dir, `${runKey}.record`)),
    started: (runKey) => until(() => started(rig.record(runKey)), `run ${runKey} to start`),
    ended: (runKey) => until(() => ended(rig.record(runKey)), `run ${runKey} to end`),
    stdout: (runKey) => readIfThere(join(dir, `${runKey}.out`)),
  };
  onTestFinished(async () => {
    rig.launcher.close();
    for (const spec of specs) await killRun(spec);
    wake.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return rig;
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, "latin1") : "";
}

function started(record: RunRecord): RecordStart | undefined {
  return record.state === "started" ? record : undefined;
}

function ended(record: RunRecord): RunRecord | undefined {
  return record.state === "ended" || record.state === "failed" ? record : undefined;
}

async function killRun(spec: StartSpec): Promise<void> {
  const identity = readRecord(spec.recordPath);
  const runUid = spec.extraEnv["CLAUDINE_RUN_UID"] ?? "";
  if (identity.state === "started")
    await createTrees(processes, () => []).signal({ identity, runUid }, "SIGKILL", 5000);
}

/** Only ends a wait for what never comes; a busy machine takes its time. */
const HANG_GUARD_MS = 60_000;

/** Awaits a condition, and fails by name when it does not come. */
export async function until<T>(condition: () => T | undefined | false | null, what: string): Promise<T> {
  for (const deadlineAt = Date.now() + HANG_GUARD_MS; Date.now() < deadlineAt;) {
    const value = condition();
    if (value !== undefined && value !== false && value !== null) return value;
    await delay(5);
  }
  throw new Error(`Waited too long for ${what}`);
}
