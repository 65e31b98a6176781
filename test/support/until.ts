/** Waits for a condition instead of for time. */
import { setTimeout as delay } from "node:timers/promises";

/** Only ends a wait for what never comes; a busy machine takes its time. */
const DEADLINE_MS = 60_000;
const STEP_MS = 10;

type Look<T> = () => T | undefined | null | false | Promise<T | undefined | null | false>;

/** What `look` gives once it gives something. `what` names it when it does not come in time. */
export async function until<T>(what: string, look: Look<T>, deadlineMs = DEADLINE_MS): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (performance.now() >= deadline) throw new Error(`Waited ${deadlineMs} ms in vain: ${what}`);
    await delay(STEP_MS);
  }
}
