/** Joins what looks after the output of runs: times and limits while they run, packing and sweeping afterwards. */
import { existsSync, statfsSync } from "node:fs";
import type { Config, Task } from "@claudine/protocol";
import type { Fact } from "../engine.ts";
import { errorFacts, type Log } from "../log.ts";
import { artifactBytes } from "./artifact-folder.ts";
import type { RunFolders } from "./files.ts";
import type { Punch } from "./cut.ts";
import { createGrowth, type WatchedRun } from "./growth.ts";
import { createKeeper, type Keeper } from "./keeper.ts";
import type { OutputLimit } from "./limit.ts";
import { createRemoval } from "./removal.ts";

export type KeptOutputPorts = {
  stateDir: string;
  runs: RunFolders;
  config: Config["output"];
  sampleIntervalMs: number;
  liveTasks(): Iterable<Task>;
  live(id: number): Task | undefined;
  punch: Punch;
  tooMuch(report: { id: number; attempt: number; bytes: number; maxBytes: number }): void;
  /** Somebody has looked at what a run has written. */
  looked(run: { id: number; attempt: number }, hasGrown: boolean): void;
  wall(): number;
  log: Log;
};

export type KeptOutput = Pick<Keeper, "preview"> & {
  onFacts(facts: readonly Fact[]): void;
  /** What runs already when the daemon comes up. */
  takeUp(): void;
  close(): Promise<void>;
};

export function createKeptOutput(ports: KeptOutputPorts): KeptOutput {
  const { runs, config, log, wall } = ports;
  const off = <T extends number>(value: T | "off") => (value === "off" ? undefined : value);
  const keeper = createKeeper({
    stateDir: ports.stateDir,
    runs,
    rules: {
      compressAfterMs: off(config.compressAfter),
      keepMs: off(config.keep),
      keepLast: config.keepLast,
      maxTotalBytes: off(config.maxTotal),
    },
    needed: () => neededBy(ports),
    freeBytes,
    wall,
    log,
  });
  const removal = createRemoval({ runs, log });
  const growth = createGrowth({
    punch: ports.punch,
    freeBytes,
    intervalMs: ports.sampleIntervalMs,
    wall,
    log,
    looked: ports.looked,
    tooMuch: ({ id, attempt, limit }, bytes) => {
      if (limit !== undefined) ports.tooMuch({ id, attempt, bytes, maxBytes: limit.maxBytes });
    },
  });
  const watched = (task: Task, attempt: number): WatchedRun => ({
    id: task.id,
    attempt,
    files: runs.files(task.id, attempt),
    limit: limitOf(task, config),
  });
  const ended = async (run: WatchedRun): Promise<void> => {
    try {
      const { bytes, isOver } = await growth.ended(run);
      const left = existsSync(run.files.artifacts) ? await artifactBytes(run.files.artifacts) : 0;
      await keeper.ended({ id: run.id, attempt: run.attempt, bytes: bytes + left, pack: isOver });
    } catch (error) {
      log.warn("The output of a run that has ended could not be looked after", { task: run.id, ...errorFacts(error) });
    }
  };
  return {
    onFacts(facts) {
      for (const { event, task } of facts) {
        if (event.type === "task.removed") removal.add(event.id, event.attempts);
        if (task === undefined) continue;
        if (event.type === "run.started") growth.track(watched(task, event.attempt));
        if (event.type === "run.finished") void ended(watched(task, event.attempt));
        if (event.type === "task.cancelled" || event.type === "task.skipped") keeper.freed();
      }
    },
    takeUp() {
      for (const task of ports.liveTasks()) {
        if ("run" in task.status && task.status.run.started !== undefined) growth.track(watched(task, task.attempt));
      }
    },
    preview: keeper.preview,
    async close() {
      growth.close();
      await Promise.all([keeper.close(), removal.close()]);
    },
  };
}

function limitOf({ limits }: Task, config: Config["output"]): OutputLimit | undefined {
  const maxBytes = limits?.outputMaxBytes ?? config.maxBytes;
  return maxBytes === "off" ? undefined : { maxBytes, whenFull: limits?.whenOutputFull ?? config.whenFull };
}

/** An unfinished task may read what it wrote before, and what the tasks wrote that it came after. */
function neededBy({ live, liveTasks }: KeptOutputPorts): (id: number) => boolean {
  let before: Set<number> | undefined;
  return (id) => {
    if (live(id) !== undefined) return true;
    before ??= new Set([...liveTasks()].flatMap(({ after = [] }) => after.map((one) => one.id)));
    return before.has(id);
  };
}

/** Nothing where it cannot be told. */
function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
