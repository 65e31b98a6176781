/** Whether the machine has room for another task: by what it declares or its kind is known to use, and what is free. */
import type { Task, TaskId } from "@claudine/protocol";
import { learned } from "./kinds.ts";
import { pausedForMemory } from "./pressure.ts";
import type { State } from "./state.ts";

/** The machine, or the container or control group the daemon lives in, as measured a moment ago. */
export type HostFacts = {
  cores: number;
  /** Cores kept busy by everything that runs. */
  busyCpus: number;
  memoryFreeBytes: number;
  /** Percent of the last 10 s in which something waited for memory; null where that is not known. */
  memoryPressure: number | null;
  /** Processes that wanted a core, averaged over a minute; null where stall information tells more. */
  load: number | null;
};

/** What a running task uses now; undefined before it was first measured. */
export type Used = { cpus: number; rssBytes: number; ageMs: number };

export type HostPort = { host(): HostFacts | undefined; used(id: TaskId): Used | undefined };

export type Lack =
  | { what: "memory"; needs: number; free: number }
  | { what: "cpus"; needs: number; free: number }
  | { what: "pressure"; percent: number }
  | { what: "load"; load: number; cores: number }
  | { what: "relief"; id: TaskId };

export type Capacity = {
  /** What the machine lacks for this task; one task always fits. */
  lack(task: Task): Lack | undefined;
  /** Counts in what was just admitted and is not to be seen yet. */
  admitted(task: Task): void;
};

/** So long a new task may take until its use is what it will be. */
const SETTLE_MS = 5000;
/** Above this tasks hinder each other, and another would make it worse. */
const PRESSURE_PERCENT = 20;
/** More than so many processes for each core hinder each other; the average lags, so the cores must be busy as well. */
const LOAD_PER_CORE = 2;
const BUSY_SHARE = 0.9;
/** Shares of a core are not exact. */
const CPU_TOLERANCE = 0.1;

type Need = { memoryBytes: number; cpus: number };

/** What a task will use: as declared, else as its kind did before, else nothing that would be known. */
export function needOf(state: State, task: Task): Need {
  const known = learned(state.kinds, task);
  return {
    memoryBytes: task.needs?.memoryBytes ?? known?.memoryBytes ?? 0,
    cpus: task.needs?.cpus ?? known?.cpus ?? 0,
  };
}

/** Reads the machine at most once, and only when a task asks. */
export function createCapacity(state: State, port: HostPort): Capacity {
  let room: Room | undefined;
  return {
    lack(task) {
      if (state.inFlight.size === state.paused.size) return undefined;
      // What was paused for memory comes before what would take more of it.
      const paused = pausedForMemory(state);
      if (paused !== undefined) return { what: "relief", id: paused.task.id };
      if (!state.settings.autoscale) return undefined;
      const host = port.host();
      if (host === undefined) return undefined;
      room ??= roomOf(state, port, host);
      return lackOf(room, needOf(state, task));
    },
    admitted(task) {
      if (room === undefined) return;
      const { memoryBytes, cpus } = needOf(state, task);
      room.memoryBytes -= memoryBytes;
      room.cpus -= cpus;
    },
  };
}

type Overload = { load: number; cores: number };
type Room = { memoryBytes: number; cpus: number; pressure: number; overload: Overload | undefined };

function lackOf(room: Room, need: Need): Lack | undefined {
  if (need.memoryBytes > room.memoryBytes || room.memoryBytes <= 0)
    return { what: "memory", needs: need.memoryBytes, free: Math.max(0, room.memoryBytes) };
  if (need.cpus > 0 && need.cpus > room.cpus + CPU_TOLERANCE)
    return { what: "cpus", needs: need.cpus, free: Math.max(0, room.cpus) };
  if (room.pressure > PRESSURE_PERCENT) return { what: "pressure", percent: room.pressure };
  return room.overload === undefined ? undefined : { what: "load", ...room.overload };
}

function roomOf(state: State, port: HostPort, host: HostFacts): Room {
  const { reserve } = state.settings;
  let [unseenBytes, plannedCpus, measuredCpus] = [0, 0, 0];
  for (const id of state.inFlight) {
    const task = state.live.get(id);
    if (task === undefined) continue;
    const need = needOf(state, task);
    const used = port.used(id);
    unseenBytes += Math.max(0, need.memoryBytes - (used?.rssBytes ?? 0));
    plannedCpus += plannedOf(task, need, used);
    measuredCpus += used?.cpus ?? 0;
  }
  // Less than a core of others is the noise of every machine: two busy tasks fit on two cores beside it.
  const others = Math.floor(Math.max(0, host.busyCpus - measuredCpus));
  return {
    memoryBytes: host.memoryFreeBytes - reserve.memoryBytes - unseenBytes,
    cpus: Math.max(1, host.cores - reserve.cpus - others) - plannedCpus,
    pressure: host.memoryPressure ?? 0,
    overload: overloadOf(host),
  };
}

function overloadOf({ load, cores, busyCpus }: HostFacts): Overload | undefined {
  if (load === null || load <= LOAD_PER_CORE * cores || busyCpus < BUSY_SHARE * cores) return undefined;
  return { load, cores };
}

/** A declared need is kept free; what was guessed gives way to what is measured. */
function plannedOf(task: Task, need: Need, used: Used | undefined): number {
  if (task.needs?.cpus !== undefined || used === undefined || used.ageMs < SETTLE_MS) return need.cpus;
  return used.cpus;
}
