/** Asks a program for a few words, such as its version: bounded in time and size, and harmless when it fails. */
import { execFile } from "node:child_process";

export type ProbePlace = { env: Readonly<Record<string, string>>; cwd: string };
export type Probed = { code: number; text: string };

const PROBE_MS_MAX = 10_000;
const BYTES_MAX = 65_536;

/** What it printed on both streams; undefined when it cannot be started, takes too long or ends by a signal. */
export function probe(program: string, args: readonly string[], place: ProbePlace): Promise<Probed | undefined> {
  return new Promise((resolve) => {
    const options = { ...place, timeout: PROBE_MS_MAX, maxBuffer: BYTES_MAX, killSignal: "SIGKILL" } as const;
    try {
      const child = execFile(program, [...args], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        resolve(typeof code === "number" ? { code, text: `${stdout}\n${stderr}` } : undefined);
      });
      child.stdin?.end();
      child.stdin?.on("error", () => {});
    } catch {
      resolve(undefined);
    }
  });
}
