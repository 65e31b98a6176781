/** What sampling costs the daemon while many tasks run. */
import { setTimeout as delay } from "node:timers/promises";
import { submitMany, withDaemon } from "../daemon.ts";
import { cpuTicks, HAS_PROC } from "../process-figures.ts";
import { finding, type Finding, type Row } from "../row.ts";

const TASKS = 50;
/** A shell and three children. */
const TREE = ["sh", "-c", "sleep 1000 & sleep 1000 & sleep 1000 & wait"];
const SETTLE_MS = 5000;
const MS_PER_TICK = 10;

export const sampling: Row = {
  name: "sampling",
  about: "CPU of the daemon while 50 tasks of 4 processes each run",
  run: async ({ quick, say, newFolder }) => {
    if (!HAS_PROC) {
      say("There is no /proc: skipped");
      return [];
    }
    const shares: number[] = [];
    for (let round = 0; round < (quick ? 1 : 3); round += 1)
      shares.push(await measure(newFolder(), quick ? 10_000 : 20_000));
    return findings(shares);
  },
};

/** Percent of one core. */
async function measure(dir: string, spanMs: number): Promise<number> {
  return withDaemon({ dir, slots: TASKS }, async ({ pid, client }) => {
    await submitMany(client, TREE, { count: TASKS });
    await client.call("task.wait", { selector: ["all"], for: "running" });
    await delay(SETTLE_MS);
    const [before, startedAt] = [cpuTicks(pid), performance.now()];
    await delay(spanMs);
    return (100 * (cpuTicks(pid) - before) * MS_PER_TICK) / (performance.now() - startedAt);
  });
}

function findings(shares: readonly number[]): Finding[] {
  const what = `${TASKS} tasks of 4 processes, of one core`;
  return [finding({ row: "sampling", what, unit: "%", goal: { of: "figure", atMost: 1 } }, { ours: shares })];
}
