/** Figures of this moment for the metrics. */
import { slotsOf } from "../core/groups.ts";
import type { State } from "../core/state.ts";
import type { MetricFacts } from "./families.ts";

export function ownFigures(): Pick<MetricFacts, "rssBytes" | "cpuSeconds"> {
  const { user, system } = process.cpuUsage();
  return { rssBytes: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1e6 };
}

export function taskFigures(state: State): Pick<MetricFacts, "lastSeq" | "counts" | "groups" | "schedules"> {
  const groups = [...state.groups.values()].map((group) => ({
    name: group.name,
    slots: slotsOf(state, group),
    used: group.used,
    queued: group.queued,
  }));
  const { all, dueAt } = state.schedules;
  const paused = [...all.values()].filter((schedule) => schedule.paused).length;
  const schedules = { active: dueAt.size, paused, ended: all.size - dueAt.size - paused };
  return { lastSeq: state.lastSeq, counts: { ...state.counts }, groups, schedules };
}
