/** What the daemon would have answered then, from what is left of that time. */
import type { CallOptions } from "@claudine/client";
import type { HostPoint, HostSample, LiveUsage } from "@claudine/protocol/host";
import { NO_USAGE, taskInfo } from "@claudine/protocol/info";
import type { MethodName, ParamsIn, Result } from "@claudine/protocol/methods";
import { noCounts } from "@claudine/protocol/states";
import type { Task } from "@claudine/protocol/task";
import type { Source } from "../store/source.ts";
import { groupsThen } from "./groups.ts";
import type { Past } from "./past.ts";
import { reasonThen } from "./reasons.ts";

type Then = { source: Source; past: Past; at: number };
type Asked = { method: MethodName; params: unknown; options: CallOptions | undefined };
/** Methods are named as texts here, as some are not in the table of every version. */
type AnyCall = (method: string, params: unknown, options?: CallOptions) => Promise<unknown>;

/** What is the same now as then. */
const AS_TODAY: ReadonlySet<string> = new Set(["log.read", "config.get", "schedule.list"]);

/** @returns undefined for what would change something, or was never kept */
export async function answerOfThen(then: Then, { method, params, options }: Asked): Promise<unknown> {
  const call = then.source.call as AnyCall;
  const name: string = method;
  if (AS_TODAY.has(name)) return call(name, params, options);
  switch (name) {
    case "host.read":
      return hostThen(then, (params as ParamsIn<"host.read">).explain ?? []);
    case "event.list":
      return { events: [], lastSeq: 0, firstSeq: 0 };
    case "task.explain":
      return { causes: causesThen(then, (params as ParamsIn<"task.explain">).id) };
    case "task.get":
      return taskThen(then, (await call(name, params, options)) as Result<"task.get">);
    case "task.graph":
      return graphThen(then, (await call(name, params, options)) as Result<"task.graph">);
    case "host.history":
      return { stepMs: 10_000, samples: then.past.samples.filter(({ at }) => at <= then.at) };
    case "run.course": {
      const course = (await call(name, params, options)) as { attempt: number; points: readonly { at: number }[] };
      return { ...course, points: course.points.filter(({ at }) => at <= then.at) };
    }
  }
  return undefined;
}

function taskThen({ past, at }: Then, got: Result<"task.get">): Result<"task.get"> {
  const task = past.journal.tasksAt(at).tasks.get(got.task.id);
  const runs = got.runs.filter(({ finishedAt }) => finishedAt <= at);
  return { ...got, runs, ...(task === undefined ? {} : { task: taskInfo(task) }) };
}

function graphThen({ past, at }: Then, { tasks }: Result<"task.graph">): Result<"task.graph"> {
  const known = past.journal.tasksAt(at).tasks;
  return { tasks: tasks.flatMap(({ id }) => known.get(id) ?? []).map((task) => taskInfo(task)) };
}

async function hostThen(then: Then, explain: readonly number[]): Promise<Result<"host.read">> {
  const { past, at } = then;
  const known = past.journal.tasksAt(at).tasks;
  const tasks = [...known.values()];
  const groups = groupsThen(past.groups, tasks, at);
  const sample = past.samples.findLast((one) => one.at <= at);
  const counts = noCounts();
  for (const { status } of tasks) counts[status.state] += 1;
  return {
    at,
    host: machineThen(past.machine, sample),
    counts,
    groups,
    live: await liveThen(then, tasks),
    reasons: explain.flatMap((id) => {
      const task = known.get(id);
      const why = task === undefined ? null : reasonThen({ tasks: known, groups, at }, task);
      return why === null ? [] : [{ id, why }];
    }),
    agingMs: past.agingMs,
  };
}

function causesThen({ past, at }: Then, id: number): string[] {
  const { tasks } = past.journal.tasksAt(at);
  const task = tasks.get(id);
  const groups = groupsThen(past.groups, [...tasks.values()], at);
  const why = task === undefined ? null : reasonThen({ tasks, groups, at }, task);
  return why === null ? [] : [why];
}

/** More are not in sight at once. */
const LIVE_AT_MOST = 50;

async function liveThen(then: Then, tasks: readonly Task[]): Promise<LiveUsage[]> {
  const running = tasks.filter(({ status }) => "run" in status).slice(0, LIVE_AT_MOST);
  const found = await Promise.all(running.map((task) => usageThen(then, task)));
  return found.filter((usage) => usage !== undefined);
}

async function usageThen({ source, past, at }: Then, { id, attempt }: Task): Promise<LiveUsage | undefined> {
  const key = `${id} ${attempt}`;
  const known = past.courses.get(key) ?? source.call("run.course", { id, attempt }).catch(() => undefined);
  past.courses.set(key, known);
  const point = (await known)?.points.findLast((one) => one.at <= at);
  if (point === undefined) return undefined;
  const { cpuPercent, rssBytes, processes } = point;
  return { id, cpuPercent, rssBytes, processes, usage: NO_USAGE };
}

/** Without a sample nothing is known of it: it has no cores then, and is not drawn. */
function machineThen(today: HostSample, sample: HostPoint | undefined): HostSample {
  const nothing = { cpu: null, memory: null, io: null };
  if (sample === undefined) return { ...today, cores: 0, memTotalBytes: 0, memAvailableBytes: 0, pressure: nothing };
  const { cpuPercent, load1, memTotalBytes, memAvailableBytes, pressure } = sample;
  return { ...today, cpuPercent, load1, load5: load1, load15: load1, memTotalBytes, memAvailableBytes, pressure };
}
