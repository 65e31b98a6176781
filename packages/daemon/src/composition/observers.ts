/** Joins what looks on and decides nothing: hooks, history and metrics. */
import type { Config, Paths } from "@claudine/protocol";
import type { Engine } from "../engine.ts";
import type { Attached } from "../environment/attached.ts";
import { createHistory, type History } from "../history/history.ts";
import { readDiskFree } from "../history/measure.ts";
import type { Log } from "../log.ts";
import { ownFigures, taskFigures } from "../metrics/figures.ts";
import { createMetrics, type Metrics } from "../metrics/metrics.ts";
import { runHook } from "../runner/hook-process.ts";
import { createHostReader } from "../runner/host.ts";
import { readTop } from "../runner/top-processes.ts";
import { createHooks, type Hooks } from "../running/hooks.ts";
import type { Execution } from "./execution.ts";
import type { Storage } from "./storage.ts";

export type ObserversPorts = {
  paths: Paths;
  config: Config;
  log: Log;
  version: string;
  startedAt: number;
  storage: Storage;
  engine: Engine<Attached>;
  processes: Pick<Execution["processes"], "system" | "readHost">;
  /** How many clients there are. */
  connections(): number;
};

export type Observers = { hooks: Hooks; history: History; metrics: Metrics };

const HOOK_MS_MAX = 60_000;

export function createObservers(ports: ObserversPorts): Observers {
  const { paths, config, log, storage, engine, processes } = ports;
  const hooks = createHooks({
    callback: config.callback,
    onAttention: config.agent.onAttention,
    run: (hook) => runHook(hook, HOOK_MS_MAX),
    files: storage.runs.files,
    environment: storage.environment,
    queued: () => engine.counts().queued,
    log,
  });
  const history = createHistory({
    config: config.history,
    store: storage.store.history,
    // Of its own, as a reader tells what was used since it was asked last.
    readHost: createHostReader(),
    readTop: () => readTop(processes.system),
    stateDir: paths.stateDir,
    read: engine.read,
    unfinished: engine.unfinished,
  });
  return { hooks, history, metrics: metricsOf(ports) };
}

function metricsOf({ paths, version, startedAt, engine, processes, connections }: ObserversPorts): Metrics {
  return createMetrics(() =>
    engine.read((state) => ({
      version,
      startedAt,
      ...ownFigures(),
      connections: connections(),
      accepting: engine.problem() === undefined,
      ...taskFigures(state),
      host: processes.readHost(),
      diskFreeBytes: readDiskFree(paths.stateDir),
    })),
  );
}
