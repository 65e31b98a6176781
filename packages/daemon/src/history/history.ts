/** What was measured and is kept for a while: of the machine, and of each run. */
import type { HistoryConfig } from "@claudine/protocol";
import { HOST_POINTS_MAX } from "@claudine/protocol/methods/history";
import type { Fact } from "../engine.ts";
import { createCourses, type Courses } from "./courses.ts";
import { createHostHistory, type HostHistory } from "./host-history.ts";
import { measure, type MeasurePorts } from "./measure.ts";
import type { HistoryStore } from "./ports.ts";
import { createWriter } from "./writer.ts";

export type History = {
  host: Pick<HostHistory, "read">;
  courses: Pick<Courses, "sample" | "read">;
  onFacts(facts: readonly Fact[]): void;
  /** Writes what is not stored yet. */
  close(): Promise<void>;
};

export type HistoryPorts = MeasurePorts & {
  config: HistoryConfig;
  store: HistoryStore;
  unfinished(): number;
};

const SNAPSHOTS = 500;

export function createHistory(ports: HistoryPorts): History {
  const { config, store } = ports;
  const writer = createWriter({
    append: store.append,
    keep: () => ({
      since: { short: Date.now() - config.keep, long: Date.now() - config.longKeep },
      courses: config.runs,
      snapshots: SNAPSHOTS,
    }),
    gather() {
      host.gather();
      courses.gather();
    },
  });
  const courses = createCourses({
    store,
    writer,
    tellsIo: process.platform === "linux",
    wall: Date.now,
    isOff: config.runs === 0,
  });
  const host = createHostHistory({
    config,
    store,
    writer,
    measure: () => measure(ports),
    isBusy: () => ports.unfinished() > 0,
    pointsMax: HOST_POINTS_MAX,
  });
  return {
    host,
    courses,
    onFacts(facts) {
      for (const { event } of facts) if (event.type === "run.finished") courses.ended(event);
    },
    async close() {
      host.close();
      await writer.close();
    },
  };
}
