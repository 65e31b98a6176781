/** Asks a program for a few words, such as its version: bounded in time and size, and harmless when it fails. */
import { spawn, type ChildProcess } from "node:child_process";

export type ProbePlace = { env: Readonly<Record<string, string>>; cwd: string };
export type Probed = { code: number; text: string };

const PROBE_MS_MAX = 10_000;
const BYTES_MAX = 65_536;

/** What it printed on both streams; undefined when it cannot be started, takes too long or ends by a signal. */
export function probe(program: string, args: readonly string[], place: ProbePlace): Promise<Probed | undefined> {
  return new Promise((resolve) => {
    const child = started(program, args, place);
    if (child === undefined) return resolve(undefined);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > BYTES_MAX) end(child);
      else chunks.push(chunk);
    };
    const timer = setTimeout(end, PROBE_MS_MAX, child);
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    child.once("error", () => {
      clearTimeout(timer);
      resolve(undefined);
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      const isWhole = code !== null && bytes <= BYTES_MAX;
      resolve(isWhole ? { code, text: Buffer.concat(chunks).toString("utf8") } : undefined);
    });
  });
}

/** In a session of its own: without a terminal to ask on, and a group that can be ended as a whole. */
function started(program: string, args: readonly string[], place: ProbePlace): ChildProcess | undefined {
  try {
    return spawn(program, [...args], { ...place, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  } catch {
    return undefined;
  }
}

function end(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It is gone.
  }
  // Whoever has left the group holds them open.
  child.stdout?.destroy();
  child.stderr?.destroy();
}
