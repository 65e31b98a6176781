/** Gathers from this machine what the plans are made from. */
import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import type { Paths } from "@claudine/protocol/paths";
import { daemonFile } from "../start-daemon.ts";
import { probeDaemon } from "./daemon.ts";
import type { Facts } from "./facts.ts";
import { lastingNode } from "./lasting.ts";
import type { RunProgram } from "./program.ts";
import { launchdStatus, type ServiceManager, type ServiceStatus, systemdStatus } from "./status.ts";
import { loadTemplates } from "./templates.ts";

export type Here = { paths: Paths; env: NodeJS.ProcessEnv };

export function gatherFacts({ paths, env }: Here): Facts {
  const programs = {
    node: lastingNode(process.execPath, realPath),
    claudined: realpathSync(daemonFile(env)),
  };
  return { programs, templates: loadTemplates(import.meta.dirname), paths, env, ...person(env), daemon: undefined };
}

/** The user whose service it is. */
export function person(env: NodeJS.ProcessEnv): { homeDir: string; uid: number } {
  return { homeDir: env["HOME"] ?? homedir(), uid: process.getuid?.() ?? 0 };
}

export async function runningDaemon(here: Here, status: ServiceStatus): Promise<Facts["daemon"]> {
  const daemon = await probeDaemon({ socket: here.paths.socket, env: here.env });
  return daemon === undefined ? undefined : { pid: daemon.pid, ofService: daemon.pid === status.pid };
}

export async function serviceStatus(manager: ServiceManager, run: RunProgram, uid: number): Promise<ServiceStatus> {
  switch (manager) {
    case "systemd":
      return await systemdStatus(run, uid);
    case "launchd":
      return await launchdStatus(run, uid);
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
