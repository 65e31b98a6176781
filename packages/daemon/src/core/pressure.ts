/** What is done to running tasks while memory is critically short, where the configuration wants it. */
import { formatBytes, type EventBody, type LiveRun, type Task } from "@claudine/protocol";
import type { HostFacts, HostPort } from "./capacity.ts";
import type { Settings } from "./settings.ts";
import type { State } from "./state.ts";
import { stopRun } from "./stop.ts";

export type Relief = {
  /** What a step does is seen after a while: no look before this, on the steady clock. */
  lookAt: number;
  calmSince: number | undefined;
  /** So long it must be calm before a paused task goes on; longer each time that was too early. */
  calmMs: number;
  resumedAt: number | undefined;
};

const LOOK_MS = 5000;
const CALM_MS = 10_000;
const CALM_MS_MAX = 600_000;

export function createRelief(): Relief {
  return { lookAt: 0, calmSince: undefined, calmMs: CALM_MS, resumedAt: undefined };
}

type Running = { task: Task; run: LiveRun };
type Level = { level: "critical"; why: string } | { level: "between" | "calm" };

/** Between critical and calm nothing changes, so that a little more or less does not undo itself. */
export function levelOf(
  { memoryFreeBytes, memoryPressure }: HostFacts,
  { action, memoryBytes, stallPercent }: Settings["pressure"],
): Level {
  const stall = memoryPressure ?? 0;
  if (action === "off") return { level: "calm" };
  if (memoryFreeBytes < memoryBytes)
    return { level: "critical", why: `memory was critically short: ${formatBytes(memoryFreeBytes)} free` };
  if (stall > stallPercent)
    return { level: "critical", why: `memory was critically short: waited for in ${Math.round(stall)}% of the time` };
  return { level: memoryFreeBytes >= 2 * memoryBytes && stall < stallPercent / 2 ? "calm" : "between" };
}

/** Whether anything could be done: two run, or one was paused for memory before. */
export function watchesPressure(state: State): boolean {
  return (state.settings.pressure.action !== "off" && state.inFlight.size > 1) || pausedForMemory(state) !== undefined;
}

/** One step at most: the next task is ended, paused or goes on. Those that remain run: at least one always does. */
export function relieve({
  state,
  now,
  machine,
}: {
  state: State;
  now: number;
  machine: HostPort;
}): EventBody | undefined {
  const { relief, settings } = state;
  const paused = pausedForMemory(state);
  if (paused !== undefined && state.inFlight.size === state.paused.size) return goOn(state, { one: paused, now });
  if (now < relief.lookAt || !watchesPressure(state)) return undefined;
  const host = machine.host();
  if (host === undefined) return undefined;
  relief.lookAt = now + LOOK_MS;
  const at = levelOf(host, settings.pressure);
  if (at.level !== "calm") relief.calmSince = undefined;
  if (at.level === "critical") return giveWay(state, { why: at.why, now });
  return at.level === "calm" ? calm(state, { paused, now }) : undefined;
}

function calm(state: State, { paused, now }: { paused: Running | undefined; now: number }): EventBody | undefined {
  const { relief } = state;
  relief.calmSince ??= now;
  if (now - relief.calmSince < relief.calmMs) return undefined;
  if (paused !== undefined) return goOn(state, { one: paused, now });
  relief.calmMs = CALM_MS;
  return undefined;
}

function goOn(state: State, { one, now }: { one: Running; now: number }): EventBody {
  state.relief.resumedAt = now;
  state.relief.lookAt = now + LOOK_MS;
  return { type: "run.resumed", id: one.task.id, attempt: one.run.attempt };
}

function giveWay(state: State, { why, now }: { why: string; now: number }): EventBody | undefined {
  const { relief } = state;
  const running = runningOf(state);
  // What one that is being ended gives back is waited for.
  if (running.some(({ run }) => run.stopping !== undefined) || running.length < 2) return undefined;
  const [victim] = running.toSorted(firstToYield);
  if (victim?.run.started === undefined) {
    // Looked at again as soon as it has: another should not give way for it.
    relief.lookAt = now;
    return undefined;
  }
  const wasEarly = relief.resumedAt !== undefined && now - relief.resumedAt < 2 * relief.calmMs;
  relief.calmMs = wasEarly ? Math.min(relief.calmMs * 2, CALM_MS_MAX) : relief.calmMs;
  relief.resumedAt = undefined;
  const { task, run } = victim;
  if (state.settings.pressure.action === "pause")
    return { type: "run.paused", id: task.id, attempt: run.attempt, pressure: why };
  return stopRun({ state, now }, { cause: "pressure", signal: "SIGTERM", note: why }, task)[0];
}

function runningOf({ inFlight, paused, live }: State): Running[] {
  return [...inFlight].flatMap((id) => {
    const task = paused.has(id) ? undefined : live.get(id);
    return task !== undefined && "run" in task.status ? [{ task, run: task.status.run }] : [];
  });
}

/** The lowest priority, then the youngest. */
function firstToYield(a: Running, b: Running): number {
  const age = (one: Running) => one.run.started?.startedAt ?? one.run.admittedAt;
  return a.task.priority - b.task.priority || age(b) - age(a) || b.task.id - a.task.id;
}

/** The one that goes on next: of those that were paused for memory the highest priority, then the oldest. */
export function pausedForMemory({ paused, live }: Pick<State, "paused" | "live">): Running | undefined {
  const found = [...paused].flatMap((id): Running[] => {
    const task = live.get(id);
    const isOwn = task?.status.state === "paused" && task.status.pressure !== undefined;
    return isOwn && task.status.state === "paused" && task.status.run.stopping === undefined
      ? [{ task, run: task.status.run }]
      : [];
  });
  return found.toSorted((a, b) => firstToYield(b, a))[0];
}
