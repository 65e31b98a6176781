/** Faults that such daemons shipped: the daemon itself, its lock, its socket and its clock. */
import { chmod, mkdir, open, readFile, rename, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isTemporary } from "../../packages/client/src/service/lasting.ts";
import { processesUnder } from "../setup/processes-under.ts";
import { type Rig, startDaemon, TELLS_REQUESTS } from "../support/daemon.ts";
import { CLAUDINED, start } from "../support/program.ts";
import { isRunning, statOf } from "../support/process.ts";
import { until } from "../support/until.ts";

const UNTIL_GO = "until [ -e go ]; do sleep 0.01; done";

async function daemonsOf(rig: Rig): Promise<number> {
  return (await processesUnder(rig.home.dir)).filter(({ command }) => command.includes("claudined.mjs")).length;
}

test("fault 1: a stale lock whose pid was reused neither keeps it from starting nor gets an unrelated process killed", async () => {
  const rig = await startDaemon({ daemon: false });
  const innocent = start("/bin/sleep", { args: ["1000"], env: rig.env, cwd: rig.home.work });
  const bootId = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  const lock = join(rig.home.stateDir, "lock");
  await mkdir(lock, { recursive: true, mode: 0o700 });
  await writeFile(join(lock, "lock.7"), JSON.stringify({ pid: innocent.pid, startTicks: "1", bootId }));
  await rig.up();
  expect(await rig.claudine("daemon", "stop")).toMatchObject({ code: 0 });
  expect(isRunning(innocent.pid)).toBe(true);
});

test("fault 3: an old daemon that ends leaves its successor's socket, and nobody kills the healthy one", async () => {
  const rig = await startDaemon();
  const successor = createServer((socket) => socket.end());
  const draft = join(rig.home.runtimeDir, "successor");
  await new Promise<void>((resolve) => successor.listen(draft, resolve));
  await rename(draft, rig.home.socket);
  const { ino } = await stat(rig.home.socket);
  await rig.down();
  expect((await stat(rig.home.socket)).ino).toBe(ino);
  successor.close();
  // Whoever comes later finds the healthy one, and lets it be.
  await rig.up();
  expect((await start(CLAUDINED, { env: rig.env, cwd: "/" }).ended).code).toBe(75);
  expect((await rig.status())?.pid).toBe(rig.daemon?.pid);
});

test("fault 5: a restart neither ends what runs nor leaves it running for ever", async () => {
  const rig = await startDaemon();
  const id = await rig.submit(`${UNTIL_GO}; exit 42`);
  const { pid } = await rig.started(id);
  expect(await rig.claudine("daemon", "restart")).toMatchObject({ code: 0 });
  expect(await rig.show(id)).toMatchObject({ state: "running", pid });
  await writeFile(rig.file("go"), "");
  expect(await rig.ended(id)).toMatchObject({ state: "failed", exitCode: 42, attempt: 1 });
});

test.for([
  { when: "while the daemon runs", restart: false },
  { when: "while none runs", restart: true },
])("fault 5: a run whose record is spoiled $when goes on, and is lost when its process ends", async ({ restart }) => {
  const rig = await startDaemon({ config: "sampleInterval: 50ms\n" });
  const id = await rig.submit(UNTIL_GO);
  const { pid } = await rig.started(id);
  const record = await open(join(rig.home.stateDir, `runs/0/${id}.1.record`), "r+");
  await record.write("S torn", 0);
  await record.close();
  if (restart) {
    await rig.down();
    await rig.up();
  }
  expect(await rig.show(id)).toMatchObject({ state: "running", pid });
  await writeFile(rig.file("go"), "");
  expect(await rig.ended(id)).toMatchObject({ state: "lost", reason: expect.stringContaining("record") });
});

test("fault 6: what was stopped or deleted does not come back, and stop and restart at once leave one daemon at most", async () => {
  const rig = await startDaemon({ config: "slots: 1\n" });
  const killed = await rig.submit("echo killed >> ran; exec sleep 1000");
  await until("it to have run", async () => (await readFile(rig.file("ran"), "utf8").catch(() => "")) === "killed\n");
  const [cancelled, removed] = [await rig.submit("echo cancelled >> ran"), await rig.submit("-s", "true")];
  await rig.claudine("cancel", String(cancelled), String(removed));
  await rig.claudine("kill", String(killed));
  await rig.claudine("remove", String(removed));
  await rig.down("SIGKILL");
  await rig.up();
  expect(await rig.ended(killed)).toMatchObject({ state: "cancelled", attempt: 1 });
  expect((await rig.show(cancelled)).state).toBe("cancelled");
  expect((await rig.claudine("show", String(removed))).code).toBe(66);
  const verbs = ["stop", "restart", "stop", "restart", "start"];
  await Promise.all(verbs.map((verb) => rig.claudine("daemon", verb)));
  await until("all but one to be gone", async () => (await daemonsOf(rig)) <= 1);
  expect(await rig.claudine("submit", "--wait", "exit 5")).toMatchObject({ code: 5 });
  expect(await readFile(rig.file("ran"), "utf8")).toBe("killed\n");
});

