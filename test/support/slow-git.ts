/** A git on the PATH that waits where it is told to, so that a test comes in between. */
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Rig } from "./daemon.ts";
import type { Env } from "./home.ts";
import { until } from "./until.ts";

export type SlowGit = {
  env: Env;
  /** Once so many of them wait. @returns their pids */
  reached(times?: number): Promise<number[]>;
  open(): Promise<void>;
};

let count = 0;

/** Waits before the git whose words hold `words`. */
export async function slowGit(rig: Rig, words: string): Promise<SlowGit> {
  count += 1;
  const path = rig.env["PATH"] ?? "";
  const git = path
    .split(delimiter)
    .map((folder) => join(folder, "git"))
    .find((file) => existsSync(file));
  const bin = rig.file(`slow-git-${count}`);
  const [gate, pids] = [join(bin, "gate"), join(bin, "pids")];
  await mkdir(bin);
  const wait = `echo $$ >> ${pids}; until [ -e ${gate} ]; do sleep 0.02; done`;
  await writeFile(join(bin, "git"), `#!/bin/sh\ncase "$*" in *"${words}"*) ${wait};; esac\nexec ${git} "$@"\n`);
  await chmod(join(bin, "git"), 0o755);
  const open = () => writeFile(gate, "");
  onTestFinished(open);
  return {
    env: { PATH: `${bin}${delimiter}${path}` },
    open,
    reached: (times = 1) =>
      until(`${times} of git to wait`, async () => {
        const lines = (await readFile(pids, "utf8").catch(() => "")).split("\n").slice(0, -1);
        return lines.length < times ? undefined : lines.map(Number);
      }),
  };
}
