/** A disk of a few megabytes in the place of a folder, which a test fills and frees. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { inject, onTestFinished } from "vitest";

/** Why no disk can be mounted here; undefined when one can. */
export function whyNoDisk(): string | undefined {
  if (process.platform !== "linux") return "only Linux has tmpfs";
  if (process.getuid?.() !== 0) return "mounting a tmpfs needs root";
  const dir = mkdtempSync(join(inject("testRoot"), "m"));
  const problem = mount(dir, "size=64k");
  if (problem === undefined) spawnSync("umount", ["--lazy", dir]);
  rmSync(dir, { recursive: true, force: true });
  return problem;
}

export type SmallDisk = {
  /** Takes all that is left, to the last block and inode. */
  fill(): void;
  /** Gives so much of what it filled back. */
  spare(bytes: number): void;
  free(): void;
};

/** For one test. `inodes` counts the folder itself. */
export function mountSmallDisk(dir: string, { mib, inodes }: { mib: number; inodes?: number }): SmallDisk {
  const problem = mount(dir, `size=${mib}m,mode=700${inodes === undefined ? "" : `,nr_inodes=${inodes}`}`);
  if (problem !== undefined) throw new Error(problem);
  onTestFinished(() => void spawnSync("umount", ["--lazy", dir]));
  const fillers: string[] = [];
  return {
    fill() {
      for (let full = false; !full && fillers.length < 10_000;) {
        const path = join(dir, `filler.${fillers.length}`);
        full = !fillOne(path, fillers, inodes !== undefined);
      }
    },
    spare(bytes) {
      const [path = ""] = fillers;
      truncateSync(path, statSync(path).size - bytes);
    },
    free() {
      for (const path of fillers.splice(0)) rmSync(path, { force: true });
    },
  };
}

/** @returns whether another file may still take something */
function fillOne(path: string, fillers: string[], more: boolean): boolean {
  let fd: number;
  try {
    fd = openSync(path, "wx");
  } catch {
    return false;
  }
  fillers.push(path);
  try {
    for (const block = Buffer.alloc(4096, "x"); ;) writeSync(fd, block);
  } catch {
    return more;
  } finally {
    closeSync(fd);
  }
}

function mount(dir: string, options: string): string | undefined {
  const { status, stderr, error } = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", dir], {
    encoding: "utf8",
  });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}
