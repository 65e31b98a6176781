/**
 * Two times: the wall clock for stamps, and a steady one for deadlines, which outlives the daemon. Within one boot the
 * steady one counts the kernel's monotonic time, so no set clock moves a deadline, and on Linux a suspended machine
 * counts for nothing, as what is waited for was suspended too. Across boots, where nothing else is left, it counts wall time.
 */

export type TimePorts = {
  /** Epoch ms as the machine has it now. */
  wall(): number;
  /** Ms since a moment that is the same for all daemons of one boot. */
  monotonic(): number;
  bootId: string;
};

/** A moment on all clocks; stored with each commit, so that the next daemon's steady time goes on where this one's was. */
export type TimeMark = {
  bootId: string;
  wallAt: number;
  monotonicMs: number;
  steadyAt: number;
  /** Absent in stores of before. */
  evenSince?: number;
};

export type Clock = {
  wall(): number;
  /** Like epoch ms, but never set: it was the wall clock when the store was made. */
  steady(): number;
  /** Since when, in steady time, both have gone alike: stamps of before, such as a file's, tell nothing of how long ago they are. */
  evenSince(): number;
  mark(): TimeMark;
};

/** A clock that is adjusted bit by bit is not one that was set. */
const APART_MS = 1000;
const APART_SHARE = 0.001;

/** `mark` is the last one that an earlier daemon stored. */
export function createClock(now: TimePorts, mark: TimeMark | undefined): Clock {
  const base = resumedAt(now, mark) - now.monotonic();
  const steady = () => Math.round(base + now.monotonic());
  const isSameBoot = mark?.bootId === now.bootId;
  let seen = isSameBoot ? { wallAt: mark.wallAt, steadyAt: mark.steadyAt } : { wallAt: now.wall(), steadyAt: steady() };
  let even = isSameBoot ? (mark.evenSince ?? 0) : 0;
  const evenSince = () => {
    const at = { wallAt: now.wall(), steadyAt: steady() };
    const passedMs = at.steadyAt - seen.steadyAt;
    if (Math.abs(at.wallAt - seen.wallAt - passedMs) > APART_MS + passedMs * APART_SHARE) even = at.steadyAt;
    seen = at;
    return even;
  };
  return {
    wall: now.wall,
    steady,
    evenSince,
    mark: () => ({
      bootId: now.bootId,
      wallAt: now.wall(),
      monotonicMs: now.monotonic(),
      steadyAt: steady(),
      evenSince: evenSince(),
    }),
  };
}

function resumedAt(now: TimePorts, mark: TimeMark | undefined): number {
  if (mark === undefined) return now.wall();
  const passedMs = mark.bootId === now.bootId ? now.monotonic() - mark.monotonicMs : now.wall() - mark.wallAt;
  // A machine without a battery may come up long before it went down; what is due then waits for what is left of it.
  return mark.steadyAt + Math.max(0, passedMs);
}

/** CLOCK_MONOTONIC on Linux, which starts with the boot and stands still in suspend; macOS counts that too. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
