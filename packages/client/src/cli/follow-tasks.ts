/** Shows the output of tasks until they end, and turns how they ended into an exit code. */
import { constants } from "node:os";
import { ClaudineError } from "@claudine/protocol/errors";
import type { TaskInfo } from "@claudine/protocol/task";
import { safeJson } from "@claudine/protocol/text";
import type { Client } from "../client.ts";
import type { Input, Io } from "./command.ts";
import { flag } from "./input.ts";
import { Interrupted } from "./interrupt.ts";
import { sinkOptions } from "./log-options.ts";
import { nameTasks, say } from "./print.ts";
import { selectorOf } from "./resolve-task.ts";
import { showRun } from "./show-run.ts";
import { BOTH_STREAMS, type StreamName } from "./tail.ts";

export type FollowOptions = {
  input: Input;
  io: Io;
  client: Client;
  ids: readonly number[];
  streams?: readonly StreamName[];
  tailLines?: number | undefined;
  /** Epoch ms. */
  since?: number | undefined;
  begin: Begin;
};

/** The run to begin with; `next` is the one that a task waits for, or the last one where it waits for none. */
export type Begin = "first" | "last" | "next" | { onlyRun: number };

const MOST = 200;

/** @returns how the tasks ended. @throws Interrupted when the person has seen enough; the tasks go on */
export async function followTasks(options: FollowOptions): Promise<readonly TaskInfo[]> {
  const { io, client, ids } = options;
  return untilInterrupted(io, ids, async (signal) => {
    await followOutput(options, signal);
    return waitForEnd(client, ids, signal);
  });
}

/** Resolves when nothing more will come. @throws ClaudineError limit */
export async function followOutput(options: FollowOptions, signal: AbortSignal): Promise<void> {
  refuseTooMany(options.ids);
  await Promise.all(options.ids.map((id) => followOne(options, id, signal)));
}

/** @throws ClaudineError limit */
function refuseTooMany(ids: readonly number[]): void {
  if (ids.length <= MOST) return;
  throw new ClaudineError("limit", `Cannot follow ${ids.length} tasks at once: at most ${MOST}`, {
    hint: "Name fewer; claudine top shows all",
  });
}

/** Also the runs that follow by themselves when one fails, each of them, however short. */
async function followOne(options: FollowOptions, id: number, signal: AbortSignal): Promise<void> {
  const { tailLines, since, begin } = options;
  const known = async () => (await options.client.call("task.get", { id }, { signal })).task;
  let coming: Coming | undefined = firstRun(await known(), begin);
  // Of what comes only later nothing is to be missed.
  for (let from: From = { tailLines, since }; coming !== undefined; from = {}) {
    await followRun(options, { id, ...coming, ...from }, signal);
    coming = typeof begin === "object" ? undefined : nextRun(await known(), coming.attempt);
  }
}

type From = Pick<FollowOptions, "tailLines" | "since">;

function followRun(
  { input, io, client, ids, streams = BOTH_STREAMS }: FollowOptions,
  coming: Coming & From & { id: number },
  signal: AbortSignal,
): Promise<number> {
  const show = { ...sinkOptions(input), prefix: ids.length > 1, lines: flag(input, "json") };
  return showRun(io, client, { ...coming, streams, show, follow: true, signal });
}

/** A run that has not begun is waited for. */
type Coming = { attempt: number; begun: boolean };

function firstRun({ state, attempt }: TaskInfo, begin: Begin): Coming {
  if (typeof begin === "object") return { attempt: begin.onlyRun, begun: true };
  if (begin === "first" || attempt === 0) return { attempt: 1, begun: attempt > 0 };
  return begin === "next" && state === "queued" ? { attempt: attempt + 1, begun: false } : { attempt, begun: true };
}

/** Undefined when none follows. */
function nextRun({ state, attempt }: TaskInfo, after: number): Coming | undefined {
  if (attempt > after) return { attempt: after + 1, begun: true };
  return state === "queued" && attempt === after ? { attempt: after + 1, begun: false } : undefined;
}

export async function waitForEnd(
  client: Client,
  ids: readonly number[],
  signal: AbortSignal,
): Promise<readonly TaskInfo[]> {
  return (await client.call("task.wait", { selector: selectorOf(ids) }, { signal })).tasks;
}

/** Runs what waits for tasks; Ctrl-C leaves them alone. */
export async function untilInterrupted<T>(
  io: Io,
  ids: readonly number[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = io.interrupt();
  try {
    return await work(signal);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    const [first] = ids;
    const name = nameTasks(ids);
    const verb = ids.length === 1 ? "goes on" : "go on";
    throw new Interrupted(`\n${name.charAt(0).toUpperCase()}${name.slice(1)} ${verb}; claudine follow ${first}`);
  }
}

const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** The exit code of a task as a shell would have it; 1 when it did not run to an end. */
export function exitCodeOf({
  exitCode,
  signal,
  notStarted,
}: Pick<TaskInfo, "exitCode" | "signal" | "notStarted">): number {
  if (exitCode !== null) return exitCode;
  if (notStarted?.step === "exec") return notStarted.errno === "ENOENT" ? NOT_FOUND : NOT_EXECUTABLE;
  const numbers: Readonly<Record<string, number | undefined>> = constants.signals;
  const number = signal === null ? undefined : numbers[signal];
  return number === undefined ? 1 : 128 + number;
}

/** Says on stderr what an exit code alone does not; as JSON on stdout. @returns the exit code for all of them */
export function concludeTasks(input: Input, io: Io, tasks: readonly TaskInfo[]): number {
  if (flag(input, "json")) for (const task of tasks) io.out(`${safeJson({ id: task.id, task })}\n`);
  else
    for (const { id, state, reason } of tasks.filter((task) => task.state !== "succeeded").slice(0, 20)) {
      say(input, io, `Task ${id} ${state}${reason === null ? "" : `: ${reason}`}`);
    }
  return exitCodeOfAll(tasks);
}

/** Of one task its own; of several 0 when all succeeded, else 1. */
export function exitCodeOfAll(tasks: readonly TaskInfo[]): number {
  const [only] = tasks;
  if (only !== undefined && tasks.length === 1) return exitCodeOf(only);
  return tasks.every(({ state }) => state === "succeeded") ? 0 : 1;
}
