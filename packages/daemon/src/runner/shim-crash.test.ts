import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isAlive } from "./identity.ts";
import { forbidStart, readRecord } from "./record.ts";
import { openLauncher, openRig, processes, specIn, until } from "./test-rig.ts";

describe.each(["perl", "node"] as const)("the %s shim", (kind) => {
  test("starts a run once, however often it is asked", async () => {
    const rig = await openRig(kind);
    rig.start("1.1", ["sh", "-c", "echo ran >>runs"]);
    rig.start("1.1", ["sh", "-c", "echo ran again >>runs"]);
    await rig.ended("1.1");
    rig.start("1.1", ["sh", "-c", "echo and again >>runs"]);
    await until(() => rig.facts.length >= 3, "three notes");
    expect(readFileSync(join(rig.dir, "runs"), "utf8")).toBe("ran\n");
  });

  test("does not start a run that was forbidden before it came to it", async () => {
    const rig = await openRig(kind);
    const { recordPath } = specIn(rig.dir, "1.1", ["true"]);
    expect(forbidStart(recordPath)).toBe(true);
    expect(forbidStart(recordPath)).toBe(false);
    rig.start("1.1", ["sh", "-c", ": >ran"]);
    rig.start("2.1", ["true"]);
    await rig.ended("2.1");
    expect(existsSync(join(rig.dir, "ran"))).toBe(false);
    expect(readRecord(recordPath)).toEqual({ state: "failed", step: "start", errno: "ECANCELED", path: "" });
    expect(forbidStart(join(rig.dir, "no/record"))).toBe(true);
  });

  test("and another that race for the same runs start each once", async () => {
    const rig = await openRig(kind);
    const other = openLauncher(kind, rig.fifo);
    const keys = Array.from({ length: 100 }, (_, n) => `${n}.1`);
    for (const key of keys) {
      rig.start(key, ["sh", "-c", `echo ${key} >>runs`]);
      other.start(specIn(rig.dir, key, ["sh", "-c", `echo ${key} >>runs`]));
    }
    other.close();
    for (const key of keys) await rig.ended(key);
    await until(() => rig.facts.length >= 200, "a note to both for each run");
    expect(readFileSync(join(rig.dir, "runs"), "utf8").trim().split("\n").sort()).toEqual(keys.sort());
  });

  test("goes on when the daemon is killed: what it was sent runs and is recorded, then it goes", async () => {
    const rig = await openRig(kind);
    const program = `
      import { openLauncher, specIn } from ${JSON.stringify(join(import.meta.dirname, "test-launcher.ts"))};
      const launcher = openLauncher(${JSON.stringify(kind)}, ${JSON.stringify(rig.fifo)});
      for (let n = 0; n < 20; n++) launcher.start(specIn(${JSON.stringify(rig.dir)}, n + ".1", ["sh", "-c", "until [ -e go ]; do sleep 0.02; done; exit 7"]));
      setInterval(() => console.log(launcher.pid), 10);`;
    const daemon = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    daemon.stdout.on("data", (chunk) => {
      printed += chunk;
    });
    await until(() => rig.record("19.1").state === "started" && printed.includes("\n"), "the last run to start");
    const shimPid = Number(printed.split("\n")[0]);
    daemon.kill("SIGKILL");
    await until(() => daemon.signalCode === "SIGKILL", "the daemon to die");
    writeFileSync(join(rig.dir, "go"), "");
    for (let n = 0; n < 20; n++)
      expect(await rig.ended(`${n}.1`)).toMatchObject({ state: "ended", exit: { exitCode: 7 } });
    await until(() => isGone(shimPid), "the shim to go");
  });

  test("records a kill of the task's whole group", async () => {
    const rig = await openRig(kind);
    rig.start("1.1", ["sh", "-c", "sleep 60 & echo up; wait"]);
    const record = await rig.started("1.1");
    await until(() => rig.stdout("1.1").includes("up"), "the task to be up");
    process.kill(-record.pid, "SIGKILL");
    expect(await rig.ended("1.1")).toMatchObject({ state: "ended", exit: { kind: "signalled", signal: "SIGKILL" } });
  });

  test("outlives the usual signals while it has children, and SIGTERM ends it when it has none", async () => {
    const rig = await openRig(kind);
    rig.start("1.1", ["sh", "-c", "until [ -e go ]; do sleep 0.02; done"]);
    await rig.started("1.1");
    const pid = rig.launcher.pid ?? 0;
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGPIPE"] as const) process.kill(pid, signal);
    // Until this has ended the shim has seen the signals, with the first one still there.
    rig.start("2.1", ["true"]);
    expect(await rig.ended("2.1")).toMatchObject({ exit: { exitCode: 0 } });
    writeFileSync(join(rig.dir, "go"), "");
    expect(await rig.ended("1.1")).toMatchObject({ exit: { exitCode: 0 } });
    expect(rig.shimExits).toEqual([]);
    process.kill(pid, "SIGTERM");
    await until(() => rig.shimExits.length > 0, "the shim to go");
    rig.start("3.1", ["true"]);
    expect(await rig.ended("3.1")).toMatchObject({ exit: { exitCode: 0 } });
  });

  test("goes when its input ends and nothing runs", async () => {
    const rig = await openRig(kind);
    rig.start("1.1", ["true"]);
    await rig.ended("1.1");
    const pid = rig.launcher.pid ?? 0;
    rig.launcher.close();
    await until(() => isGone(pid), "the shim to go");
  });

  test("that is killed is told of, its tasks run on, and the next one takes over", async () => {
    const rig = await openRig(kind);
    rig.start("1.1", ["sh", "-c", "until [ -e go ]; do sleep 0.02; done; : >went"]);
    const record = await rig.started("1.1");
    process.kill(rig.launcher.pid ?? 0, "SIGKILL");
    await until(() => rig.shimExits.length > 0, "the shim's end");
    expect(rig.shimExits[0]).toMatchObject({ signal: "SIGKILL" });
    rig.start("2.1", ["true"]);
    expect(await rig.ended("2.1")).toMatchObject({ exit: { exitCode: 0 } });
    expect(isAlive(processes, record)).toBe(true);
    writeFileSync(join(rig.dir, "go"), "");
    await until(() => existsSync(join(rig.dir, "went")), "the task to go on");
    expect(rig.record("1.1").state).toBe("started");
  });

  test("records a burst of a thousand", async () => {
    const rig = await openRig(kind);
    const keys = Array.from({ length: 1000 }, (_, n) => `${n}.1`);
    for (const key of keys) rig.start(key, ["true"]);
    await until(() => new Set(rig.facts.map((fact) => fact.runKey)).size === 1000, "a note of each");
    for (const key of keys) expect(rig.record(key)).toMatchObject({ state: "ended", exit: { exitCode: 0 } });
  });
});

function isGone(pid: number): boolean {
  const stat = processes.read(pid);
  return stat === undefined || stat.state === "Z";
}
