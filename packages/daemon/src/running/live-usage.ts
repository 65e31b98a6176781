/** What running tasks use now, from the meter's last sample. */
import type { AgentFacts, LiveUsage, Task, TaskId } from "@claudine/protocol";
import { runKey } from "./launch.ts";
import { usageFromSamples } from "./run-facts.ts";
import type { Meter } from "../runner/meter.ts";

export type LiveUsages = { current(id: TaskId): LiveUsage | undefined; all(): LiveUsage[] };
export type LiveTasks = { live(id: TaskId): Task | undefined; inFlight(): Iterable<TaskId> };

export function createLiveUsage(
  tasks: LiveTasks,
  meter: Pick<Meter, "current">,
  agentOf: (id: TaskId) => AgentFacts | undefined,
): LiveUsages {
  const current = (id: TaskId): LiveUsage | undefined => {
    const status = tasks.live(id)?.status;
    const run = status !== undefined && "run" in status ? status.run : undefined;
    const sample = run === undefined ? undefined : meter.current(runKey(id, run.attempt));
    if (run === undefined || sample === undefined) return undefined;
    const usage = usageFromSamples(Math.max(0, Date.now() - (run.started?.startedAt ?? run.admittedAt)), {
      sampled: sample,
    });
    const agent = agentOf(id);
    const { cpuPercent, rssBytes, processes } = sample;
    return { id, cpuPercent, rssBytes, processes, usage, ...(agent === undefined ? {} : { agent }) };
  };
  return { current, all: () => [...tasks.inFlight()].flatMap((id) => current(id) ?? []) };
}
