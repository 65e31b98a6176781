/** Exactly one daemon serves a state folder, whatever was left behind. */
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startDaemon, type Rig } from "./support/daemon.ts";
import { CLAUDINED, start } from "./support/program.ts";
import { isRunning, statOf } from "./support/process.ts";
import { until } from "./support/until.ts";

const lockDir = (rig: Rig) => join(rig.home.stateDir, "lock");

async function writeLock(rig: Rig, text: string): Promise<void> {
  await mkdir(lockDir(rig), { recursive: true, mode: 0o700 });
  await writeFile(join(lockDir(rig), "lock.7"), text);
}

async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

test("a second claudined refuses with 75, names the first, and disturbs nothing", async () => {
  const rig = await startDaemon();
  const { ino } = await stat(rig.home.socket);
  const second = await start(CLAUDINED, { env: rig.env, cwd: "/" }).ended;
  expect(second).toMatchObject({ code: 75, stdout: "" });
  expect(second.stderr).toContain(`(pid ${rig.daemon?.pid})`);
  expect((await stat(rig.home.socket)).ino).toBe(ino);
  expect((await rig.status())?.pid).toBe(rig.daemon?.pid);
});

test("also one that has another socket but the same state", async () => {
  const rig = await startDaemon();
  const env = { ...rig.env, CLAUDINE_SOCKET: join(rig.home.dir, "other.sock") };
  expect(await start(CLAUDINED, { env, cwd: "/" }).ended).toMatchObject({ code: 75 });
});

test.for([
  {
    what: "its own socket in the same runtime folder",
    env: (rig: Rig) => ({ CLAUDINE_SOCKET: join(rig.home.dir, "other.sock") }),
  },
  {
    what: "the same socket from another runtime folder",
    env: (rig: Rig) => ({ XDG_RUNTIME_DIR: rig.home.dir, CLAUDINE_SOCKET: rig.home.socket }),
  },
  { what: "the same socket and runtime folder", env: () => ({}) },
])("a daemon for another state with $what is refused, and the first goes on", async ({ env }) => {
  const rig = await startDaemon();
  const { ino } = await stat(rig.home.socket);
  const second = start(CLAUDINED, {
    env: { ...rig.env, XDG_STATE_HOME: join(rig.home.dir, "s2"), ...env(rig) },
    cwd: "/",
  });
  expect(await second.ended).toMatchObject({ code: 75, stderr: expect.stringContaining("already_running") });
  expect((await stat(rig.home.socket)).ino).toBe(ino);
  expect((await rig.status())?.pid).toBe(rig.daemon?.pid);
});

test("a daemon for another state takes the place of one that was killed; the input of its tasks is another", async () => {
  const rig = await startDaemon();
  const own = await rig.submit("--stdin", "cat > own");
  await rig.started(own);
  await rig.down("SIGKILL");
  await rig.up({ XDG_STATE_HOME: join(rig.home.dir, "s2") });
  const other = await rig.submit("--stdin", "cat > other");
  expect(other).toBe(own);
  await rig.started(other);
  expect(await rig.claudine("send", "--eof", String(other), "for the other")).toMatchObject({ code: 0 });
  expect(await rig.ended(other)).toMatchObject({ state: "succeeded" });
  await rig.down();
  await rig.up();
  expect(await rig.claudine("send", "--eof", String(own), "for the first")).toMatchObject({ code: 0 });
  expect(await rig.ended(own)).toMatchObject({ state: "succeeded" });
  expect(await readFile(rig.file("own"), "utf8")).toBe("for the first\n");
  expect(await readFile(rig.file("other"), "utf8")).toBe("for the other\n");
});

test("of many that start at once exactly one serves", async () => {
  const rig = await startDaemon({ daemon: false });
  const daemons = Array.from({ length: 6 }, () => start(CLAUDINED, { env: rig.env, cwd: "/" }));
  const { pid } = await until("one to answer", () => rig.status());
  const others = await Promise.all(daemons.filter((daemon) => daemon.pid !== pid).map((daemon) => daemon.ended));
  expect(others.map(({ code }) => code)).toEqual([75, 75, 75, 75, 75]);
  expect((await rig.status())?.pid).toBe(pid);
});

test("a stale lock whose pid was given to another process does not keep it from starting", async () => {
  const rig = await startDaemon({ daemon: false });
  const innocent = start("/bin/sleep", { args: ["1000"], env: rig.env, cwd: rig.home.work });
  await writeLock(rig, JSON.stringify({ pid: innocent.pid, startTicks: "1", bootId: await bootId() }));
  await rig.up();
  expect(await rig.claudine("daemon", "stop")).toMatchObject({ code: 0 });
  expect(isRunning(innocent.pid)).toBe(true);
});

