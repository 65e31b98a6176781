/** The last samples of the machine and of each running task, for sparklines. */
import type { LiveUsage } from "@claudine/protocol/host";
import type { HostRead } from "./model.ts";

/** One a second. */
const TASK_SAMPLES = 30;
const HOST_SAMPLES = 240;

export type Course = { cpu: readonly number[]; rss: readonly number[] };
const NOTHING: Course = { cpu: [], rss: [] };

export class History {
  #tasks = new Map<number, Course>();
  #host: { cpu: readonly number[]; memory: readonly number[]; load: readonly number[] } = {
    cpu: [],
    memory: [],
    load: [],
  };

  get host(): { cpu: readonly number[]; memory: readonly number[]; load: readonly number[] } {
    return this.#host;
  }

  of(id: number): Course {
    return this.#tasks.get(id) ?? NOTHING;
  }

  add({ host, live }: HostRead): void {
    if (host.cores === 0) return;
    const used = host.memTotalBytes > 0 ? (1 - host.memAvailableBytes / host.memTotalBytes) * 100 : 0;
    this.#host = {
      cpu: push(this.#host.cpu, host.cpuPercent, HOST_SAMPLES),
      memory: push(this.#host.memory, used, HOST_SAMPLES),
      load: push(this.#host.load, host.load1, HOST_SAMPLES),
    };
    // Only what still runs is kept.
    this.#tasks = new Map(live.map((usage) => [usage.id, this.#grown(usage)]));
  }

  #grown({ id, cpuPercent, rssBytes }: LiveUsage): Course {
    const { cpu, rss } = this.of(id);
    return { cpu: push(cpu, cpuPercent, TASK_SAMPLES), rss: push(rss, rssBytes, TASK_SAMPLES) };
  }
}

function push(values: readonly number[], value: number, kept: number): number[] {
  return [...values.slice(-(kept - 1)), value];
}
