/**
 * Places where tests end the process as a crash would: right before and right after each durable step.
 * `CLAUDINE_CRASH_AT=before-socket-rename` (`:3` for the third time) makes that one place deadly; without the variable
 * nothing happens. What counts down is the variable itself.
 */
import type { EventType } from "@claudine/protocol";

/** A commit, named by an event in it. */
const EVENTS = {
  "task.submitted": true,
  "task.held": true,
  "task.released": true,
  "task.cancelled": true,
  "task.retried": true,
  "task.told": true,
  "task.skipped": true,
  "task.failed": true,
  "task.moved": true,
  "task.changed": true,
  "task.removed": true,
  "run.admitted": true,
  "run.started": true,
  "run.warned": true,
  "run.attention": true,
  "run.stopping": true,
  "run.escalated": true,
  "run.signalled": true,
  "run.paused": true,
  "run.resumed": true,
  "run.finished": true,
  "worktree.changed": true,
  "group.changed": true,
  "group.removed": true,
  "agent.limited": true,
  "agent.freed": true,
  "budget.reached": true,
  "schedule.added": true,
  "schedule.changed": true,
  "schedule.paused": true,
  "schedule.resumed": true,
  "schedule.fired": true,
  "schedule.skipped": true,
  "schedule.removed": true,
  "daemon.started": true,
  "daemon.stopped": true,
} as const satisfies Record<EventType, true>;
type CommitStep = `commit-${EventType}`;
const COMMIT_STEPS = Object.keys(EVENTS).map((type): CommitStep => `commit-${type as EventType}`);

const FILE_STEPS = [
  "start-note",
  "start-note-removal",
  "lock-link",
  "env-key-link",
  "schema-write",
  "fifo-rename",
  "socket-rename",
  "launch",
  "run-files-removal",
  "output-removal",
  "pack-rename",
  "pack-removal",
  "backup-rename",
  "restore-aside",
  "restore-rename",
  "restore-finish",
  "record-aside",
  "salvage-aside",
  "salvage-rename",
  "salvage-finish",
] as const;

/** In the shim, which is told by its own variable (see shim.pl); `start-line` is the child's in perl. */
const SHIM_STEPS = ["shim-record-open", "shim-fork", "shim-start-line", "shim-exit-record"] as const;

export type CrashPoint =
  `${"before" | "after"}-${CommitStep | (typeof FILE_STEPS)[number] | (typeof SHIM_STEPS)[number]}`;

export const CRASH_POINTS: readonly CrashPoint[] = [...COMMIT_STEPS, ...FILE_STEPS, ...SHIM_STEPS].flatMap(
  (step): CrashPoint[] => [`before-${step}`, `after-${step}`],
);

const VARIABLE = "CLAUDINE_CRASH_AT";

/** Ends the process at once when the variable names this place. */
export function crashPoint(name: CrashPoint): void {
  const armed = process.env[VARIABLE];
  if (armed === undefined) return;
  const [place, times = "1"] = armed.split(":");
  if (place !== name) return;
  if (Number(times) > 1) process.env[VARIABLE] = `${place}:${Number(times) - 1}`;
  else process.kill(process.pid, "SIGKILL");
}

type Commit<B> = (batch: B) => Promise<void>;

/** `commit` with the places around it; as it is when no place is armed. */
export function withCrashPoints<B extends { events: readonly { type: EventType }[] }>(commit: Commit<B>): Commit<B> {
  if (process.env[VARIABLE] === undefined) return commit;
  return async (batch) => {
    for (const { type } of batch.events) crashPoint(`before-commit-${type}`);
    await commit(batch);
    for (const { type } of batch.events) crashPoint(`after-commit-${type}`);
  };
}

/** For the environment of the next shim; only that one is to die. */
export function takeShimCrashPoint(): Record<string, string> {
  const armed = process.env[VARIABLE];
  if (armed === undefined || !/^(before|after)-shim-/.test(armed)) return {};
  Reflect.deleteProperty(process.env, VARIABLE);
  return { [VARIABLE]: armed };
}
