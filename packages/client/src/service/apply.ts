/** Carries out a plan, step by step, and stops at the first that fails. */
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ClaudineError } from "@claudine/protocol/errors";
import { quoteArgv } from "@claudine/protocol/text";
import type { RunProgram } from "./program.ts";
import type { Step } from "./step.ts";

export type Ports = {
  run: RunProgram;
  /** Asks the daemon to stop and resolves when its process is gone. */
  stopDaemon(pid: number): Promise<void>;
  /** Told before each step. */
  before(step: Step): void;
};

/** @throws ClaudineError os when a program fails or a file cannot be written */
export async function applyPlan(steps: readonly Step[], ports: Ports): Promise<void> {
  for (const step of steps) {
    ports.before(step);
    await applyStep(step, ports);
  }
}

async function applyStep(step: Step, ports: Ports): Promise<void> {
  switch (step.kind) {
    case "write":
      return await onDisk(`write ${step.path}`, () => writeWhole(step));
    case "remove":
      return await onDisk(`remove ${step.path}`, () => rm(step.path, { force: true }));
    case "run":
      return await runStep(step, ports.run);
    case "stop-daemon":
      return await ports.stopDaemon(step.pid);
  }
}

async function runStep({ argv, mayFail }: Extract<Step, { kind: "run" }>, run: RunProgram): Promise<void> {
  const ended = await run(argv);
  if (ended.code === 0 || mayFail) return;
  const said = ended.stderr.split("\n")[0] ?? "";
  throw new ClaudineError("os", `Cannot run ${quoteArgv(argv)}: ${said || `exit code ${ended.code}`}`, {
    hint: hintFor(argv),
  });
}

function hintFor(argv: readonly string[]): string {
  return argv[0] === "systemctl"
    ? "See journalctl --user -u claudined.service; claudine service uninstall takes everything back"
    : "claudine service uninstall takes everything back";
}

/** The old file stays whole until the new one is. */
async function writeWhole({ path, text, mode }: Extract<Step, { kind: "write" }>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.tmp`;
  const file = await open(unfinished, "w", mode);
  try {
    await file.chmod(mode);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}

async function onDisk(what: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    throw new ClaudineError("os", `Cannot ${what}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
