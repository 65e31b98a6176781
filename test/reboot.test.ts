/** The machine was restarted: what ran is lost, what waits starts, and nothing runs a second time. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CrashPoint } from "../packages/daemon/src/running/crash-points.ts";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { rewriteValue } from "./support/raw-store.ts";

/** For the store, every later start is in another boot. */
async function reboot(rig: Rig): Promise<void> {
  await rewriteValue(rig.home, { table: "meta", key: "boot" }, () => "an earlier boot");
}

/** A run that was admitted, and of which a power cut has left nothing. */
async function admitAndCut(rig: Rig, ...options: string[]): Promise<void> {
  await rig.up({ CLAUDINE_CRASH_AT: "after-commit-run.admitted" });
  await rig.claudine("submit", "--no-autostart", ...options, "echo ran >> log");
  await rig.daemon?.ended;
  await rm(join(rig.home.stateDir, "runs/0"), { recursive: true, force: true });
  await reboot(rig);
}

test("a run without a record may have run before: it is lost, and not started", async () => {
  const rig = await startDaemon({ daemon: false });
  await admitAndCut(rig);
  await rig.up();
  expect(await rig.ended(1)).toMatchObject({ state: "lost", attempt: 1, reason: expect.stringContaining("restarted") });
  expect(existsSync(rig.file("log"))).toBe(false);
});

test("with --on-lost requeue it is run again", async () => {
  const rig = await startDaemon({ daemon: false });
  await admitAndCut(rig, "--on-lost", "requeue");
  await rig.up();
  expect(await rig.ended(1)).toMatchObject({ state: "succeeded", attempt: 2 });
});

const PLACES: readonly CrashPoint[] = [
  "after-commit-daemon.started",
  "before-commit-daemon.started",
  "before-commit-run.finished",
  "after-commit-run.finished",
];

test.for(PLACES)("a first daemon that dies at %s does not hide the restart from the next", async (place) => {
  const rig = await startDaemon({ daemon: false });
  await admitAndCut(rig);
  expect(await rig.spawnDaemon({ CLAUDINE_CRASH_AT: place }).ended).toMatchObject({ signal: "SIGKILL" });
  await rig.up();
  expect(await rig.ended(1)).toMatchObject({ state: "lost", attempt: 1 });
  expect(existsSync(rig.file("log"))).toBe(false);
});
