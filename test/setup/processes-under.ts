/** Finds the processes that work inside a folder: by their arguments, environment, directory or open files. */
import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { promisify } from "node:util";

export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

/** `allFiles`: looks at what every process has open, which takes a while; otherwise only at that of shims. */
export async function processesUnder(folder: string, { allFiles = false } = {}): Promise<FoundProcess[]> {
  return process.platform === "linux" ? fromProc(folder, allFiles) : fromPs(folder);
}

async function fromProc(folder: string, allFiles: boolean): Promise<FoundProcess[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => inspect(pid, folder, allFiles)));
  return found.filter((entry) => entry !== undefined);
}

async function inspect(pid: number, folder: string, allFiles: boolean): Promise<FoundProcess | undefined> {
  if (pid === process.pid) {
    return undefined;
  }
  // A zombie has neither arguments nor an environment, and another user's process does not show its own.
  const [args, environment, directory] = await Promise.all([
    readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""),
    readFile(`/proc/${pid}/environ`, "utf8").catch(() => ""),
    readlink(`/proc/${pid}/cwd`).catch(() => ""),
  ]);
  const files = allFiles || args.startsWith(SHIM) ? await openFiles(pid) : [];
  const texts = [args, environment, `${directory}/`, ...files];
  const belongs = texts.some((text) => text.includes(`${folder}/`));
  return belongs ? { pid, command: args.replaceAll("\0", " ").trim() } : undefined;
}

/** It has given up its arguments for this title, and takes nothing of the daemon's environment. */
const SHIM = "claudine-shim";

async function openFiles(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => "")));
}

async function fromPs(folder: string): Promise<FoundProcess[]> {
  const { stdout } = await promisify(execFile)("ps", ["-axEww", "-o", "pid=,command="], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const lines = stdout.split("\n").filter((line) => line.includes(`${folder}/`));
  return lines
    .map((line) => ({ pid: Number.parseInt(line, 10), command: line.trim().replace(/^\d+\s+/, "") }))
    .filter(({ pid }) => pid !== process.pid);
}
