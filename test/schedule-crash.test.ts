/** The daemon dies around the commit of a due time: each becomes one task, whenever that was. */
import { expect, test } from "vitest";
import type { CrashPoint } from "../packages/daemon/src/running/crash-points.ts";
import { expectSoundState } from "./support/crash-rig.ts";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { age, historyOf } from "./support/schedules.ts";
import { until } from "./support/until.ts";

const PLACES: readonly CrashPoint[] = [
  "before-commit-schedule.fired",
  "after-commit-schedule.fired",
  "before-launch",
  "after-launch",
  "before-commit-run.finished",
  "after-commit-run.finished",
];

async function tasksOf(rig: Rig): Promise<(number | null)[]> {
  return (await historyOf(rig, "s")).map(({ task }) => task);
}

test.for(PLACES)("a daemon that dies at %s makes one task of a due time", async (place) => {
  const rig = await startDaemon({ daemon: false });
  await rig.up({ CLAUDINE_CRASH_AT: place });
  // Counted by the daemon, and made up for one by one: however late somebody is, there is one due time.
  const once = ["--every", "1s", "--max-runs", "1", "--missed", "catchup"];
  await rig.claudine("schedule", "add", "s", ...once, "--no-autostart", "echo ran >> log");
  expect(await rig.daemon?.ended).toMatchObject({ signal: "SIGKILL" });
  await rig.up();
  await until("it to have ended", async () => (await historyOf(rig, "s")).some(({ state }) => state === "succeeded"));
  expect(await tasksOf(rig)).toEqual([1]);
  expect(await rig.status()).toMatchObject({ counts: { succeeded: 1 } });
  await rig.down();
  await expectSoundState(rig);
});

test.for(["before-commit-task.failed", "after-commit-task.failed"] as const)(
  "a daemon that dies at %s says once that a time was missed",
  async (place) => {
    const rig = await startDaemon();
    await rig.claudine("schedule", "add", "s", "--every", "1h", "--missed", "fail", "true");
    await rig.down();
    await age(rig, "s", 2.5 * 3_600_000);
    expect(await rig.spawnDaemon({ CLAUDINE_CRASH_AT: place }).ended).toMatchObject({ signal: "SIGKILL" });
    await rig.up();
    const history = await until("it to be there", async () => {
      const found = await historyOf(rig, "s");
      return found.length > 1 ? found : undefined;
    });
    expect(history.filter(({ task }) => task !== null)).toMatchObject([{ state: "failed", task: 1 }]);
    await rig.down();
    await expectSoundState(rig);
  },
);
