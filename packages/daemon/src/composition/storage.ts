/** Opens what the daemon has on the disk, and the clocks and calendars that go by what is stored there. */
import { join } from "node:path";
import type { Config, Paths, Task } from "@claudine/protocol";
import type { Calendar } from "../core/calendar.ts";
import { createEnvVault, environmentOf, type Env, type EnvVault } from "../environment/env-vault.ts";
import { createRunFolders, type RunFolders } from "../output/files.ts";
import { systemProcesses } from "../runner/processes.ts";
import { createCalendar, whyNotUnderstood } from "../schedules/calendar.ts";
import { createZones, type Zones } from "../schedules/zones.ts";
import { openStore, type Store } from "../store/store.ts";
import { createClock, monotonicMs, type Clock } from "../time/clock.ts";

export type Storage = {
  store: Store;
  vault: EnvVault;
  runs: RunFolders;
  zones: Zones;
  calendar: Calendar;
  clock: Clock;
  bootId: string;
  /** Boot in which the daemon before this one started. */
  lastBoot: string | undefined;
  /** A task's own environment; empty when it cannot be read any more. */
  environment(task: Task): Env;
};

export type StorageOptions = { paths: Paths; config: Config };

/** @throws ClaudineError version_mismatch, storage */
export function openStorage({ paths, config }: StorageOptions, onUnreadable: (key: string) => void): Storage {
  const zones = createZones();
  const calendar = createCalendar(zones);
  const store = openStore({
    path: join(paths.stateDir, "store"),
    journalKeep: config.journalKeep,
    historyKeep: config.scheduleHistory,
    onUnreadable,
    isUnderstood: (schedule) => whyNotUnderstood(schedule, { calendar, zones }) === undefined,
  });
  const lastBoot = store.lastBoot();
  const vault = createEnvVault(paths.runtimeDir, config.secretNames);
  const bootId = systemProcesses(process.platform).bootId();
  return {
    store,
    vault,
    runs: createRunFolders(paths.stateDir),
    zones,
    calendar,
    clock: createClock({ wall: Date.now, monotonic: monotonicMs, bootId }, store.timeMark()),
    bootId,
    lastBoot,
    environment: (task) => environmentOf(store.env(task.envId), vault),
  };
}
