/** `claudine backup`: a whole copy of the store while everything goes on. */
import { readdir, stat, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";

test("writes one file of the user's own, named relative to the shell", async () => {
  const rig = await startDaemon();
  await rig.ran("echo one");
  const { code, stdout } = await rig.claudine("backup", "--json", "tasks.backup");
  expect(code).toBe(0);
  const { mode, size } = await stat(rig.file("tasks.backup"));
  expect(JSON.parse(stdout)).toEqual({ path: rig.file("tasks.backup"), bytes: size });
  expect(mode & 0o777).toBe(0o600);
  expect(await readdir(rig.home.work)).toEqual(["tasks.backup"]);
});

test("says what it wrote on stderr, and nothing when asked to be quiet", async () => {
  const rig = await startDaemon();
  const { stdout, stderr } = await rig.claudine("backup", "a");
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^Wrote .*\/a \(\d.*\)\n$/);
  expect(await rig.claudine("backup", "-q", "b")).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

test("an existing file is left as it is", async () => {
  const rig = await startDaemon();
  await writeFile(rig.file("mine"), "precious");
  const { code, stderr } = await rig.claudine("backup", "mine");
  expect(code).toBe(74);
  expect(stderr).toBe(
    `claudine: Cannot back up to ${rig.file("mine")}: it exists\n  hint: Name a new file, or remove that one\n`,
  );
  expect((await stat(rig.file("mine"))).size).toBe(8);
});

test("a folder that is not there is a clear error, and nothing is left behind", async () => {
  const rig = await startDaemon();
  const { code, stderr } = await rig.claudine("backup", "no/such/file");
  expect(code).toBe(74);
  expect(stderr).toContain(`Cannot back up to ${rig.file("no/such/file")}: `);
  expect(await readdir(rig.home.work)).toEqual([]);
});
