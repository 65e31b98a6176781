/** Takes the daemon's folders, so that nobody else works on them, and completes what somebody before was interrupted at. */
import { join } from "node:path";
import { ClaudineError, type Paths } from "@claudine/protocol";
import { isAlive } from "../runner/identity.ts";
import { systemProcesses } from "../runner/processes.ts";
import { finishRestore } from "../store/backup.ts";
import { finishSalvage } from "../store/salvage.ts";
import { takeLock, type Lock } from "./lock.ts";

/** @param socket where it listens; undefined when it does not @throws ClaudineError already_running */
export function takeStateFolder({ stateDir }: Paths, socket?: string): Lock {
  const held = lockFolder(join(stateDir, "lock"), "this state folder", socket);
  finishRestore(stateDir);
  finishSalvage(stateDir);
  return held;
}

/** @throws ClaudineError already_running */
export function takeRuntimeFolder({ runtimeDir, socket }: Paths): void {
  lockFolder(join(runtimeDir, "lock"), `the runtime folder ${runtimeDir}`, socket);
}

function lockFolder(dir: string, what: string, socket?: string): Lock {
  const processes = systemProcesses(process.platform);
  const self = processes.read(process.pid);
  const bootId = processes.bootId();
  if (self === undefined)
    throw new ClaudineError("os", "Cannot read the daemon's own process entry", { hint: "Is /proc mounted?" });
  return takeLock(dir, {
    what,
    self: { pid: process.pid, startTicks: self.startTicks, bootId },
    socket,
    isAlive: (identity) => isAlive(processes, identity),
    // It alone knows whether it can still be reached.
    onHeld: (holder) => process.kill(holder.pid, "SIGHUP"),
  });
}
