/** What was measured, in the words of the scheduler. */
import type { HostSample, LiveUsage } from "@claudine/protocol";
import type { HostFacts, Used } from "../core/capacity.ts";

export function hostFacts(sample: HostSample): HostFacts {
  const { cores, usableCores, cpuPercent, load1, memAvailableBytes, pressure } = sample;
  return {
    cores: usableCores,
    busyCpus: (cpuPercent / 100) * cores,
    memoryFreeBytes: memAvailableBytes,
    memoryPressure: pressure.memory,
    load: pressure.cpu === null ? load1 : null,
  };
}

export function usedOf(live: LiveUsage | undefined): Used | undefined {
  if (live === undefined) return undefined;
  return { cpus: live.cpuPercent / 100, rssBytes: live.rssBytes, ageMs: live.usage.wallMs };
}
