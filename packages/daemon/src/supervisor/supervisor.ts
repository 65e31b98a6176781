/** Joins the engine with processes: carries out what is durable, and reports what runs do. */
import type { Task } from "@claudine/protocol";
import type { Fact } from "../engine.ts";
import { errnoText } from "../startup/errno-text.ts";
import { runKey } from "../running/launch.ts";
import type { RecordStart, RunRecord } from "../runner/record.ts";
import type { WakeFact } from "../runner/wake.ts";
import { createCarryOut } from "./carry-out.ts";
import { currentRun, recordOf, runsInFlight, type SupervisorPorts } from "./ports.ts";
import { recover, recoverRun } from "./recover.ts";
import { createReporter } from "./reporter.ts";
import { createStarter } from "./starter.ts";

export type Supervisor = {
  onFacts(facts: readonly Fact[]): void;
  onWake(fact: WakeFact): void;
  onStarted(key: string, start: RecordStart): void;
  onSample(key: string, rssBytes: number): void;
  /** The leader is gone: its record says how it ended, or soon will. */
  onGone(key: string): void;
  /** The shim is gone: what it had not started is started again, and what it was about to start is looked at. */
  onShimExit(): void;
  /** Reports what is on record of the task's run and was not noticed yet. */
  look(task: Task): void;
  /** Why its run is not started yet, in words; undefined when nothing has kept it from it. */
  refusal(task: Task): string | undefined;
  recover(sameBoot: boolean): Promise<void>;
};

/** How long a dead leader may be without an exit record before its run counts as lost. */
const RECORD_LATE_MS = 3000;

export function createSupervisor(ports: SupervisorPorts): Supervisor {
  const reporter = createReporter(ports);
  const starter = createStarter(ports, reporter);
  const carryOut = createCarryOut(ports, reporter, starter);
  const parts = { ports, reporter, starter, carryOut };
  const goneSince = new Map<string, number>();
  return {
    onFacts: (facts) => facts.forEach(carryOut),
    onWake(fact) {
      switch (fact.type) {
        case "changed":
          return reporter.look(fact.runKey);
        case "not-started":
          ports.log.warn("The system refused to start a run; trying again", { run: fact.runKey, errno: fact.errno });
          if (fact.errno === "ENOENT") ports.runs.forget();
          return starter.startLater(fact.runKey, errnoText(fact.errno));
        case "ended": {
          const record = recordOf(ports, fact.runKey);
          if (record.state === "started") return reporter.ended(fact.runKey, record, fact.end);
          return reporter.look(fact.runKey);
        }
      }
    },
    onStarted: reporter.started,
    onSample: reporter.sampled,
    onGone(key) {
      if (currentRun(ports, key) === undefined) return void ports.meter.untrack(key);
      reporter.look(key);
      const since = goneSince.get(key) ?? ports.clock.steady();
      goneSince.set(key, since);
      const loss = lossOf(recordOf(ports, key));
      if (loss !== undefined && ports.clock.steady() - since > RECORD_LATE_MS) reporter.lost(key, loss);
      for (const one of goneSince.keys()) if (currentRun(ports, one) === undefined) goneSince.delete(one);
    },
    onShimExit() {
      for (const now of runsInFlight(ports)) if (now.run.started === undefined) recoverRun(parts, now, true);
    },
    look: (task) => reporter.look(runKey(task.id, task.attempt)),
    refusal: (task) => starter.refusal(runKey(task.id, task.attempt)),
    recover: (sameBoot) => recover(parts, sameBoot),
  };
}

/** Why the end of a run whose leader is gone will never be known; undefined when the record may still tell it. */
function lossOf({ state }: RunRecord): "vanished" | "record-unreadable" | undefined {
  switch (state) {
    case "started":
      return "vanished";
    case "missing":
    case "starting":
    case "torn":
      return "record-unreadable";
    case "unreadable":
    case "failed":
    case "ended":
      return undefined;
  }
}
