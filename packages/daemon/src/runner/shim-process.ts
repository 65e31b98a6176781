/** Starts the shim: a process of its own session that outlives the daemon as long as it has children. */
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { takeShimCrashPoint } from "../running/crash-points.ts";

/** What it calls itself, and each of its children until it becomes its command. */
export const SHIM_TITLE = "claudine-shim";

export type ShimKind = "perl" | "node";

export type ShimOptions = { shimDir: string; wakeFifoPath: string; bootId: string };

/** Perl forks ten times faster than Node; where there is none, Node does. */
export function chooseShim(forced: ShimKind | undefined): { kind: ShimKind; program: string } {
  const perl = forced === "node" ? undefined : findInPath("perl");
  return perl === undefined ? { kind: "node", program: process.execPath } : { kind: "perl", program: perl };
}

export function shimKindFrom(value: string | undefined): ShimKind | undefined {
  return value === "perl" || value === "node" ? value : undefined;
}

export function spawnShim(options: ShimOptions, shim: { kind: ShimKind; program: string }): ChildProcess {
  const script = join(options.shimDir, shim.kind === "perl" ? "shim.pl" : "shim.mjs");
  const child = spawn(shim.program, [script, options.wakeFifoPath, options.bootId], {
    cwd: "/",
    detached: true,
    // Nothing of the daemon's environment may steer the interpreter (PERL5OPT, NODE_OPTIONS) or be read from it later.
    // Functions bound at once are not looked up anew in each fork, where that would also copy pages.
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C", LD_BIND_NOW: "1", ...takeShimCrashPoint() },
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.unref();
  return child;
}

function findInPath(name: string): string | undefined {
  const folders = ["/usr/bin", ...(process.env["PATH"] ?? "").split(delimiter)];
  return folders
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