test("a lock of before a reboot does not keep it from starting, though pid and start time fit", async () => {
  const rig = await startDaemon({ daemon: false });
  const other = start("/bin/sleep", { args: ["1000"], env: rig.env, cwd: rig.home.work });
  const startTicks = statOf(other.pid)?.[19];
  await writeLock(rig, JSON.stringify({ pid: other.pid, startTicks, bootId: "00000000-0000-0000-0000-000000000000" }));
  await rig.up();
  expect(isRunning(other.pid)).toBe(true);
});

test.for(["", "{", "null", '{"pid":"x"}', "\0\0\0\0"])(
  "a torn lock file (%j) does not keep it from starting",
  async (text) => {
    const rig = await startDaemon({ daemon: false });
    await writeLock(rig, text);
    await rig.up();
  },
);

test("a stale socket is replaced", async () => {
  const rig = await startDaemon();
  await rig.down("SIGKILL");
  expect((await stat(rig.home.socket)).isSocket()).toBe(true);
  await rig.up();
  expect(await rig.claudine("list")).toMatchObject({ code: 0 });
});

test("an orderly stop leaves no socket, and no lock files pile up", async () => {
  const rig = await startDaemon();
  for (const signal of ["SIGTERM", "SIGINT", "SIGKILL"] as const) {
    await rig.down(signal);
    await rig.up();
  }
  expect(await readdir(lockDir(rig))).toHaveLength(1);
  expect(await rig.down()).toMatchObject({ code: 0, signal: null });
  await expect(stat(rig.home.socket)).rejects.toThrow("ENOENT");
});

test("an old daemon that ends does not take its successor's socket away", async () => {
  const rig = await startDaemon();
  // The successor, as it would be after a stop that took long: it has put its own socket in place.
  const successor = createServer((socket) => socket.end());
  const draft = join(rig.home.runtimeDir, "successor");
  await new Promise<void>((resolve) => successor.listen(draft, resolve));
  await rename(draft, rig.home.socket);
  const { ino } = await stat(rig.home.socket);
  expect(await rig.down()).toMatchObject({ code: 0 });
  expect((await stat(rig.home.socket)).ino).toBe(ino);
  successor.close();
});

test.for(["its socket", "the whole runtime folder"])(
  "a daemon that lost %s makes room for the next; tasks go on",
  async (what) => {
    const rig = await startDaemon();
    const id = await rig.submit("until [ -e go ]; do sleep 0.01; done; exit 6");
    const { pid } = await rig.started(id);
    await rm(what === "its socket" ? rig.home.socket : rig.home.runtimeDir, { recursive: true });
    expect(await rig.claudine("list", "-q")).toMatchObject({ code: 0, stdout: `${id}\n` });
    expect(await rig.daemon?.ended).toMatchObject({ code: 0 });
    expect((await rig.status())?.pid).not.toBe(rig.daemon?.pid);
    expect(await rig.show(id)).toMatchObject({ state: "running", pid });
    await writeFile(rig.file("go"), "");
    expect(await rig.ended(id)).toMatchObject({ exitCode: 6, attempt: 1 });
  },
);

test.for(["its lock", "the whole state folder"])(
  "a daemon that lost %s ends by itself, and tasks go on",
  async (what) => {
    const rig = await startDaemon();
    const id = await rig.submit("until [ -e go ]; do sleep 0.01; done; exit 6");
    const { pid } = await rig.started(id);
    await rm(what === "its lock" ? lockDir(rig) : rig.home.stateDir, { recursive: true });
    const end = await rig.daemon?.ended;
    expect(end).toMatchObject({ code: 0 });
    expect(end?.stderr).toContain("The lock is no longer this daemon's");
    expect(isRunning(pid)).toBe(true);
    await rig.up();
    if (what === "its lock") expect(await rig.show(id)).toMatchObject({ state: "running", pid });
    else expect((await rig.ran("echo fine")).stdout).toBe("fine\n");
    await writeFile(rig.file("go"), "");
    if (what === "its lock") expect(await rig.ended(id)).toMatchObject({ exitCode: 6, attempt: 1 });
  },
);

test.for(["moved away", "replaced by hand"])(
  "a daemon whose state folder was %s sees it at the next commit, acknowledges nothing more and ends",
  async (how) => {
    const rig = await startDaemon();
    const id = await rig.submit("exec sleep 1000");
    const { pid } = await rig.started(id);
    await rename(rig.home.stateDir, `${rig.home.stateDir}.old`);
    if (how === "replaced by hand") {
      await cp(`${rig.home.stateDir}.old`, rig.home.stateDir, { recursive: true });
    }
    const client = await rig.client({ reconnectMs: 0 });
    const refused = await client
      .call("task.hold", { selector: ["all"] })
      .then(() => client.call("group.set", { name: "x", slots: 1 }))
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Error);
    expect(await rig.daemon?.ended).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("no longer this daemon's"),
    });
    expect(isRunning(pid)).toBe(true);
    await rm(rig.home.stateDir, { recursive: true, force: true });
    await rename(`${rig.home.stateDir}.old`, rig.home.stateDir);
    await rig.up();
    expect(await rig.show(id)).toMatchObject({ state: "running", pid });
  },
);
