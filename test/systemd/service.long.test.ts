/** The user service under a real systemd: readiness, socket activation, restarts and stops with tasks going on, uninstalling. */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { type Box, openBox, whyNoSystemd } from "./box.ts";

const SERVICE = "claudined.service";
const SOCKET = "claudined.socket";
const UNTIL_GO = "until [ -e go ]; do sleep 0.01; done";

const why = whyNoSystemd();
if (why !== undefined) process.stderr.write(`The tests under a real systemd are skipped: ${why}\n`);

type Status = { installed: boolean; enabled: boolean; active: string; socket: string; listens: string; pid: number };

async function openInstalled(): Promise<Box & { pid: number }> {
  const box = await openBox();
  const { pid } = JSON.parse(await box.claudine("service", "install", "--json")) as Status;
  return { ...box, pid };
}

/** A task that ends with 42 when it is told; by the service, never by a daemon of the test's own. */
async function startTask({ rig }: Box): Promise<{ id: number; pid: number; go(): Promise<void> }> {
  const id = await rig.submit("--no-autostart", `${UNTIL_GO}; exit 42`);
  const { pid } = await rig.started(id);
  return { id, pid, go: () => writeFile(rig.file("go"), "") };
}

describe.skipIf(why !== undefined)("the user service", () => {
  test("is ready when its installation returns, and systemd knows it", async () => {
    const { rig, pid, property, claudine } = await openInstalled();
    expect((await rig.status())?.launcher).toBeDefined();
    expect(await property(SERVICE, "ActiveState")).toBe("active");
    expect(await property(SERVICE, "MainPID")).toBe(String(pid));
    expect(await property(SERVICE, "Type")).toBe("notify");
    expect(JSON.parse(await claudine("service", "status", "--json"))).toMatchObject({
      installed: true,
      enabled: true,
      active: "active (running)",
      socket: "active (running)",
      listens: rig.home.socket,
      pid,
    });
  });

  test("starts with the first call on its socket", async () => {
    const { rig, pid, run, property } = await openInstalled();
    expect(await run("systemctl", "--user", "stop", SERVICE)).toMatchObject({ code: 0 });
    expect(await property(SERVICE, "ActiveState")).toBe("inactive");
    const { code, stdout } = await rig.claudine("submit", "--no-autostart", "--follow", "echo hello; exit 3");
    expect({ code, stdout }).toEqual({ code: 3, stdout: "hello\n" });
    expect(await property(SERVICE, "ActiveState")).toBe("active");
    expect(await property(SERVICE, "MainPID")).not.toBe(String(pid));
  });

  test("is restarted under load while tasks and their followers go on", async () => {
    const box = await openInstalled();
    const task = await startTask(box);
    const follow = box.rig.open(["follow", "--no-autostart", String(task.id)]);
    const pids = new Set<string>();
    for (let restart = 0; restart < 3; restart += 1) {
      const submit = box.rig.claudine("submit", "--no-autostart", "--array", "1-50", "echo $CLAUDINE_TASK_ID >> ran");
      await box.claudine(...(restart === 1 ? ["service", "install"] : ["daemon", "restart"]));
      expect(await submit).toMatchObject({ code: 0 });
      pids.add(await box.property(SERVICE, "MainPID"));
    }
    expect(pids.size).toBe(3);
    expect(await box.rig.show(task.id)).toMatchObject({ state: "running", pid: task.pid, attempt: 1 });
    await task.go();
    expect(await follow.ended).toMatchObject({ code: 42 });
    expect(await box.rig.claudine("wait", "--no-autostart", "all")).toMatchObject({ code: 0 });
    expect(await box.rig.status()).toMatchObject({ counts: { succeeded: 150, failed: 1 } });
  });

  test("comes again after kill -9, and takes the tasks up", async () => {
    const box = await openInstalled();
    const task = await startTask(box);
    await box.run("kill", "-9", String(box.pid));
    await until("the next daemon", async () => {
      const status = await box.rig.status();
      return status !== undefined && status.pid !== box.pid;
    });
    expect(Number(await box.property(SERVICE, "NRestarts"))).toBeLessThanOrEqual(1);
    expect(await box.rig.show(task.id)).toMatchObject({ state: "running", pid: task.pid });
    await task.go();
    expect(await box.rig.ended(task.id)).toMatchObject({ exitCode: 42, attempt: 1 });
  });

  test("ends also what hides from a kill, as it makes control groups in the one that systemd delegates", async () => {
    const { rig, run } = await openInstalled();
    const hidden = "(env -i setsid sh -c 'echo $$ > far; exec sleep 1000' > /dev/null 2>&1 &) &";
    const id = await rig.submit("--no-autostart", `${hidden} exec sleep 1000`);
    const far = String(await rig.pidIn("far"));
    const { uid } = await rig.started(id);
    expect((await run("cat", `/proc/${far}/cgroup`)).stdout).toContain(`/claudined.service/run-${uid}.1\n`);
    expect(await rig.claudine("kill", "--no-autostart", "--grace", "100ms", String(id))).toMatchObject({ code: 0 });
    expect((await run("kill", "-0", far)).code).not.toBe(0);
  });

  test("leaves tasks running when it is stopped; how they ended is known afterwards", async () => {
    const box = await openInstalled();
    const task = await startTask(box);
    await box.run("systemctl", "--user", "stop", SOCKET, SERVICE);
    expect(await box.property(SERVICE, "ActiveState")).toBe("inactive");
    expect(await box.rig.status()).toBeUndefined();
    expect((await box.run("kill", "-0", String(task.pid))).code).toBe(0);
    await task.go();
    await until("the task to end", async () => (await box.run("kill", "-0", String(task.pid))).code !== 0);
    await box.claudine("daemon", "start");
    expect(await box.rig.ended(task.id)).toMatchObject({ state: "failed", exitCode: 42, attempt: 1 });
    expect(await box.property(SERVICE, "ActiveState")).toBe("active");
  });

  test("is taken back without ending tasks, and the next command starts a daemon for them", async () => {
    const box = await openInstalled();
    const task = await startTask(box);
    await box.claudine("service", "uninstall");
    const folder = join(box.rig.env["XDG_CONFIG_HOME"] ?? "", "systemd/user");
    expect([SERVICE, SOCKET].map((name) => existsSync(join(folder, name)))).toEqual([false, false]);
    expect(await box.rig.status()).toBeUndefined();
    expect((await box.run("kill", "-0", String(task.pid))).code).toBe(0);
    expect(JSON.parse(await box.claudine("show", "--json", String(task.id)))).toMatchObject({
      state: "running",
      pid: task.pid,
    });
    await task.go();
    expect(await box.rig.ended(task.id)).toMatchObject({ exitCode: 42 });
  });
});
