/** What the service manager knows of the service. */
import type { RunProgram } from "./program.ts";
import { AGENT } from "./launchd.ts";
import { SERVICE, SOCKET } from "./systemd.ts";

export type ServiceManager = "systemd" | "launchd";

export type ServiceStatus = {
  manager: ServiceManager;
  /** The service's files are where the manager finds them. */
  installed: boolean;
  /** Starts when the user logs in (with linger: when the machine starts). */
  enabled: boolean;
  /** The manager's word for the daemon's state. */
  active: string;
  /** The manager's word for the socket's state; null where it has none. */
  socket: string | null;
  /** The path that the manager listens on for the daemon, or would. */
  listens: string | null;
  pid: number | null;
  /** The user's services run without a login session; null where that is not known. */
  linger: boolean | null;
};

/** The units as `systemctl show` prints them: `Name=value` lines, an empty line between two units. */
export function parseUnits(text: string): Map<string, Map<string, string>> {
  const units = text
    .trim()
    .split(/\n\n+/)
    .map(
      (block) =>
        new Map(block.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)])),
    );
  return new Map(units.map((unit) => [unit.get("Id") ?? "", unit]));
}

const PROPERTIES = "Id,LoadState,UnitFileState,ActiveState,SubState,MainPID,Listen";

export async function systemdStatus(run: RunProgram, uid: number): Promise<ServiceStatus> {
  const shown = await run(["systemctl", "--user", "show", `--property=${PROPERTIES}`, SERVICE, SOCKET]);
  const units = parseUnits(shown.stdout);
  const service = units.get(SERVICE);
  const pid = Number(service?.get("MainPID") ?? 0);
  return {
    manager: "systemd",
    installed: service?.get("LoadState") === "loaded",
    enabled: service?.get("UnitFileState") === "enabled",
    active: activeText(service),
    socket: activeText(units.get(SOCKET)),
    listens: /^(.*) \(Stream\)$/.exec(units.get(SOCKET)?.get("Listen") ?? "")?.[1] ?? null,
    pid: pid > 0 ? pid : null,
    linger: await linger(run, uid),
  };
}

function activeText(unit: ReadonlyMap<string, string> | undefined): string {
  const active = unit?.get("ActiveState") ?? "unknown";
  const sub = unit?.get("SubState") ?? "";
  return sub === "" || sub === active ? active : `${active} (${sub})`;
}

/** Null when logind is not there to say. */
export async function linger(run: RunProgram, uid: number): Promise<boolean | null> {
  const shown = await run(["loginctl", "show-user", String(uid), "--property=Linger", "--value"]);
  if (shown.code === 0) return shown.stdout.trim() === "yes";
  return /not logged in or lingering/.test(shown.stderr) ? false : null;
}

export async function launchdStatus(run: RunProgram, uid: number): Promise<ServiceStatus> {
  const printed = await run(["launchctl", "print", `gui/${uid}/${AGENT}`]);
  const disabled = await run(["launchctl", "print-disabled", `gui/${uid}`]);
  const pid = /^\s*pid = (\d+)/m.exec(printed.stdout)?.[1];
  return {
    manager: "launchd",
    installed: printed.code === 0,
    enabled: printed.code === 0 && !new RegExp(`"${AGENT}" => (true|disabled)`).test(disabled.stdout),
    active: /^\s*state = (.+)$/m.exec(printed.stdout)?.[1] ?? "inactive",
    socket: null,
    listens: null,
    pid: pid === undefined ? null : Number(pid),
    linger: null,
  };
}
