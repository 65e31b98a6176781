/** `claudined --check-state [--fix]`: reads everything on the disk and says, or mends, what does not fit together. */
import { chmodSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ClaudineError, type Paths } from "@claudine/protocol";
import { findOrphans, setOrphansAside } from "../output/orphans.ts";
import { checkStore, type CheckOptions } from "../store/check.ts";
import { describeDamage, describeRepair, type Damage } from "../store/damage.ts";
import { beginAnew, isStoreLost, isStoreThere, lostStore } from "../store/lost.ts";
import { openTables } from "../store/open.ts";
import { findOrphanProcesses, type OrphanProcess } from "../running/orphan-processes.ts";
import { systemProcesses } from "../runner/processes.ts";
import { createCalendar, whyNotUnderstood } from "../schedules/calendar.ts";
import { createZones } from "../schedules/zones.ts";
import { repairStore } from "../store/repair.ts";
import { readTask } from "../store/valid.ts";

export type Check = { name: string; level: "ok" | "warning" | "error"; message: string; hint: string | null };

const FIX_HINT = "`claudine doctor --fix` repairs it";
const SHOWN = 20;

/** With `fix` no daemon may run. */
export async function checkState(paths: Paths, fix: boolean): Promise<Check[]> {
  return [...checkFolders(paths, fix), ...(await checkStoreOf(paths, fix))];
}

async function checkStoreOf(paths: Paths, fix: boolean): Promise<Check[]> {
  if (isStoreThere(paths.stateDir)) return checkTables(paths, fix);
  if (!isStoreLost(paths.stateDir)) return [{ name: "store", level: "ok", message: "is not there yet", hint: null }];
  const { message, hint = null } = lostStore(paths.stateDir);
  if (!fix) return [{ name: "store", level: "error", message, hint }];
  // Files of runs stay where they are: with a backup they are of use again.
  await beginAnew(paths.stateDir);
  return [{ name: "store", level: "warning", message: `${message}: A new, empty store was begun`, hint: null }];
}

/** Throws, or ends the process, when pages of the store are damaged. */
async function checkTables(paths: Paths, fix: boolean): Promise<Check[]> {
  try {
    const tables = openTables(join(paths.stateDir, "store"), { create: false });
    const report = checkStore(tables, { whyNot: whyNotUnderstoodHere() });
    const left = fix ? repairStore(tables, report.damages) : report.damages;
    const orphans = findOrphans(paths.stateDir, () => {
      tables.root.resetReadTxn();
      return (id) => tables.live.doesExist(id) || tables.finished.doesExist(id);
    });
    const processes = findOrphanProcesses({
      processes: systemProcesses(process.platform),
      paths,
      lookup: () => {
        tables.root.resetReadTxn();
        return (id) => readTask(tables, id);
      },
    });
    await tables.root.close();
    return [
      { name: "store", level: "ok", message: `${report.tasks} tasks and ${report.events} events read`, hint: null },
      ...describeAll(report.damages, left, fix),
      ...describeOrphans(paths, orphans, fix),
      ...describeProcesses(processes),
    ];
  } catch (error) {
    if (!(error instanceof ClaudineError)) throw error;
    const message = `The store cannot be read through: ${error.message}`;
    return [{ name: "store", level: "error", message, hint: error.hint ?? null }];
  }
}

function whyNotUnderstoodHere(): NonNullable<CheckOptions["whyNot"]> {
  const zones = createZones();
  const calendar = createCalendar(zones);
  return (schedule) => whyNotUnderstood(schedule, { calendar, zones });
}

function describeAll(found: readonly Damage[], left: readonly Damage[], fix: boolean): Check[] {
  const checks = found.slice(0, SHOWN).map((damage): Check => {
    const mended = fix && !left.includes(damage);
    const isGap = damage.kind === "gap" || damage.kind === "environment";
    return {
      name: damage.name,
      level: mended || isGap ? "warning" : "error",
      message: mended ? `${describeDamage(damage)}: ${describeRepair(damage)}` : describeDamage(damage),
      hint: mended || isGap ? null : FIX_HINT,
    };
  });
  const more = found.length - checks.length;
  return more > 0
    ? [...checks, { name: "store", level: "error", message: `${more} more problems`, hint: fix ? null : FIX_HINT }]
    : checks;
}

function describeOrphans(paths: Paths, orphans: readonly string[], fix: boolean): Check[] {
  if (orphans.length === 0)
    return [{ name: "runs", level: "ok", message: "Every run file belongs to a task", hint: null }];
  const what = `${orphans.length} run ${orphans.length === 1 ? "file belongs" : "files belong"} to no task`;
  if (!fix) return [{ name: "runs", level: "warning", message: what, hint: FIX_HINT }];
  return [
    {
      name: "runs",
      level: "warning",
      message: `${what}: set aside in ${setOrphansAside(paths.stateDir, orphans)}`,
      hint: null,
    },
  ];
}

/** They may be meant to go on, so nobody but their owner ends them. */
function describeProcesses(orphans: readonly OrphanProcess[]): Check[] {
  if (orphans.length === 0)
    return [{ name: "processes", level: "ok", message: "No task left a process behind", hint: null }];
  return orphans.slice(0, SHOWN).map(({ pid, title, id }) => ({
    name: "processes",
    level: "warning",
    message: `Task ${id} has ended and left process ${pid} running: ${title.slice(0, 100)}`,
    hint: `kill ${pid} ends it, if it is not meant to go on`,
  }));
}

function checkFolders(paths: Paths, fix: boolean): Check[] {
  const open = [paths.stateDir, paths.runtimeDir, ...entries(paths.stateDir), ...entries(paths.runtimeDir)].filter(
    isOpenToOthers,
  );
  if (open.length === 0)
    return [{ name: "permissions", level: "ok", message: "State and runtime folders are yours alone", hint: null }];
  if (fix) for (const path of open) chmodSync(path, lstatSync(path).mode & 0o700);
  return open.map((path) => ({
    name: "permissions",
    level: fix ? "warning" : "error",
    message: fix ? `${path} was open to others: closed` : `${path} is open to others`,
    hint: fix ? null : FIX_HINT,
  }));
}

function entries(dir: string): string[] {
  try {
    return readdirSync(dir).map((name) => join(dir, name));
  } catch {
    return [];
  }
}

function isOpenToOthers(path: string): boolean {
  try {
    const { mode } = lstatSync(path);
    return (mode & 0o170000) !== 0o120000 && (mode & 0o077) !== 0;
  } catch {
    return false;
  }
}
