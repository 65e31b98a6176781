/** Joins what clients may ask with the parts that answer it. */
import type { Config, Paths } from "@claudine/protocol";
import type { HostPort } from "../core/capacity.ts";
import type { Engine } from "../engine.ts";
import type { Attached } from "../environment/attached.ts";
import type { Log } from "../log.ts";
import type { Watchers } from "../reading/until.ts";
import type { Context } from "../rpc/context.ts";
import { createPace } from "../rpc/pace.ts";
import { createRpcServer, type RpcServer } from "../rpc/server.ts";
import { createSearch } from "../searching/search-process.ts";
import type { Execution } from "./execution.ts";
import type { Observers } from "./observers.ts";
import type { Storage } from "./storage.ts";

export type ServingPorts = {
  paths: Paths;
  config: Config;
  log: Log;
  version: string;
  startedAt: number;
  searchScript: string;
  storage: Storage;
  engine: Engine<Attached>;
  execution: Execution;
  observers: Observers;
  watchers: Watchers;
  machine: HostPort;
  checks: Context["checks"];
  /** Told of each line that a client sent. */
  onRequest(): void;
  /** Asked to end by a client. */
  onShutdown(): void;
};

export function createServing(ports: ServingPorts): RpcServer {
  const server: RpcServer = createRpcServer(
    contextOf(ports, () => server.connections()),
    { lastSeq: ports.engine.lastSeq, read: ports.storage.store.events },
  );
  return server;
}

function contextOf(ports: ServingPorts, connections: () => number): Context {
  const { storage, execution, observers } = ports;
  const { processes, supervisor, worktrees, output, input } = execution;
  return {
    paths: ports.paths,
    config: ports.config,
    log: ports.log,
    version: ports.version,
    startedAt: ports.startedAt,
    engine: ports.engine,
    store: storage.store,
    vault: storage.vault,
    zones: storage.zones,
    calendar: storage.calendar,
    runs: storage.runs,
    usage: execution.usage,
    agents: execution.agents,
    history: observers.history,
    metrics: observers.metrics,
    watchers: ports.watchers,
    machine: ports.machine,
    lookOutside: worktrees.lookOutside,
    sweepPreview: output.preview,
    search: createSearch({ script: ports.searchScript, ripgrep: true }),
    launcher: processes.kind,
    readHost: processes.readHost,
    writeInput: input.write,
    look: supervisor.look,
    startRefusal: supervisor.refusal,
    pace: createPace(),
    connections,
    checks: ports.checks,
    onRequest: ports.onRequest,
    shutdown: () => setImmediate(ports.onShutdown),
  };
}
