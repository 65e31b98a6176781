/** What the configuration means for the scheduler on this machine. */
import type { Config } from "@claudine/protocol";
import type { Settings } from "../core/settings.ts";

/** A machine of one core runs two tasks at once: one of them mostly waits. */
const SLOTS_AT_LEAST = 2;

/** As long as anything may take: no limit that anybody has set. */
const LONGEST_MS = 3650 * 86_400_000;

export function settingsOf(config: Config, cores: number): Settings {
  return {
    defaultSlots: config.slots === "auto" ? Math.max(SLOTS_AT_LEAST, cores) : config.slots,
    totalSlots: config.totalSlots,
    agingMs: config.aging === "off" ? undefined : config.aging,
    graceMs: config.grace,
    maxTimeoutMs: config.maxTimeout < LONGEST_MS ? config.maxTimeout : undefined,
    autoscale: config.autoscale === "on",
    slotsFollow: config.slots === "auto",
    reserve: { memoryBytes: config.reserve.memory, cpus: config.reserve.cpus },
    pressure: {
      action: config.pressure.action,
      memoryBytes: config.pressure.memory,
      stallPercent: config.pressure.stall,
    },
    resources: config.resources,
    budgets: {
      task: config.agent.budgets.task,
      day: config.agent.budgets.day,
      atLimit: config.agent.budgets.atLimit,
    },
    dependenciesPerTask: config.dependencies.perTask,
    dependencyDepth: config.dependencies.depth,
  };
}
