/** Checks the programs that Claudine builds on, and the configuration file. */
import { lastWords } from "../../last-words.ts";
import { daemonFile } from "../../start-daemon.ts";
import type { RunProgram } from "../../service/program.ts";
import { type Check, failure, ok, warning } from "./check.ts";

const MIN_NODE = 24;

export function checkNode(version: string): Check {
  if (Number.parseInt(version, 10) >= MIN_NODE) return ok("node", version);
  return failure(
    "node",
    `${version} is too old: Claudine needs Node ${MIN_NODE} or newer`,
    "Install a newer Node and claudine with it",
  );
}

export async function checkPerl(run: RunProgram): Promise<Check> {
  const ended = await run(["perl", "-e", "printf '%vd', $^V"]);
  if (ended.code === 0) return ok("perl", ended.stdout);
  return warning(
    "perl",
    "is missing, so a Node process starts the tasks, which is slower",
    "Install perl; the daemon uses it from its next start on",
  );
}

export async function checkConfig(run: RunProgram, env: NodeJS.ProcessEnv): Promise<Check> {
  const ended = await run([process.execPath, daemonFile(env), "--check-config"]);
  if (ended.code === 0) return ok("configuration", "valid");
  return failure(
    "configuration",
    lastWords(ended.stderr)?.reason ?? "not valid",
    "claudine config check lists every problem",
  );
}
