/** For the tests: a launcher of the real shims, also for a process that the test kills. */
import { join } from "node:path";
import type { StartSpec, Word } from "./frame.ts";
import { createLauncher, type Launcher, type LauncherOptions } from "./launcher.ts";
import { type Processes, systemProcesses } from "./processes.ts";
import type { ShimKind } from "./shim-process.ts";

export const SHIM_DIR = join(import.meta.dirname, "shim");
export const PATH = process.env["PATH"] ?? "/usr/bin:/bin";
export const processes: Processes = systemProcesses(process.platform);

export function openLauncher(
  kind: ShimKind | undefined,
  wakeFifoPath: string,
  more: Partial<LauncherOptions> = {},
): Launcher {
  return createLauncher({
    shimDir: SHIM_DIR,
    wakeFifoPath,
    bootId: processes.bootId(),
    kind,
    log: () => {},
    onNoStart: () => {},
    onShimExit: () => {},
    ...more,
  });
}

/** The files of a run are named after its key. */
export function specIn(dir: string, runKey: string, argv: [Word, ...Word[]]): StartSpec {
  return {
    runKey,
    argv,
    cwd: dir,
    umask: 0o022,
    env: { PATH },
    extraEnv: { CLAUDINE_RUN_UID: `${dir}/${runKey}` },
    stdoutPath: join(dir, `${runKey}.out`),
    stderrPath: join(dir, `${runKey}.err`),
    recordPath: join(dir, `${runKey}.record`),
  };
}
