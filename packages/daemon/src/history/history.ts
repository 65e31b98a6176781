/** What was measured and is kept for a while: of the machine, and of each run. */
import type { HistoryConfig, TaskState } from "@claudine/protocol";
import { HOST_POINTS_MAX } from "@claudine/protocol/methods/history";
import type { Fact } from "../engine.ts";
import { createCourses, type Courses } from "./courses.ts";
import { createHostHistory, type HostHistory } from "./host-history.ts";
import { measure, takeSnapshot, type MeasurePorts } from "./measure.ts";
import type { HistoryStore } from "./ports.ts";
import { createSnapshots, type Snapshots } from "./snapshots.ts";
import { createWriter } from "./writer.ts";

export type History = {
  host: Pick<HostHistory, "read">;
  courses: Pick<Courses, "sample" | "read">;
  snapshots: Pick<Snapshots, "near">;
  onFacts(facts: readonly Fact[]): void;
  /** Writes what is not stored yet. */
  close(): Promise<void>;
};

export type HistoryPorts = MeasurePorts & {
  config: HistoryConfig;
  store: HistoryStore;
  unfinished(): number;
};

/** At some two kilobytes each. */
const SNAPSHOTS = 500;
const FAILURES: ReadonlySet<TaskState> = new Set(["failed", "timed-out", "lost"]);

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
  const snapshots = createSnapshots({ store, writer, look: () => takeSnapshot(ports) });
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
    snapshots,
    onFacts(facts) {
      for (const { event } of facts) {
        if (event.type !== "run.finished") continue;
        courses.ended(event);
        if (FAILURES.has(event.state)) snapshots.take();
      }
    },
    async close() {
      host.close();
      await writer.close();
    },
  };
}
