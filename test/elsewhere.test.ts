/** Who comes with another runtime folder, as from cron, is told at once where the daemon of the same state listens. */
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startDaemon, type Rig } from "./support/daemon.ts";
import { CLAUDINED, start } from "./support/program.ts";

async function otherRuntime(rig: Rig) {
  const dir = join(rig.home.dir, "other");
  await mkdir(dir, { mode: 0o700 });
  return { env: { XDG_RUNTIME_DIR: dir } };
}

test("a verb says who serves the state and where, and starts no daemon again and again", async () => {
  const rig = await startDaemon();
  const other = await otherRuntime(rig);
  const { code, stdout, stderr } = await rig.claudineWith(other, "list");
  expect({ code, stdout, stderr }).toEqual({
    code: 75,
    stdout: "",
    stderr:
      `claudine: Cannot start the daemon: another one (pid ${rig.daemon?.pid}) serves this state folder and listens on ${rig.home.socket}\n` +
      `  hint: Set CLAUDINE_SOCKET to that, or XDG_RUNTIME_DIR as it was where that daemon was started\n`,
  });
  const log = await readFile(join(rig.home.stateDir, "claudined.log"), "utf8");
  expect(log.split("\n").filter((line) => line.includes("serves this state folder"))).toHaveLength(1);
});

test("daemon status and daemon stop say so too, and leave it alone", async () => {
  const rig = await startDaemon();
  const other = await otherRuntime(rig);
  const where = `one (pid ${rig.daemon?.pid}) serves this state folder and listens on ${rig.home.socket}`;
  expect(await rig.claudineWith(other, "daemon", "status")).toMatchObject({
    code: 3,
    stderr: `No daemon listens on ${join(rig.home.dir, "other/claudine/claudined.sock")}; ${where}\n`,
  });
  const { stdout } = await rig.claudineWith(other, "daemon", "status", "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    running: false,
    elsewhere: { pid: rig.daemon?.pid, socket: rig.home.socket },
  });
  const stopped = await rig.claudineWith(other, "daemon", "stop");
  expect(stopped).toMatchObject({ code: 75, stderr: expect.stringContaining(where) });
  expect((await rig.status())?.pid).toBe(rig.daemon?.pid);
});

test("a daemon that cannot be reached there makes room", async () => {
  const rig = await startDaemon();
  const other = await otherRuntime(rig);
  await rm(rig.home.runtimeDir, { recursive: true });
  expect(await rig.claudineWith(other, "list", "-q")).toMatchObject({ code: 0 });
  expect(await rig.daemon?.ended).toMatchObject({ code: 0 });
});

test("claudined itself names the socket of the one that runs", async () => {
  const rig = await startDaemon();
  const { env } = await otherRuntime(rig);
  const second = await start(CLAUDINED, { env: { ...rig.env, ...env }, cwd: "/" }).ended;
  expect(second).toMatchObject({ code: 75, stderr: expect.stringContaining(`listens on ${rig.home.socket}`) });
});