/**
 * The daemon's wall clock goes forwards by a day at one signal, backwards at another; at a third, back by two days with
 * the next SIGTERM it sends.
 */
const JUMP = `const real = Date.now; const day = 86_400_000; let offset = Number(process.env.JUMPED_DAYS ?? 0) * day;
Date.now = () => real() + offset;
process.on("SIGUSR2", () => { offset += day; });
process.on("SIGURG", () => { offset -= day; });
process.on("SIGVTALRM", () => {
  const { kill } = process;
  process.kill = (pid, signal) => {
    if (signal === "SIGTERM") { offset -= 2 * day; process.kill = kill; }
    return kill.call(process, pid, signal);
  };
});`;

async function startJumping(): Promise<Rig> {
  const rig = await startDaemon({ daemon: false });
  await writeFile(rig.file("jump.cjs"), JUMP);
  await rig.up({ NODE_OPTIONS: `--require ${rig.file("jump.cjs")}` });
  return rig;
}

test("fault 7: a clock that jumps a day ends nothing early, and one that jumps back ends nothing late", async () => {
  const rig = await startJumping();
  const id = await rig.submit(`trap 'echo term >> log' TERM; echo ready; ${UNTIL_GO}; exit 0`);
  await until("the trap to be set", async () => (await rig.output(id)) !== "");
  const kill = rig.open(["kill", "--grace", "1h", String(id)]);
  await until("the signal", async () => (await readFile(rig.file("log"), "utf8").catch(() => "")) !== "");
  process.kill(rig.daemon?.pid ?? 0, "SIGUSR2");
  const { task } = await rig.ran("true");
  expect(task.createdAt).toBeGreaterThan(Date.now() + 80_000_000);
  expect(await rig.show(id)).toMatchObject({ state: "running", stopping: true });
  await writeFile(rig.file("go"), "");
  expect(await rig.ended(id)).toMatchObject({ state: "cancelled", exitCode: 0 });
  await kill.ended;

  const stubborn = await rig.submit("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  await until("the trap to be set", async () => (await rig.output(stubborn)) !== "");
  process.kill(rig.daemon?.pid ?? 0, "SIGVTALRM");
  expect(await rig.claudine("kill", "--grace", "300ms", String(stubborn))).toMatchObject({ code: 0 });
  expect(await rig.ended(stubborn)).toMatchObject({ state: "cancelled", signal: "SIGKILL" });
  expect((await rig.ran("true")).task.createdAt).toBeLessThan(Date.now() - 80_000_000);
});

test("fault 7: a clock that was set while no daemon was there ends nothing early and nothing late", async () => {
  const rig = await startJumping();
  const patient = await rig.submit(`trap 'echo term >> log' TERM; echo ready; ${UNTIL_GO}; exit 0`);
  const stubborn = await rig.submit("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  for (const id of [patient, stubborn]) await until("the trap to be set", async () => (await rig.output(id)) !== "");
  const kills = [
    rig.open(["kill", "--grace", "1h", String(patient)]),
    rig.open(["kill", "--grace", "1s", String(stubborn)]),
  ];
  await until("the signal", async () => (await readFile(rig.file("log"), "utf8").catch(() => "")) !== "");
  // Its grace may be over by now.
  await until("the other to be ending", async () => {
    const { stopping, finishedAt } = await rig.show(stubborn);
    return stopping || finishedAt !== null;
  });
  await rig.down("SIGKILL");
  await rig.up({ NODE_OPTIONS: `--require ${rig.file("jump.cjs")}`, JUMPED_DAYS: "-1" });
  expect(await rig.ended(stubborn)).toMatchObject({ state: "cancelled", signal: "SIGKILL" });
  await rig.down("SIGKILL");
  await rig.up({ NODE_OPTIONS: `--require ${rig.file("jump.cjs")}`, JUMPED_DAYS: "1" });
  const { task } = await rig.ran("true");
  expect(task.createdAt).toBeGreaterThan(Date.now() + 80_000_000);
  expect(await rig.show(patient)).toMatchObject({ state: "running", stopping: true });
  await writeFile(rig.file("go"), "");
  expect(await rig.ended(patient)).toMatchObject({ state: "cancelled", exitCode: 0 });
  for (const kill of kills) await kill.ended;
});

test("fault 7: a clock that is set back while the shim is being replaced holds no start up", async () => {
  const rig = await startJumping();
  const { pid } = await rig.started(await rig.submit("exec sleep 1000"));
  process.kill(Number(statOf(pid)?.[1]), "SIGKILL");
  await until("the daemon to notice", () => rig.daemon?.stderr().includes("The shim ended"));
  process.kill(rig.daemon?.pid ?? 0, "SIGURG");
  expect((await rig.ran("echo fine")).stdout).toBe("fine\n");
});

test("fault 11: nothing spins after the daemon died: neither the shim nor clients that wait for the next", async () => {
  const rig = await startDaemon({ config: TELLS_REQUESTS });
  const id = await rig.submit(UNTIL_GO.replace("0.01", "1000"));
  const { pid } = await rig.started(id);
  const shim = Number(statOf(pid)?.[1]);
  const clients = [
    await rig.asking("log.read", ["follow", "--no-autostart", String(id)]),
    await rig.asking("task.wait", ["wait", "--no-autostart", "all"]),
  ];
  await rig.down("SIGKILL");
  const watched = [shim, pid, ...clients.map((client) => client.pid)];
  const ticks = (one: number) => Number(statOf(one)?.[11]) + Number(statOf(one)?.[12]);
  const before = watched.map(ticks);
  let latest = before;
  const spinning = start("/bin/sh", { args: ["-c", "while :; do :; done"], env: rig.env, cwd: rig.home.work });
  await until("a process that does spin to use a second", () => {
    // A client that has given up has used what it had used.
    latest = watched.map((one, index) => ticks(one) || (latest[index] ?? 0));
    return ticks(spinning.pid) >= 100;
  });
  for (const [index, used] of latest.entries()) expect(used - (before[index] ?? 0)).toBeLessThan(25);
});

test("fault 19: two daemons at once are one, and two clients that start one at the same moment share it", async () => {
  const rig = await startDaemon({ daemon: false });
  const submits = await Promise.all(Array.from({ length: 4 }, (_, n) => rig.claudine("submit", "--wait", `exit ${n}`)));
  expect(submits.map(({ code }) => code)).toEqual([0, 1, 2, 3]);
  const others = await Promise.all([1, 2].map(() => start(CLAUDINED, { env: rig.env, cwd: "/" }).ended));
  expect(others.map(({ code }) => code)).toEqual([75, 75]);
  expect(await daemonsOf(rig)).toBe(1);
});

/** Stands for the programs of a systemd whose user does not linger. */
const SYSTEMCTL = `#!/bin/sh
case "$*" in
  *"--property=Version"*) echo Version=252 ;;
  *"show --property="*)
    printf 'Id=claudined.service\\nLoadState=loaded\\nUnitFileState=enabled\\nActiveState=active\\nMainPID=0\\n\\n'
    printf 'Id=claudined.socket\\nLoadState=loaded\\nActiveState=active\\n' ;;
  *"start claudined.service"*) "$NODE" "$DAEMON" > /dev/null 2>&1 & ;;
esac
`;

test.skipIf(isTemporary(CLAUDINED, "/nowhere"))(
  "fault 20: where linger is off, installing the service says that logging out ends it",
  async () => {
    const rig = await startDaemon({ daemon: false });
    await mkdir(rig.file("bin"));
    for (const [name, text] of Object.entries({ systemctl: SYSTEMCTL, loginctl: "#!/bin/sh\necho no\n" })) {
      await writeFile(rig.file(`bin/${name}`), text);
      await chmod(rig.file(`bin/${name}`), 0o755);
    }
    const env = { PATH: `${rig.file("bin")}:${rig.env["PATH"]}`, NODE: process.execPath, DAEMON: CLAUDINED };
    const { code, stderr } = await rig.claudineWith({ env }, "service", "install");
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(
        "Linger is off: the service, and every task, ends when you log out. To keep it, and to start it at boot:\n" +
          "  loginctl enable-linger ",
      ),
    });
    expect((await rig.claudineWith({ env }, "service", "status")).stdout).toContain("ends when you log out");
  },
);
