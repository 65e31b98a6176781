/** Folders, files and the socket are the user's alone; what is somebody else's is refused by both sides. */
import { chmod, chown, lstat, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startDaemon, type Rig } from "./support/daemon.ts";
import { refusalOf } from "./support/refusal.ts";

const isRoot = process.getuid?.() === 0;
/** Somebody else. */
const NOBODY = 65_534;

/** How claudined ends when it cannot start. */
async function refusal(rig: Rig) {
  return rig.spawnDaemon().ended;
}

function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

test("folders are 0700 and files 0600, also when they were more open", async () => {
  const rig = await startDaemon({ daemon: false });
  for (const dir of [rig.home.stateDir, rig.home.runtimeDir]) {
    await mkdir(dir);
    await chmod(dir, 0o755);
  }
  await rig.up();
  await rig.ran("-e", "A_TOKEN=x", "--stdin", "true");
  const open: string[] = [];
  for (const dir of [rig.home.stateDir, rig.home.runtimeDir]) {
    const names = ["", ...(await readdir(dir, { recursive: true }))];
    for (const name of names) {
      const path = join(dir, name);
      // The input of an ended task goes a moment after its end.
      const stats = await lstat(path).catch(unlessGone);
      if (((stats?.mode ?? 0) & 0o077) !== 0) open.push(path);
    }
  }
  expect(open).toEqual([]);
  expect((await lstat(rig.home.socket)).mode & 0o777).toBe(0o600);
});

test.runIf(isRoot).for(["runtimeDir", "stateDir"] as const)(
  "a %s of somebody else is refused, and left as it is",
  async (which) => {
    const rig = await startDaemon({ daemon: false });
    const dir = rig.home[which];
    await mkdir(dir, { mode: 0o700 });
    await chown(dir, NOBODY, NOBODY);
    const refused = await refusal(rig);
    expect(refused).toMatchObject({ code: 77, stdout: "" });
    expect(refused.stderr).toContain(`Cannot use the folder ${dir}: it belongs to user ${NOBODY}`);
    expect(await readdir(dir)).toEqual([]);
    expect((await lstat(dir)).uid).toBe(NOBODY);
    const cli = await rig.claudine("list");
    expect(cli).toMatchObject({ code: 77, stdout: "" });
    expect(cli.stderr).toContain(`it belongs to user ${NOBODY}`);
  },
);

test.runIf(isRoot)("the command line does not talk to a socket in a folder of somebody else", async () => {
  const rig = await startDaemon({ daemon: false });
  await mkdir(rig.home.runtimeDir, { mode: 0o700 });
  const heard: string[] = [];
  const impostor = createServer((socket) => socket.on("data", (data) => heard.push(String(data))));
  await new Promise<void>((resolve) => impostor.listen(rig.home.socket, resolve));
  for (const path of [rig.home.runtimeDir, rig.home.socket]) {
    await chown(path, NOBODY, NOBODY);
    const refused = await rig.claudine("submit", "-e", "A_TOKEN=secret", "true");
    expect(refused).toMatchObject({ code: 77, stdout: "" });
    expect(refused.stderr).toContain(`belongs to user ${NOBODY}`);
    await chown(path, 0, 0);
  }
  expect(heard).toEqual([]);
  await new Promise((resolve) => impostor.close(resolve));
});

test("a folder that is a symbolic link or a file is refused", async () => {
  for (const make of [(path: string) => symlink("/tmp", path), (path: string) => writeFile(path, "")]) {
    const rig = await startDaemon({ daemon: false });
    await make(rig.home.runtimeDir);
    const refused = await refusal(rig);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain(rig.home.runtimeDir);
    expect(refused.stderr).not.toContain("at ");
  }
});

test("a socket path that is too long is one clear error, from the daemon and from the command line", async () => {
  const rig = await startDaemon({ daemon: false });
  const long = join(rig.home.dir, "x".repeat(120));
  await mkdir(long, { mode: 0o700 });
  const env = { XDG_RUNTIME_DIR: long };
  const daemon = await rig.spawnDaemon(env).ended;
  expect(daemon.code).toBe(78);
  expect(refusalOf(daemon.stderr)).toMatchObject({
    message: expect.stringMatching(/^Cannot listen on .*: the path has \d+ bytes, the kernel takes \d+$/),
    hint: expect.stringContaining("XDG_RUNTIME_DIR"),
  });
  const cli = await rig.claudineWith({ env }, "list");
  expect(cli).toMatchObject({ code: 69, stdout: "" });
  expect(cli.stderr).toMatch(/its path has \d+ bytes/);
  expect(cli.stderr).toContain("XDG_RUNTIME_DIR");
});

test("without XDG_RUNTIME_DIR a folder of the user's own under the temp folder is taken", async () => {
  const rig = await startDaemon({ daemon: false });
  const env = { ...rig.env };
  delete env["XDG_RUNTIME_DIR"];
  const bare = Object.assign(Object.create(Object.getPrototypeOf(rig)), rig, { env }) as Rig;
  expect(await bare.claudine("submit", "--wait", "true")).toMatchObject({ code: 0 });
  const dir = join(rig.home.dir, `tmp/claudine-${process.getuid?.()}`);
  const stats = await lstat(dir);
  expect({ folder: stats.isDirectory(), mode: stats.mode & 0o777 }).toEqual({ folder: true, mode: 0o700 });
  expect(await readdir(dir)).toContain("claudined.sock");
});
