/** `claudine restore`: a backup takes the store's place, and nothing is lost by it. */
import { existsSync } from "node:fs";
import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { damagePages } from "./support/crash-damage.ts";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { isRunning } from "./support/process.ts";

async function idsOf(rig: Rig): Promise<number[]> {
  const { stdout } = await rig.claudine("list", "--json");
  return (JSON.parse(stdout) as { id: number }[]).map(({ id }) => id).toSorted((a, b) => a - b);
}

test("brings the tasks of the backup back; what was there is set aside and can be restored in turn", async () => {
  const rig = await startDaemon();
  await rig.ran("echo one");
  await rig.claudine("backup", "first");
  await rig.ran("echo two");
  await rig.down();
  const { code, stdout } = await rig.claudine("restore", "--json", "first");
  expect(code).toBe(0);
  const { tasks, setAside } = JSON.parse(stdout) as { tasks: number; setAside: string };
  expect(tasks).toBe(1);
  expect(setAside.startsWith(join(rig.home.stateDir, "store.before-"))).toBe(true);
  expect(await idsOf(rig)).toEqual([1]);
  expect(await rig.output(1)).toBe("one\n");
  // The number 2 was given; its output is still there.
  expect(await rig.submit("echo three")).toBe(3);
  expect(await rig.claudine("restore", "--stop", join(setAside, "data.mdb"))).toMatchObject({ code: 0 });
  expect(await idsOf(rig)).toEqual([1, 2]);
});

test("refuses while a daemon runs, and says how", async () => {
  const rig = await startDaemon();
  await rig.claudine("backup", "file");
  const { code, stderr } = await rig.claudine("restore", "file");
  expect(code).toBe(1);
  expect(stderr).toBe(
    `claudine: Cannot restore ${rig.file("file")}: the daemon runs (pid ${rig.daemon?.pid})\n` +
      "  hint: claudine restore --stop stops it for that and starts it again; running tasks go on\n",
  );
  expect((await rig.status())?.pid).toBe(rig.daemon?.pid);
});

test("--stop replaces the store under running tasks: they go on, and how they end is known", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("until [ -e go ]; do sleep 0.01; done; exit 7");
  const { pid } = await rig.started(id);
  await rig.claudine("backup", "file");
  const { code, stderr } = await rig.claudine("restore", "--stop", "file");
  expect(code).toBe(0);
  expect(stderr).toMatch(/^Restored .*\/file: 1 task; the store that was there is .*\/store\.before-/);
  expect(isRunning(pid)).toBe(true);
  expect((await rig.status())?.pid).not.toBe(rig.daemon?.pid);
  expect(await rig.show(id)).toMatchObject({ state: "running", pid, attempt: 1 });
  await writeFile(rig.file("go"), "");
  expect(await rig.ended(id)).toMatchObject({ state: "failed", exitCode: 7 });
});

test("what was queued in the backup and has run since does not run again", async () => {
  const rig = await startDaemon({ config: "slots: 1\n" });
  const first = await rig.submit("until [ -e go ]; do sleep 0.01; done");
  const second = await rig.submit("echo ran >> log; exit 3");
  await rig.started(first);
  await rig.claudine("backup", "file");
  await writeFile(rig.file("go"), "");
  await rig.ended(second);
  expect(await rig.claudine("restore", "--stop", "file")).toMatchObject({ code: 0 });
  expect(await rig.ended(second)).toMatchObject({ state: "failed", exitCode: 3, attempt: 1 });
  expect(await readFile(rig.file("log"), "utf8")).toBe("ran\n");
});

test.for([
  { name: "no such file", write: undefined, why: "no such file or directory" },
  {
    name: "a file of something else",
    write: "not a backup, but long enough to be one".repeat(500),
    why: "it is no backup of Claudine\n  hint: claudine backup FILE makes one",
  },
  { name: "an empty file", write: "", why: "it is no backup of Claudine\n  hint: claudine backup FILE makes one" },
])("$name is refused and changes nothing; the daemon runs again", async ({ write, why }) => {
  const rig = await startDaemon();
  await rig.ran("echo one");
  if (write !== undefined) await writeFile(rig.file("bad"), write);
  const refused = await rig.claudine("restore", "--stop", "bad");
  expect(refused.code).toBe(74);
  expect(refused.stderr).toContain(`claudine: Cannot restore ${rig.file("bad")}: ${why}`);
  expect(existsSync(join(rig.home.stateDir, "store.restoring"))).toBe(false);
  expect((await rig.status())?.counts.succeeded).toBe(1);
  expect(await rig.output(1)).toBe("one\n");
});

test("a backup that is cut, or whose pages are damaged, is refused before it takes the store's place", async () => {
  const rig = await startDaemon();
  await rig.claudine("submit", "--held", "-l", "spoilt", "--array", "1-60", "true");
  for (const name of ["cut", "damaged"]) await rig.claudine("backup", name);
  await truncate(rig.file("cut"), 20_000);
  expect(await damagePages(rig, "spoilt", rig.file("damaged"))).toBeGreaterThan(0);
  for (const [name, why] of [
    ["cut", "it is cut, "],
    ["damaged", "some of its pages are damaged\n"],
  ] as const) {
    const { code, stderr } = await rig.claudine("restore", "--stop", name);
    expect(stderr).toContain(`claudine: Cannot restore ${rig.file(name)}: ${why}`);
    expect(code).toBe(74);
    expect(existsSync(join(rig.home.stateDir, "store.restoring"))).toBe(false);
    expect((await rig.status())?.counts.held).toBe(60);
  }
});
