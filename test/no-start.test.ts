/** A task that the system refuses to start says why, can be ended, and starts by itself once it can. */
import { spawnSync } from "node:child_process";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";
import { mountSmallDisk, whyNoDisk } from "./support/small-disk.ts";
import { until } from "./support/until.ts";

const why = whyNoDisk();
if (why !== undefined) process.stderr.write(`The tests of a read-only disk are skipped: ${why}\n`);

test("a file in the place of the folder of its run keeps a task from starting only as long as it is there", async () => {
  const rig = await startDaemon({ config: "log: { level: debug }\n" });
  await rig.ran("true");
  const runs = join(rig.home.stateDir, "runs/0");
  await rename(runs, `${runs}.away`);
  await writeFile(runs, "");
  const id = await rig.submit("echo late");
  await until("the reason to be told", async () => (await rig.show(id)).reason === "cannot start: not a directory");
  await until("it to be tried again", () => rig.daemon?.stderr().includes("still cannot be read") === true);
  // It tries again at any moment, and makes the folder itself.
  await rm(runs);
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded", reason: null });
});

describe.skipIf(why !== undefined)("with run files on a read-only disk", () => {
  test.for(["kill", "cancel"])("the list says why nothing starts, and %s ends it", async (verb) => {
    const rig = await startDaemon();
    const runs = join(rig.home.stateDir, "runs/0");
    await mkdir(runs);
    mountSmallDisk(runs, { mib: 1 });
    const remount = (how: "ro" | "rw") => spawnSync("mount", ["-o", `remount,${how}`, runs]);
    remount("ro");
    const id = await rig.submit("echo late");
    await until(
      "the reason to be told",
      async () => (await rig.show(id)).reason === "cannot start: read-only file system",
    );
    expect((await rig.claudine("list")).stdout).toContain("cannot start: read-only file system");
    const other = await rig.submit("true");
    expect(await rig.claudine(verb, String(other))).toMatchObject({ code: 0 });
    expect(await rig.show(other)).toMatchObject({ state: "cancelled" });
    remount("rw");
    expect(await rig.ended(id)).toMatchObject({ state: "succeeded", reason: null });
  });
});
