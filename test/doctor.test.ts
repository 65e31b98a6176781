/** `claudine doctor`: finds what is wrong, and says what to do. */
import { spawnSync } from "node:child_process";
import { chmod, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { start } from "./support/program.ts";
import { mountSmallDisk, whyNoDisk } from "./support/small-disk.ts";

type Check = { name: string; level: string; message: string; hint: string | null };

async function checksOf(rig: Rig, ...words: string[]): Promise<{ code: number | null; checks: Check[] }> {
  const { code, stdout } = await rig.claudine("doctor", "--json", ...words);
  return { code, checks: (JSON.parse(stdout) as { checks: Check[] }).checks };
}

test("starts the daemon and finds nothing wrong", async () => {
  const rig = await startDaemon({ daemon: false });
  const { code, checks } = await checksOf(rig);
  expect(checks.filter(({ level }) => level === "error")).toEqual([]);
  expect(code).toBe(0);
  expect(checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      "node",
      "runtime folder",
      "state folder",
      "config folder",
      "disk",
      "configuration",
      "service",
      "daemon",
      "version",
    ]),
  );
  const { stdout } = await rig.claudine("doctor");
  expect(stdout).toMatch(/^ok {7}node {2,}\d+\.\d+\.\d+\n/);
  expect(await rig.claudine("doctor", "-q")).toMatchObject({ code: 0, stdout: "" });
});

test("a configuration that is not valid is an error, and so is the daemon that does not start", async () => {
  const rig = await startDaemon({ daemon: false, config: "slot: 3\n" });
  const { code, checks } = await checksOf(rig);
  expect(code).toBe(1);
  expect(checks).toContainEqual({
    name: "configuration",
    level: "error",
    message: `${rig.home.configFile}: unknown key "slot"; did you mean "slots"?`,
    hint: "claudine config check lists every problem",
  });
  expect(checks.find(({ name }) => name === "daemon")).toMatchObject({ level: "error" });
});

test("a folder that is open to others is an error with the command that closes it", async () => {
  const rig = await startDaemon({ daemon: false });
  await mkdir(rig.home.stateDir);
  await chmod(rig.home.stateDir, 0o755);
  const { code, checks } = await checksOf(rig, "--no-autostart");
  expect(code).toBe(1);
  expect(checks).toContainEqual({
    name: "state folder",
    level: "error",
    message: `${rig.home.stateDir} is open to others (mode 755)`,
    hint: `chmod 700 ${rig.home.stateDir}`,
  });
});

test.skipIf(whyNoDisk() !== undefined)("a state folder on a disk that became read-only is an error", async () => {
  const rig = await startDaemon({ daemon: false });
  mountSmallDisk(dirname(rig.home.stateDir), { mib: 4 });
  await mkdir(rig.home.stateDir, { mode: 0o700 });
  spawnSync("mount", ["-o", "remount,ro", dirname(rig.home.stateDir)]);
  const { code, checks } = await checksOf(rig, "--no-autostart");
  expect(code).toBe(1);
  expect(checks).toContainEqual({
    name: "state folder",
    level: "error",
    message: `${rig.home.stateDir} cannot be written: its file system is read-only`,
    hint: `findmnt -T ${rig.home.stateDir} shows which it is`,
  });
});

test("tells of a socket that nobody listens on", async () => {
  const rig = await startDaemon({ daemon: false });
  await mkdir(rig.home.runtimeDir, { mode: 0o700 });
  await leaveSocket(rig.home.socket);
  const { checks } = await checksOf(rig, "--no-autostart");
  expect(checks).toContainEqual({
    name: "socket",
    level: "warning",
    message: `${rig.home.socket} is left over: nobody listens on it`,
    hint: "claudine daemon start replaces it",
  });
});

/** What a listener leaves that is killed. */
async function leaveSocket(path: string): Promise<void> {
  const program = `require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))`;
  await start(process.execPath, { args: ["-e", program, path], env: {}, cwd: "/" }).ended;
}
