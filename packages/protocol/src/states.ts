/** The states of a task, for all that must do without zod. */

export const STATES = [
  "queued",
  "held",
  "running",
  "paused",
  "succeeded",
  "failed",
  "cancelled",
  "timed-out",
  "lost",
  "skipped",
] as const;
export type State = (typeof STATES)[number];

const LIVE: ReadonlySet<State> = new Set(["queued", "held", "running", "paused"]);

export function isFinished(state: State): boolean {
  return !LIVE.has(state);
}

/** No task in any state. */
export function noCounts(): Record<State, number> {
  return {
    queued: 0,
    held: 0,
    running: 0,
    paused: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    "timed-out": 0,
    lost: 0,
    skipped: 0,
  };
}
