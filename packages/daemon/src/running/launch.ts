/** Starts admitted runs: environment, files, input, and a frame to the shim. */
import type { LiveRun, Task } from "@claudine/protocol";
import type { AgentStart, Refusal, StartAgent } from "../agents/start.ts";
import type { Env, EnvVault } from "../environment/env-vault.ts";
import type { RunFolders } from "../output/files.ts";
import type { StartSpec } from "../runner/frame.ts";
import type { EnvRecord } from "../environment/env-record.ts";
import type { Enter, Place } from "../worktrees/enter.ts";

export type LaunchPorts = {
  vault: EnvVault;
  runs: RunFolders;
  env(id: string): EnvRecord | undefined;
  start(spec: StartSpec): void;
  /** For a task that runs in a worktree. */
  enter: Enter;
  stdinPath(task: Task, attempt: number): string;
  createStdin(path: string): Promise<void>;
  /** Makes the run's control group; undefined where there is none. */
  makeGroup(runUid: string, memoryMaxBytes?: number): string | undefined;
  /** What an agent's task executes; undefined for any other. */
  startAgent: StartAgent;
  /** Leaves the first words for a task that reads on. */
  sayFirst(path: string, text: string): void;
  socket: string;
  /** A moment as a zone's clocks show it. */
  timeText(zone: string, at: number): string;
};

export type Launched = { started: true } | { lostNames: string[] } | { refused: Refusal } | { givenUp: true };
/** @param signal gives the start up, as long as it takes */
export type Launch = (task: Task, run: LiveRun, signal: AbortSignal) => Promise<Launched>;

/** Opened environments kept, so that runs of one shell share one object. */
const ENVS_KEPT = 32;

export function createLaunch(ports: LaunchPorts): Launch {
  const opened = new Map<string, Env>();

  const openEnv = (id: string): { env: Env } | { lost: string[] } => {
    const known = opened.get(id);
    if (known !== undefined) return { env: known };
    const record = ports.env(id);
    const result = record === undefined ? { lost: ["all variables"] } : ports.vault.open(record);
    if ("lost" in result) return result;
    if (opened.size >= ENVS_KEPT) opened.clear();
    opened.set(id, result.env);
    return result;
  };

  return async (task, run, signal) => {
    const result = openEnv(task.envId);
    if ("lost" in result) return { lostNames: result.lost };
    const place = await placeOf(ports, { task, run }, { env: result.env, signal });
    if ("refused" in place) return place;
    const agent = await ports.startAgent(task, run.attempt, { env: place.env, signal });
    if (signal.aborted) return { givenUp: true };
    if (agent !== undefined && "note" in agent) return { refused: agent };
    ports.runs.prepare(task.id);
    const stdinPath = await inputOf(ports, { task, run, agent });
    const { env, argv } = agent ?? { env: place.env, argv: task.argv };
    ports.start({ ...specOf(ports, { task, run, place, argv: place.wrap(argv) }), env, stdinPath });
    return { started: true };
  };
}

type Starting = { task: Task; run: LiveRun };
type World = Parameters<Enter>[2];

async function placeOf(
  ports: LaunchPorts,
  { task, run }: Starting,
  world: World,
): Promise<Place | { refused: Refusal }> {
  if (task.worktree === undefined) return plainPlace(task, world.env);
  try {
    return await ports.enter(task, run, world);
  } catch (error) {
    if (!world.signal.aborted) throw error;
    return plainPlace(task, world.env);
  }
}

function plainPlace(task: Task, env: Env): Place {
  return { cwd: task.cwd, env, variables: {}, wrap: (argv) => argv };
}

async function inputOf(
  ports: LaunchPorts,
  { task, run, agent }: Starting & { agent: AgentStart | undefined },
): Promise<string | undefined> {
  const stdin = agent?.stdin;
  if (stdin !== undefined && "path" in stdin) return stdin.path;
  if (!task.stdin && stdin === undefined) return undefined;
  const path = ports.stdinPath(task, run.attempt);
  await ports.createStdin(path);
  if (stdin !== undefined) ports.sayFirst(path, stdin.first);
  return path;
}

function specOf(
  ports: LaunchPorts,
  { task, run, place, argv }: Starting & { place: Place; argv: readonly string[] },
): Omit<StartSpec, "env" | "stdinPath"> {
  const group = ports.makeGroup(runUid(task, run.attempt), task.needs?.memoryMaxBytes);
  const files = ports.runs.files(task.id, run.attempt);
  const [program = "", ...words] = argv;
  return {
    runKey: runKey(task.id, run.attempt),
    argv: [program, ...words],
    cwd: place.cwd,
    umask: task.umask,
    extraEnv: {
      PWD: place.cwd,
      CLAUDINE_TASK_ID: String(task.id),
      CLAUDINE_RUN: String(run.attempt),
      CLAUDINE_RUN_UID: runUid(task, run.attempt),
      CLAUDINE_GROUP: task.group,
      CLAUDINE_SOCKET: ports.socket,
      // The shim makes it.
      CLAUDINE_ARTIFACTS: files.artifacts,
      // For the shim, which takes it away.
      ...(group === undefined ? {} : { CLAUDINE_CGROUP: group }),
      ...place.variables,
      ...unitVariables(run),
      ...scheduleVariables(ports, task),
      ...(task.arrayIndex === null ? {} : { CLAUDINE_ARRAY_INDEX: String(task.arrayIndex) }),
    },
    stdoutPath: files.stdout,
    stderrPath: files.stderr,
    recordPath: files.record,
  };
}

/** Times as the schedule's own clocks show them: what is before the T is its date there. */
function scheduleVariables({ timeText }: LaunchPorts, { schedule }: Task): Record<string, string> {
  if (schedule === undefined) return {};
  const { name, due, zone, previousSuccessAt } = schedule;
  return {
    CLAUDINE_SCHEDULE: name,
    CLAUDINE_DUE_AT: timeText(zone, due),
    CLAUDINE_PREVIOUS_SUCCESS_AT: previousSuccessAt === undefined ? "" : timeText(zone, previousSuccessAt),
  };
}

/** `CLAUDINE_GPU=0,2` for the units of the resource `gpu`. */
function unitVariables({ units = {} }: LiveRun): Record<string, string> {
  return Object.fromEntries(
    Object.entries(units).map(([name, own]) => [
      `CLAUDINE_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`,
      own.join(","),
    ]),
  );
}

export function runKey(id: number, attempt: number): string {
  return `${id}.${attempt}`;
}

export function parseRunKey(key: string): { id: number; attempt: number } | undefined {
  const match = /^(\d{1,10})\.(\d{1,9})$/.exec(key);
  return match === null ? undefined : { id: Number(match[1]), attempt: Number(match[2]) };
}

/** Marks a run's processes, so that those that left its group and session are still found. */
export function runUid(task: Task, attempt: number): string {
  return `${task.uid}.${attempt}`;
}
