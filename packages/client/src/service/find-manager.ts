/** Finds the service manager of this machine's user. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { RunProgram } from "./program.ts";
import type { ServiceManager } from "./status.ts";

const INSTEAD =
  "Nothing needs to be installed: the first claudine command starts the daemon. " +
  'To have it run from boot on, add the line "@reboot claudine daemon start" with crontab -e';

/** @throws ClaudineError unavailable when there is none that can be used */
export async function requireManager(run: RunProgram, platform: string): Promise<ServiceManager> {
  const found = await findManager(run, platform);
  if (typeof found === "string") return found;
  throw new ClaudineError("unavailable", `Cannot use a service: ${found.why}`, { hint: found.hint });
}

export async function findManager(
  run: RunProgram,
  platform: string,
): Promise<ServiceManager | { why: string; hint: string }> {
  if (platform === "darwin") return "launchd";
  const asked = await run(["systemctl", "--user", "show", "--property=Version"]);
  if (asked.code === 0) return "systemd";
  if (asked.missing) return { why: "this system has no systemd", hint: INSTEAD };
  const said = asked.stderr.split("\n")[0] ?? "";
  return {
    why: `no systemd runs for this user (${said})`,
    hint: /XDG_RUNTIME_DIR|No medium found|not defined/.test(said)
      ? "Log in as this user (ssh, or machinectl shell USER@), not through su or sudo; or do without: the first claudine command starts the daemon"
      : INSTEAD,
  };
}
