/** After a start of the daemon: compares the runs in the store with their records and processes. */
import type { HoldWhy, TaskId } from "@claudine/protocol";
import { runKey } from "../running/launch.ts";
import type { CarryOut } from "./carry-out.ts";
import { currentRun, recordOf, recordPath, runsInFlight, type CurrentRun, type SupervisorPorts } from "./ports.ts";
import type { Reporter } from "./reporter.ts";
import type { Starter } from "./starter.ts";

export type RecoverParts = { ports: SupervisorPorts; reporter: Reporter; starter: Starter; carryOut: CarryOut };

const SETTLE_MS = 3000;

/** `sameBoot` is false when the machine was restarted since a daemon last ran on this store. */
export async function recover(parts: RecoverParts, sameBoot: boolean): Promise<void> {
  await holdWithoutSecrets(parts.ports);
  for (const now of runsInFlight(parts.ports)) recoverRun(parts, now, sameBoot);
}

/** A run that is in flight: goes on with it as its record says. */
export function recoverRun(parts: RecoverParts, { task, run }: CurrentRun, sameBoot: boolean): void {
  const { ports, reporter, starter, carryOut } = parts;
  const key = runKey(task.id, run.attempt);
  const path = recordPath(ports, { id: task.id, attempt: run.attempt });
  const record = recordOf(ports, key);
  const isSpoiled = record.state === "missing" || record.state === "starting" || record.state === "torn";
  if (isSpoiled && run.started?.bootId === ports.bootId) {
    // Its process is known all the same: it goes on, and that it is gone will be noticed.
    ports.meter.track(key, path, run.started);
    return carryOut.takeUp(task, run);
  }
  switch (record.state) {
    case "missing":
      // Within one boot a missing record proves that nothing was started; a power cut may have taken it.
      if (sameBoot && run.started === undefined) return starter.start(task, run);
      return reporter.lost(key, sameBoot ? "record-unreadable" : "rebooted");
    case "starting":
    case "torn":
      if (sameBoot) return void setTimeout(() => settle(parts, key), SETTLE_MS).unref();
      return reporter.lost(key, "rebooted");
    case "unreadable":
      return ports.meter.track(key, path);
    case "failed":
      return reporter.notStarted(key, record);
    case "ended":
      return reporter.ended(key, record, record);
    case "started":
      if (record.bootId !== ports.bootId) return reporter.lost(key, "rebooted");
      ports.meter.track(key, path);
      reporter.started(key, record);
      if (run.started !== undefined) carryOut.takeUp(task, run);
  }
}

/** The shim of the daemon before may just have been starting it: by now the record is complete, or never will be. */
function settle(parts: RecoverParts, key: string): void {
  const now = currentRun(parts.ports, key);
  if (now === undefined) return;
  const { state } = recordOf(parts.ports, key);
  if (state === "starting" || state === "torn") return parts.reporter.lost(key, "record-unreadable");
  recoverRun(parts, now, true);
}

/** Waiting tasks whose secret variables went with their key wait for somebody to give them again. */
async function holdWithoutSecrets(ports: SupervisorPorts): Promise<void> {
  const byEnv = new Map<string, TaskId[]>();
  for (const { id, envId, status } of ports.liveTasks()) {
    if (status.state !== "queued" && status.state !== "held") continue;
    const ids = byEnv.get(envId);
    if (ids === undefined) byEnv.set(envId, [id]);
    else ids.push(id);
  }
  for (const [envId, ids] of byEnv) {
    const names = ports.lostNames(envId);
    if (names.length === 0) continue;
    const why: HoldWhy = { kind: "environment-lost", names };
    await ports.dispatch({ type: "hold", targets: { named: [], matched: ids }, why });
  }
}
