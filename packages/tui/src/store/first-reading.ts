/** What is read once when the screen opens. */
import type { TaskEvent } from "@claudine/protocol/event";
import { parseBytes } from "@claudine/protocol/units";
import type { Reserve } from "./compose.ts";
import type { Source } from "./source.ts";

const EVENTS_READ = 1000;

/** What happened last; none when that cannot be read, as the events that come are shown all the same. */
export async function newestEvents(source: Pick<Source, "call">): Promise<readonly TaskEvent[]> {
  try {
    const { lastSeq } = await source.call("event.list", { since: Number.MAX_SAFE_INTEGER, limit: 1 });
    const since = Math.max(0, lastSeq - EVENTS_READ);
    return (await source.call("event.list", { since, limit: EVENTS_READ })).events;
  } catch {
    return [];
  }
}

/** What the configuration keeps free of the machine. @returns null where nothing but slots limits what starts, and where it is not known */
export async function readReserve(source: Pick<Source, "call">): Promise<Reserve | null> {
  try {
    const { config } = await source.call("config.get", {});
    if (config["autoscale"] === "off") return null;
    const { reserve } = config;
    if (typeof reserve !== "object" || reserve === null) return null;
    const memory = "memory" in reserve ? reserve.memory : 0;
    const cpus = "cpus" in reserve ? reserve.cpus : 0;
    return {
      memoryBytes: typeof memory === "string" ? parseBytes(memory) : typeof memory === "number" ? memory : 0,
      cpus: typeof cpus === "number" ? cpus : 0,
    };
  } catch {
    return null;
  }
}
