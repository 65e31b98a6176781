/** Runs the programs as a user who is not root: root may do everything, so permissions refuse it nothing. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmod } from "node:fs/promises";
import { inject } from "vitest";
import type { Rig } from "./daemon.ts";
import { CLAUDINED, CLIENT, type Ended, type Running, start } from "./program.ts";

const NOBODY = 65_534;
const AS_NOBODY = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];

/** Only root can become somebody else, and the checkout may be where nobody else may read. */
export const canBeNobody =
  process.getuid?.() === 0 &&
  spawnSync("setpriv", [...AS_NOBODY, process.execPath, CLAUDINED, "--version"]).status === 0;

/** Gives a home, with all that is in it, to nobody. */
export async function giveToNobody(rig: Rig): Promise<void> {
  await chmod(inject("testRoot"), 0o711);
  execFileSync("chown", ["--recursive", `${NOBODY}:${NOBODY}`, rig.home.dir]);
}

export function claudineAsNobody(rig: Rig, ...args: string[]): Promise<Ended> {
  return run(rig, [...CLIENT, ...args]).ended;
}

export function daemonAsNobody(rig: Rig): Running {
  return run(rig, [process.execPath, CLAUDINED]);
}

function run(rig: Rig, words: readonly string[]): Running {
  return start("/usr/bin/env", {
    args: ["setpriv", ...AS_NOBODY, ...words],
    env: rig.env,
    cwd: rig.home.work,
  });
}
