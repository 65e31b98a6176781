/** The flat view of schedules. */
import {
  exactDuration,
  scheduledAgent,
  type Schedule,
  type ScheduleInfo,
  type ScheduleState,
  type When,
} from "@claudine/protocol";
import { nextDueOf, unfinishedOf } from "../core/schedules.ts";
import type { State } from "../core/state.ts";
import type { Context } from "./context.ts";

type Viewed = Pick<Context, "store" | "vault" | "zones">;

export function scheduleInfos(context: Viewed, state: State, schedules: readonly Schedule[]): ScheduleInfo[] {
  /** Most share an environment. */
  const lost = new Map<string, string[]>();
  const lostOf = (envId: string): string[] => {
    const known = lost.get(envId) ?? lostNames(context, envId);
    lost.set(envId, known);
    return known;
  };
  return schedules.map((schedule) =>
    scheduleInfo(context, state, { schedule, lost: lostOf(schedule.spec.task.envId) }),
  );
}

function scheduleInfo(
  { zones }: Viewed,
  state: State,
  { schedule, lost }: { schedule: Schedule; lost: readonly string[] },
): ScheduleInfo {
  const { name, spec, createdAt, fired, skipped, last, lastSuccess } = schedule;
  const { task, when, zone, afterSchedules = [] } = spec;
  const next = nextDueOf(state, schedule);
  return {
    name,
    state: stateOf(schedule, next),
    problem: problemOf(schedule, { lost, gone: afterSchedules.filter((other) => !state.schedules.all.has(other)) }),
    when: whenText(when, (at) => zones.text(zone, at)),
    rule: when,
    zone,
    next,
    jitterMs: spec.jitterMs ?? null,
    until: spec.until ?? null,
    maxRuns: spec.maxRuns ?? null,
    missed: spec.missed ?? "latest",
    catchupWindowMs: spec.catchupWindowMs ?? null,
    overlap: spec.overlap ?? "skip",
    afterSchedules,
    command: task.command,
    argv: task.argv,
    cwd: task.cwd,
    label: task.label,
    group: task.group,
    priority: task.priority,
    held: spec.held ?? false,
    after: task.after ?? [],
    onDependencyFailure: task.onDependencyFailure ?? null,
    retry: task.retry ?? null,
    limits: task.limits ?? null,
    needs: task.needs ?? null,
    onFinish: task.onFinish ?? null,
    agent: task.agent === undefined ? null : scheduledAgent(task.agent),
    budget: task.budget ?? null,
    origin: spec.origin ?? null,
    createdAt,
    fired,
    skipped,
    unfinished: unfinishedOf(state, schedule).map(({ id }) => id),
    last,
    lastSuccess,
  };
}

function stateOf({ paused }: Schedule, next: number | null): ScheduleState {
  if (paused) return "paused";
  return next === null ? "ended" : "active";
}

type Missing = { lost: readonly string[]; gone: readonly string[] };

function problemOf({ name }: Schedule, { lost, gone }: Missing): string | null {
  if (lost.length > 0)
    return (
      `the key to its secret variables (${lost.join(", ")}) is gone, as after a reboot; ` +
      `\`claudine schedule edit ${name} --take-env\` from a shell that has them takes them anew`
    );
  if (gone.length === 0) return null;
  return (
    `it waits for the last success of ${gone.join(", ")}, and there is no such schedule; ` +
    `\`claudine schedule edit ${name} --after none\` lets it run without`
  );
}

export function lostNames({ store, vault }: Viewed, envId: string): string[] {
  const record = store.env(envId);
  const opened = record === undefined ? { lost: ["all variables"] } : vault.open(record);
  return "lost" in opened ? opened.lost : [];
}

function whenText(when: When, text: (at: number) => string): string {
  switch (when.kind) {
    case "cron":
      return when.expression;
    case "every":
      return `every ${exactDuration(when.everyMs)}`;
    case "at":
      return `at ${text(when.at)}`;
  }
}
