/** The composition root: joins store, engine, processes and the socket through function-typed ports. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Config, Paths, Task, TaskEvent } from "@claudine/protocol";
import { createAgents } from "./agents/agents.ts";
import { close } from "./close.ts";
import { createClock, monotonicMs } from "./time/clock.ts";
import { withCrashPoints } from "./running/crash-points.ts";
import { createEngine, type Engine, type Fact } from "./engine.ts";
import { createEnvVault, environmentOf } from "./environment/env-vault.ts";
import { createHealth } from "./health/health.ts";
import { readDiskFree } from "./history/measure.ts";
import { createHistory } from "./history/history.ts";
import { createHooks } from "./running/hooks.ts";
import { createHostReader } from "./runner/host.ts";
import { runHook } from "./runner/hook-process.ts";
import { createLaunch, parseRunKey, runUid } from "./running/launch.ts";
import { createLiveUsage } from "./running/live-usage.ts";
import type { Log } from "./log.ts";
import { openEndpoint } from "./metrics/endpoint.ts";
import { ownFigures, taskFigures } from "./metrics/figures.ts";
import { createMetrics } from "./metrics/metrics.ts";
import { createRunFolders } from "./output/files.ts";
import { createKeptOutput } from "./output/kept-output.ts";
import type { HostPort } from "./core/capacity.ts";
import { hostFacts, usedOf } from "./running/machine.ts";
import { createCalendar, whyNotUnderstood } from "./schedules/calendar.ts";
import { createZones } from "./schedules/zones.ts";
import { settingsOf } from "./config/scheduler-settings.ts";
import { compactHeap, createRest, heapBytes } from "./time/rest.ts";
import { systemProcesses } from "./runner/processes.ts";
import { probe } from "./runner/probe.ts";
import { readTop } from "./runner/top-processes.ts";
import { createPace } from "./rpc/pace.ts";
import { createRpcServer, type RpcServer } from "./rpc/server.ts";
import { openProcesses } from "./running/run-processes.ts";
import type { Attached } from "./environment/attached.ts";
import { createPunch } from "./runner/punch.ts";
import { openStore } from "./store/store.ts";
import { createSearch } from "./searching/search-process.ts";
import { createSupervisor } from "./supervisor/supervisor.ts";
import { createTaskInput } from "./running/task-input.ts";
import { createWatchers } from "./reading/until.ts";
import { createWorktrees } from "./worktrees/worktrees.ts";

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
const HOOK_MS_MAX = 60_000;

/** Comes up: the store is read, running tasks are taken up, the socket answers, and only then anything new starts. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { paths, config, log } = options;
  const health = createHealth(log);
  const zones = createZones();
  const calendar = createCalendar(zones);
  const store = openStore({
    path: join(paths.stateDir, "store"),
    journalKeep: config.journalKeep,
    historyKeep: config.scheduleHistory,
    onUnreadable: health.unreadable,
    isUnderstood: (schedule) => whyNotUnderstood(schedule, { calendar, zones }) === undefined,
  });
  const lastBoot = store.lastBoot();
  const vault = createEnvVault(paths.runtimeDir, config.secretNames);
  const runs = createRunFolders(paths.stateDir);
  const watchers = createWatchers();
  const bootId = systemProcesses(process.platform).bootId();
  const clock = createClock({ wall: Date.now, monotonic: monotonicMs, bootId }, store.timeMark());

  const onDurable = (facts: readonly Fact[]): void => {
    rest.disturb();
    supervisor.onFacts(facts);
    output.onFacts(facts);
    agents.onFacts(facts);
    hooks.onFacts(facts);
    history.onFacts(facts);
    worktrees.onFacts(facts);
    metrics.onFacts(facts);
    watchers.tell(facts);
    server.tell(facts.map(({ event }): TaskEvent => event));
  };
  const machine: HostPort = {
    host: () => hostFacts(processes.readHost()),
    used: (id) => usedOf(usage.current(id)),
  };
  const engine: Engine<Attached> = createEngine<Attached>({
    load: () => ({ ...store.load(), settings: settingsOf(config, options.cores), calendar }),
    machine,
    outputAt: (task) => runs.writtenAt(task.id, task.attempt),
    spentBy: (id) => agents.spentBy(id),
    lookup: store.task,
    keyed: store.keyed,
    isUnreadable: store.isUnreadable,
    commit: withCrashPoints(store.commit),
    room: store.room,
    clock,
    onDurable,
    onProblem(problem) {
      health.problem(problem);
      if (problem !== undefined) options.onUnwritable(store.isReplaced());
    },
    onFatal: options.onFatal,
    retryMs: RETRY_MS,
  });
  const rest = createRest({ unfinished: engine.unfinished, heapBytes, compact: compactHeap });
  const processes = openProcesses({
    shimDir: options.shimDir,
    wakePath: join(paths.runtimeDir, "wake.fifo"),
    intervalMs: config.sampleInterval,
    log,
    on: {
      wake: (fact) => supervisor.onWake(fact),
      started: (key, start) => supervisor.onStarted(key, start),
      sample(key, used) {
        supervisor.onSample(key, used.rssBytes);
        const run = parseRunKey(key);
        if (run !== undefined) history.courses.sample(run, used);
      },
      gone: (key) => supervisor.onGone(key),
      shimExit: () => supervisor.onShimExit(),
    },
  });
  const environment = (task: Task) => environmentOf(store.env(task.envId), vault);
  const hooks = createHooks({
    callback: config.callback,
    onAttention: config.agent.onAttention,
    run: (hook) => runHook(hook, HOOK_MS_MAX),
    files: runs.files,
    environment,
    queued: () => engine.counts().queued,
    log,
  });
  const history = createHistory({
    config: config.history,
    store: store.history,
    readHost: createHostReader(),
    readTop: () => readTop(processes.system),
    stateDir: paths.stateDir,
    read: engine.read,
    unfinished: engine.unfinished,
  });
  const startedAt = Date.now();
  const metrics = createMetrics(() =>
    engine.read((state) => ({
      version: options.version,
      startedAt,
      ...ownFigures(),
      connections: server.connections(),
      accepting: engine.problem() === undefined,
      ...taskFigures(state),
      host: processes.readHost(),
      diskFreeBytes: readDiskFree(paths.stateDir),
    })),
  );
  const agents = createAgents({
    stateDir: paths.stateDir,
    config,
    runs,
    texts: store.texts,
    runsOf: store.runs,
    probe,
    live: engine.live,
    liveTasks: engine.liveTasks,
    report: (report) => void engine.dispatch({ type: "report-attention", ...report }).catch(() => {}),
    answers: (run) => void engine.dispatch({ type: "report-answers", ...run }).catch(() => {}),
    spending: (run) => void engine.dispatch({ type: "report-spending", ...run }).catch(() => {}),
    calledTools: (task, calls) => worktrees.calledTools(task, calls),
    environment,
    clock,
    log,
  });
  const output = createKeptOutput({
    stateDir: paths.stateDir,
    runs,
    config: config.output,
    sampleIntervalMs: config.sampleInterval,
    live: engine.live,
    liveTasks: engine.liveTasks,
    punch: createPunch(log),
    tooMuch: (report) => void engine.dispatch({ type: "report-output", ...report }).catch(() => {}),
    looked: agents.looked,
    wall: Date.now,
    log,
  });
  const input = createTaskInput(paths.runtimeDir, processes.system);
  const usage = createLiveUsage(engine, processes.meter, agents.current);
  const worktrees = createWorktrees({
    config: config.worktrees,
    shell: config.shell,
    stateDir: paths.stateDir,
    environment,
    dispatch: engine.dispatch,
    endMarked: processes.endMarked,
    log,
  });
  const supervisor = createSupervisor({
    ...processes,
    dispatch: engine.dispatch,
    live: engine.live,
    liveTasks: engine.liveTasks,
    launch: createLaunch({
      vault,
      runs,
      env: store.env,
      start: processes.start,
      stdinPath: input.path,
      createStdin: processes.createStdin,
      startAgent: agents.start,
      sayFirst: input.sayFirst,
      makeGroup: processes.makeGroup,
      socket: paths.socket,
      timeText: zones.text,
      enter: worktrees.enter,
    }),
    leave: worktrees.leave,
    runs,
    clearAway: (task, attempt) => {
      if (task.stdin) rmSync(input.path(task, attempt), { force: true });
      processes.removeGroup(runUid(task, attempt));
    },
    agentEnded: agents.ended,
    lostNames: (envId) => {
      const record = store.env(envId);
      const opened = record === undefined ? { lost: ["all variables"] } : vault.open(record);
      return "lost" in opened ? opened.lost : [];
    },
    log,
    clock,
  });
  const server: RpcServer = createRpcServer(
    {
      engine,
      store,
      vault,
      zones,
      calendar,
      watchers,
      usage,
      agents,
      lookOutside: worktrees.lookOutside,
      history,
      metrics,
      runs,
      sweepPreview: output.preview,
      search: createSearch({ script: options.searchScript, ripgrep: true }),
      config,
      paths,
      log,
      version: options.version,
      startedAt,
      launcher: processes.kind,
      readHost: processes.readHost,
      machine,
      writeInput: input.write,
      look: supervisor.look,
      startRefusal: supervisor.refusal,
      pace: createPace(),
      connections: () => server.connections(),
      onRequest: rest.disturb,
      shutdown: () => setImmediate(options.onShutdown),
      checks: () => [...health.checks(), ...endpoint.checks()],
    },
    { lastSeq: engine.lastSeq, read: store.events },
  );
  const endpoint = await openEndpoint({ listen: config.metrics.listen, read: metrics.read, log });
  await processes.listen();
  output.takeUp();
  agents.takeUp();
  worktrees.takeUp(engine.liveTasks());
  await supervisor.recover(lastBoot === undefined || lastBoot === processes.bootId);
  // Not before: it stores the boot, and until the ends of what a reboot took are stored, whoever follows must know of it.
  const { version } = options;
  await engine.dispatch({ type: "report-daemon", started: true, pid: process.pid, version, bootId });
  await server.listen(options.listenFd);
  engine.admit(true);
  return {
    close: () => close({ engine, server, processes, store, rest, hooks, output, agents, history, endpoint }),
    reachable: server.reachable,
  };
}
