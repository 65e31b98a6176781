/** Two times: the wall clock for stamps, and one that no change of the wall clock moves for deadlines. */

export type Clock = {
  /** Epoch ms as the machine has it now. */
  wall(): number;
  /** Epoch ms at the daemon's start plus monotonic time since: a set clock or a suspended night ends nothing early. */
  steady(): number;
};

export function createClock(): Clock {
  const startedAt = Date.now() - performance.now();
  return { wall: Date.now, steady: () => Math.round(startedAt + performance.now()) };
}
