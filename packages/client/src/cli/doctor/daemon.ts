/** Checks that a daemon answers, that it is of this version, and what it says of itself. */
import { lstatSync } from "node:fs";
import { ClaudineError } from "@claudine/protocol/errors";
import { version } from "@claudine/protocol/version";
import type { Client } from "../../client.ts";
import type { Io } from "../command.ts";
import { lockHolder } from "../../service/lock-holder.ts";
import { type Check, failure, ok, warning } from "./check.ts";

/** Starts the daemon unless told not to: whether that works is what people ask the doctor. */
export async function checkDaemon(io: Io): Promise<Check[]> {
  const socketBefore = lstatSync(io.paths.socket, { throwIfNoEntry: false });
  try {
    return await askDaemon(await io.connect());
  } catch (error) {
    if (!(error instanceof ClaudineError)) throw error;
    const silent = lockHolder(io.paths);
    if (silent !== undefined) return [unanswered(io, silent.pid)];
    const checks = [failure("daemon", error.message, error.hint ?? null)];
    if (socketBefore !== undefined && error.code === "unavailable") {
      checks.push(
        warning("socket", `${io.paths.socket} is left over: nobody listens on it`, "claudine daemon start replaces it"),
      );
    }
    return checks;
  }
}

function unanswered({ paths }: Io, pid: number): Check {
  const message = `claudined (pid ${pid}) holds the state folder but does not answer on ${paths.socket}`;
  return failure("daemon", message, "claudine daemon restart replaces it; tasks go on");
}

async function askDaemon(client: Client): Promise<Check[]> {
  const status = await client.call("daemon.status", {});
  const { checks } = await client.call("doctor.run", {});
  return [
    status.problem === null ? ok("daemon", `answers (pid ${status.pid})`) : failure("daemon", status.problem),
    status.version === version
      ? ok("version", version)
      : warning(
          "version",
          `claudine is ${version}, the daemon is ${status.version}`,
          "claudine daemon restart; tasks go on",
        ),
    ...checks,
  ];
}
