/** Checks the service, when it is installed. */
import { userInfo } from "node:os";
import { findManager } from "../../service/find-manager.ts";
import { person, serviceStatus } from "../../service/gather.ts";
import type { RunProgram } from "../../service/program.ts";
import { type Check, ok, warning } from "./check.ts";

export async function checkService(run: RunProgram, env: NodeJS.ProcessEnv): Promise<Check[]> {
  const manager = await findManager(run, process.platform);
  if (typeof manager !== "string") return [ok("service", `none: ${manager.why}`)];
  const status = await serviceStatus(manager, run, person(env).uid);
  if (!status.installed) return [ok("service", "not installed; the first claudine command starts the daemon")];
  const checks = [
    status.active.startsWith("failed")
      ? warning("service", `${manager} says: ${status.active}`, "journalctl --user -u claudined.service")
      : ok("service", `${manager} says: ${status.active}`),
  ];
  if (status.linger === false) {
    checks.push(
      warning(
        "linger",
        "is off: the service and all tasks end when you log out",
        `loginctl enable-linger ${userInfo().username}`,
      ),
    );
  }
  return checks;
}
