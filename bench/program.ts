/** Other programs: where they are, and how long they take. */
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export function findProgram(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Wall time of a short program, from the call to its end. */
export function timeProgram(file: string, args: readonly string[], env: NodeJS.ProcessEnv): number {
  const startedAt = performance.now();
  const { status, error, stderr } = spawnSync(file, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  const elapsedMs = performance.now() - startedAt;
  if (error !== undefined || status !== 0)
    throw new Error(`${file} ${args.join(" ")} failed: ${error?.message ?? stderr.toString()}`);
  return elapsedMs;
}

/** Runs a shell script to its end without holding up this process; gives what it printed. */
export async function runScript(script: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn("/bin/sh", ["-c", script], { env, stdio: ["ignore", "pipe", "inherit"] });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0) throw new Error(`${script} ended with ${String(code)}`);
  return Buffer.concat(output).toString();
}
