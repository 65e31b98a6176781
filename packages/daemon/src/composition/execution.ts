/** Joins what runs tasks: processes, the agents and worktrees among them, their output, and what supervises all of it. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Config, Paths } from "@claudine/protocol";
import { createAgents, type Agents } from "../agents/agents.ts";
import type { Command } from "../core/command.ts";
import type { Engine } from "../engine.ts";
import type { Attached } from "../environment/attached.ts";
import type { Log } from "../log.ts";
import { createKeptOutput, type KeptOutput } from "../output/kept-output.ts";
import type { RunUsage } from "../runner/meter-totals.ts";
import { probe } from "../runner/probe.ts";
import { createPunch } from "../runner/punch.ts";
import { createLaunch, parseRunKey, runUid } from "../running/launch.ts";
import { createLiveUsage, type LiveUsages } from "../running/live-usage.ts";
import { openProcesses } from "../running/run-processes.ts";
import { createTaskInput, type TaskInput } from "../running/task-input.ts";
import { createSupervisor, type Supervisor } from "../supervisor/supervisor.ts";
import { createWorktrees, type Worktrees } from "../worktrees/worktrees.ts";
import type { Storage } from "./storage.ts";

export type ExecutionPorts = {
  paths: Paths;
  config: Config;
  log: Log;
  shimDir: string;
  storage: Storage;
  engine: Engine<Attached>;
  /** What a run uses now. */
  sampled(run: { id: number; attempt: number }, used: RunUsage): void;
};

type Processes = ReturnType<typeof openProcesses>;

export type Execution = {
  processes: Processes;
  worktrees: Worktrees;
  agents: Agents;
  output: KeptOutput;
  input: TaskInput;
  usage: LiveUsages;
  supervisor: Supervisor;
};

export function createExecution(ports: ExecutionPorts): Execution {
  const { paths, config, log, storage, engine } = ports;
  const processes = processesOf(ports, () => supervisor);
  const worktrees = createWorktrees({
    config: config.worktrees,
    shell: config.shell,
    stateDir: paths.stateDir,
    environment: storage.environment,
    dispatch: engine.dispatch,
    endMarked: processes.endMarked,
    log,
  });
  const agents = agentsOf(ports, worktrees);
  const output = outputOf(ports, agents);
  const input = createTaskInput(paths.runtimeDir, processes.system);
  const usage = createLiveUsage(engine, processes.meter, agents.current);
  const supervisor = supervisorOf(ports, { processes, worktrees, agents, input });
  return { processes, worktrees, agents, output, input, usage, supervisor };
}

function processesOf(ports: ExecutionPorts, supervisor: () => Supervisor): Processes {
  return openProcesses({
    shimDir: ports.shimDir,
    wakePath: join(ports.paths.runtimeDir, "wake.fifo"),
    intervalMs: ports.config.sampleInterval,
    log: ports.log,
    on: {
      wake: (fact) => supervisor().onWake(fact),
      started: (key, start) => supervisor().onStarted(key, start),
      sample(key, used) {
        supervisor().onSample(key, used.rssBytes);
        const run = parseRunKey(key);
        if (run !== undefined) ports.sampled(run, used);
      },
      gone: (key) => supervisor().onGone(key),
      shimExit: () => supervisor().onShimExit(),
    },
  });
}

function agentsOf(ports: ExecutionPorts, { calledTools }: Worktrees): Agents {
  const { paths, config, log, storage, engine } = ports;
  const report = reporting(engine);
  return createAgents({
    stateDir: paths.stateDir,
    config,
    runs: storage.runs,
    texts: storage.store.texts,
    runsOf: storage.store.runs,
    probe,
    live: engine.live,
    liveTasks: engine.liveTasks,
    report: (attention) => report({ type: "report-attention", ...attention }),
    answers: (run) => report({ type: "report-answers", ...run }),
    spending: (run) => report({ type: "report-spending", ...run }),
    calledTools,
    environment: storage.environment,
    clock: storage.clock,
    log,
  });
}

function outputOf({ paths, config, log, storage, engine }: ExecutionPorts, { looked }: Agents): KeptOutput {
  const report = reporting(engine);
  return createKeptOutput({
    stateDir: paths.stateDir,
    runs: storage.runs,
    config: config.output,
    sampleIntervalMs: config.sampleInterval,
    live: engine.live,
    liveTasks: engine.liveTasks,
    punch: createPunch(log),
    tooMuch: (output) => report({ type: "report-output", ...output }),
    looked,
    wall: Date.now,
    log,
  });
}

function reporting(engine: Engine<Attached>): (command: Command) => void {
  return (command) => void engine.dispatch(command).catch(() => {});
}

type Supervised = Pick<Execution, "processes" | "worktrees" | "agents" | "input">;

function supervisorOf(ports: ExecutionPorts, parts: Supervised): Supervisor {
  const { log, storage, engine } = ports;
  const { processes, worktrees, agents, input } = parts;
  const { store, vault, runs } = storage;
  return createSupervisor({
    ...processes,
    dispatch: engine.dispatch,
    live: engine.live,
    liveTasks: engine.liveTasks,
    launch: launchOf(ports, parts),
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
    clock: storage.clock,
  });
}

function launchOf({ paths, storage }: ExecutionPorts, { processes, worktrees, agents, input }: Supervised) {
  return createLaunch({
    vault: storage.vault,
    runs: storage.runs,
    env: storage.store.env,
    start: processes.start,
    stdinPath: input.path,
    createStdin: processes.createStdin,
    startAgent: agents.start,
    sayFirst: input.sayFirst,
    makeGroup: processes.makeGroup,
    socket: paths.socket,
    timeText: storage.zones.text,
    enter: worktrees.enter,
  });
}
