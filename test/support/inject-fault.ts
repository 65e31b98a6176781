/** Makes system calls of a process fail, with strace. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import { until } from "./until.ts";

/** Why none can be made to fail here; undefined when they can. */
export function whyNoFaults(): string | undefined {
  const traced = spawnSync("strace", ["-f", "-e", "inject=fsync:error=EIO", "-o", "/dev/null", "true"]).status === 0;
  return traced ? undefined : "strace is not installed or may not trace";
}

/** From now on each of the system calls fails with `errno`, in the process and those it forks, until it is mended. */
export async function injectFault(
  pid: number,
  calls: readonly string[],
  errno: string,
): Promise<{ mend(): Promise<void> }> {
  const names = calls.join(",");
  const fault = ["-e", `trace=${names}`, "-e", `inject=${names}:error=${errno}`];
  const options = ["-f", "-p", String(pid), ...fault, "-o", "/dev/null"];
  const tracer = spawn("strace", options, { stdio: ["ignore", "ignore", "pipe"] });
  const mend = async () => {
    if (tracer.exitCode !== null || tracer.signalCode !== null) return;
    tracer.kill("SIGINT");
    await once(tracer, "exit");
  };
  onTestFinished(mend);
  let said = "";
  tracer.stderr.on("data", (data: Buffer) => (said += data.toString()));
  await until("strace to be attached", () => said.includes("attached"));
  return { mend };
}
