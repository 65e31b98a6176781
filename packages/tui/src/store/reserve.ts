/** What the configuration keeps free of the machine, for the marks on the bars. */
import { parseBytes } from "@claudine/protocol/units";
import type { Reserve } from "./compose.ts";
import type { Source } from "./source.ts";

/** @returns null where nothing but slots limits what starts, and where it is not known */
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
