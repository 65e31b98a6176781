/** How many tasks run beyond the configured slots while they leave the machine idle: `slots: auto` follows the host. */
import type { HostFacts } from "./capacity.ts";

export type Scale = { extra: number; changedAt: number };

/** Between the two nothing changes, so that a task more or less does not undo itself. */
const IDLE_BELOW = 0.7;
const BUSY_ABOVE = 0.9;
const PRESSURE_ABOVE = 10;
/** What a new task does to the machine is seen after so long. */
export const RESCALE_MS = 5000;
/** Tasks that only wait cost memory and processes. */
const EXTRA_PER_SLOT = 3;

export type ScaleInput = {
  now: number;
  host: HostFacts;
  /** Tasks wait for a slot, and all are in use. */
  wanted: boolean;
  slots: number;
  /** Below so much no more is started. */
  reserveBytes: number;
};

/** What the daemon before had come to, as far as its tasks still run: else nothing would start until most have ended. */
export function scaleInUse(groups: Iterable<{ slots: number | undefined; used: number }>, slots: number): Scale {
  const used = [...groups].map((group) => (group.slots === undefined ? group.used : 0));
  return { extra: Math.min(EXTRA_PER_SLOT * slots, Math.max(0, ...used.map((one) => one - slots))), changedAt: 0 };
}

/** One step at a time, and none sooner than the last one shows. */
export function rescale(scale: Scale, { now, host, wanted, slots, reserveBytes }: ScaleInput): Scale {
  if (now - scale.changedAt < RESCALE_MS) return scale;
  const busy = host.busyCpus / Math.max(1, host.cores);
  const pressed = (host.memoryPressure ?? 0) > PRESSURE_ABOVE || host.memoryFreeBytes < reserveBytes;
  if (scale.extra > 0 && (busy > BUSY_ABOVE || pressed)) return { extra: scale.extra - 1, changedAt: now };
  const idle = busy < IDLE_BELOW && !pressed && host.memoryFreeBytes > 2 * reserveBytes;
  if (wanted && idle && scale.extra < EXTRA_PER_SLOT * slots) return { extra: scale.extra + 1, changedAt: now };
  return scale;
}
