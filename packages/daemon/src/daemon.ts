/** The composition root: joins store, engine, processes and the socket through function-typed ports. */
import type { Config, Paths, TaskEvent } from "@claudine/protocol";
import { close } from "./close.ts";
import { createExecution, type Execution, type ExecutionPorts } from "./composition/execution.ts";
import { createObservers, type Observers } from "./composition/observers.ts";
import { createServing } from "./composition/serving.ts";
import { openStorage, type Storage } from "./composition/storage.ts";
import { settingsOf } from "./config/scheduler-settings.ts";
import type { HostPort } from "./core/capacity.ts";
import { createEngine, type Engine, type EnginePorts, type Fact } from "./engine.ts";
import type { Attached } from "./environment/attached.ts";
import { createHealth, type Health } from "./health/health.ts";
import type { Log } from "./log.ts";
import { openEndpoint } from "./metrics/endpoint.ts";
import { createWatchers } from "./reading/until.ts";
import type { RpcServer } from "./rpc/server.ts";
import { withCrashPoints } from "./running/crash-points.ts";
import { hostFacts, usedOf } from "./running/machine.ts";
import { compactHeap, createRest, heapBytes, type Rest } from "./time/rest.ts";

export type DaemonOptions = {
  paths: Paths;
  config: Config;
  log: Log;
  version: string;
  shimDir: string;
  searchScript: string;
  /** A listening socket from socket activation. */
  listenFd: number | undefined;
  cores: number;
  /** Asked to end by a client. */
  onShutdown(): void;
  /** The state cannot be written; `isReplaced` when another store is in the place of its own. */
  onUnwritable(isReplaced: boolean): void;
  /** It cannot go on; tasks do. */
  onFatal(error: unknown): void;
};

export type Daemon = {
  close(): Promise<void>;
  /** False when its socket was taken away: nobody new can connect. */
  reachable(): boolean;
};

const RETRY_MS = 1000;

/** Comes up: the store is read, running tasks are taken up, the socket answers, and only then anything new starts. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { config, log, version } = options;
  const parts = joinParts(options, () => endpoint.checks());
  const { storage, engine, execution, observers, server } = parts;
  const { processes, output, agents, worktrees, supervisor } = execution;
  const { bootId, lastBoot } = storage;
  const endpoint = await openEndpoint({ listen: config.metrics.listen, read: observers.metrics.read, log });
  await processes.listen();
  output.takeUp();
  agents.takeUp();
  worktrees.takeUp(engine.liveTasks());
  await supervisor.recover(lastBoot === undefined || lastBoot === processes.bootId);
  // Not before: it stores the boot, and until the ends of what a reboot took are stored, whoever follows must know of it.
  await engine.dispatch({ type: "report-daemon", started: true, pid: process.pid, version, bootId });
  await server.listen(options.listenFd);
  engine.admit(true);
  return {
    close: () => close({ ...parts, ...execution, ...observers, store: storage.store, endpoint }),
    reachable: server.reachable,
  };
}

type Parts = {
  storage: Storage;
  engine: Engine<Attached>;
  rest: Rest;
  execution: Execution;
  observers: Observers;
  server: RpcServer;
};
type Checks = Health["checks"];

/** The engine asks and tells parts that are made after it: they are there before its first turn. */
function joinParts(options: DaemonOptions, endpointChecks: Checks): Parts {
  const health = createHealth(options.log);
  const storage = openStorage(options, health.unreadable);
  const watchers = createWatchers();
  const machine = machineOf(() => execution);
  const engine = createEngine<Attached>({
    ...storedPorts(options, storage, health),
    machine,
    spentBy: (id) => execution.agents.spentBy(id),
    onDurable(facts) {
      rest.disturb();
      tellParts(execution, observers, facts);
      watchers.tell(facts);
      server.tell(facts.map(({ event }): TaskEvent => event));
    },
    onFatal: options.onFatal,
    retryMs: RETRY_MS,
  });
  const rest = createRest({ unfinished: engine.unfinished, heapBytes, compact: compactHeap });
  const sampled: ExecutionPorts["sampled"] = (run, used) => observers.history.courses.sample(run, used);
  const execution = createExecution({ ...options, storage, engine, sampled });
  const given = { ...options, startedAt: Date.now(), storage, engine };
  const { processes } = execution;
  const observers = createObservers({ ...given, processes, connections: () => server.connections() });
  const checks: Checks = () => [...health.checks(), ...endpointChecks()];
  const onRequest = rest.disturb;
  const server = createServing({ ...given, execution, observers, watchers, machine, checks, onRequest });
  return { storage, engine, rest, execution, observers, server };
}

/** What the scheduler looks at. */
function machineOf(execution: () => Execution): HostPort {
  return {
    host: () => hostFacts(execution().processes.readHost()),
    used: (id) => usedOf(execution().usage.current(id)),
  };
}

type StoredPorts = Omit<EnginePorts<Attached>, "machine" | "spentBy" | "onDurable" | "onFatal" | "retryMs">;

function storedPorts(options: DaemonOptions, storage: Storage, health: Health): StoredPorts {
  const { store, runs, calendar, clock } = storage;
  return {
    load: () => ({ ...store.load(), settings: settingsOf(options.config, options.cores), calendar }),
    outputAt: (task) => runs.writtenAt(task.id, task.attempt),
    lookup: store.task,
    keyed: store.keyed,
    isUnreadable: store.isUnreadable,
    commit: withCrashPoints(store.commit),
    room: store.room,
    clock,
    onProblem(problem) {
      health.problem(problem);
      if (problem !== undefined) options.onUnwritable(store.isReplaced());
    },
  };
}

function tellParts(execution: Execution, observers: Observers, facts: readonly Fact[]): void {
  // First, as tasks wait for it.
  execution.supervisor.onFacts(facts);
  execution.output.onFacts(facts);
  execution.agents.onFacts(facts);
  observers.hooks.onFacts(facts);
  observers.history.onFacts(facts);
  execution.worktrees.onFacts(facts);
  observers.metrics.onFacts(facts);
}
