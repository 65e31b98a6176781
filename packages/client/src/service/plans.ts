/** Chooses the plans of the service manager at hand. */
import type { Facts } from "./facts.ts";
import * as launchd from "./launchd.ts";
import type { ServiceManager } from "./status.ts";
import type { Step } from "./step.ts";
import * as systemd from "./systemd.ts";

export function planInstall(manager: ServiceManager, facts: Facts): Step[] {
  switch (manager) {
    case "systemd":
      return systemd.planInstall(facts);
    case "launchd":
      return launchd.planInstall(facts);
  }
}

export function planUninstall(manager: ServiceManager, facts: Pick<Facts, "env" | "homeDir" | "uid">): Step[] {
  switch (manager) {
    case "systemd":
      return systemd.planUninstall(facts);
    case "launchd":
      return launchd.planUninstall(facts);
  }
}

export function serviceFiles(manager: ServiceManager, facts: Facts): { path: string; text: string }[] {
  switch (manager) {
    case "systemd":
      return systemd.unitFiles(facts);
    case "launchd":
      return [launchd.agentFile(facts)];
  }
}
