/** What the configuration says to the scheduler. */
import type { AtBudget, Budget } from "@claudine/protocol";

export type Settings = {
  /** Slots of a group that nobody gave any. */
  defaultSlots: number;
  /** Of all groups together; undefined is no limit. */
  totalSlots: number | undefined;
  /** So much waiting is worth one point of priority; undefined: a higher priority always comes first. */
  agingMs: number | undefined;
  graceMs: number;
  /** No task may have a longer timeout, or none; undefined: any. */
  maxTimeoutMs: number | undefined;
  /** Whether what is measured decides; else slots alone do. */
  autoscale: boolean;
  /** The default slots follow the machine. */
  slotsFollow: boolean;
  /** Kept free for everything else. */
  reserve: { memoryBytes: number; cpus: number };
  /** What is done to a task while memory is critically short: less is free than this, or more time is lost waiting for it. */
  pressure: { action: "off" | "pause" | "requeue"; memoryBytes: number; stallPercent: number };
  /** Counted resources, as `{gpu: 2}`. */
  resources: Readonly<Record<string, number>>;
  /** What agents may spend; undefined: as much as they like. */
  budgets: { task: Budget | undefined; day: Budget | undefined; atLimit: AtBudget };
  dependenciesPerTask: number;
  dependencyDepth: number;
};
