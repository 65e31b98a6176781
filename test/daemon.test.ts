/** `claudine daemon`: starting, stopping and replacing the daemon returns when it has happened, and tasks go on. */
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";
import { until } from "./support/until.ts";

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test("start returns when the daemon answers, and says when one runs already", async () => {
  const rig = await startDaemon({ daemon: false });
  const started = await rig.claudine("daemon", "start");
  const pid = (await rig.status())?.pid;
  expect(started).toMatchObject({ code: 0, stdout: "", stderr: `claudined ${await version(rig)} runs (pid ${pid})\n` });
  const again = await rig.claudine("daemon", "start", "--json");
  expect(JSON.parse(again.stdout)).toMatchObject({ pid, accepting: true });
});

test("status exits with 0 when it runs and 3 when not, and starts none", async () => {
  const rig = await startDaemon({ daemon: false });
  expect(await rig.claudine("daemon", "status")).toMatchObject({ code: 3, stdout: "", stderr: "No daemon runs\n" });
  const not = await rig.claudine("daemon", "status", "--json");
  expect(not.code).toBe(3);
  expect(JSON.parse(not.stdout)).toEqual({ running: false, socket: rig.home.socket });
  await rig.up();
  const id = await rig.submit("true");
  await rig.ended(id);
  const { stdout, code } = await rig.claudine("daemon", "status", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    running: true,
    pid: rig.daemon?.pid,
    version: await version(rig),
    socket: rig.home.socket,
    counts: { succeeded: 1, running: 0 },
    uptimeMs: expect.any(Number),
  });
  expect((await rig.claudine("daemon", "status")).stdout).toMatch(
    /^daemon {3}claudined \S+, pid \d+, up .*\n[^]*tasks {4}1 succeeded\n$/,
  );
  expect(await rig.claudine("daemon", "status", "-q")).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

test("stop returns when the process is gone, and the tasks go on", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("sleep", "1000");
  const { pid } = await rig.started(id);
  const stopped = await rig.claudine("daemon", "stop", "--json");
  expect(JSON.parse(stopped.stdout)).toEqual({ pid: rig.daemon?.pid, left: 1 });
  expect((await rig.daemon?.ended)?.code).toBe(0);
  expect(alive(pid ?? 0)).toBe(true);
  expect(await rig.claudine("daemon", "stop")).toMatchObject({ code: 0, stderr: "No daemon runs\n" });
  await rig.up();
  expect(await rig.show(id)).toMatchObject({ state: "running", pid });
});

test("stop --kill-tasks ends them first", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("trap '' TERM; echo ready; sleep 1000 & wait; sleep 1000");
  await until("the trap to be set", async () => (await rig.output(id)) !== "");
  const { pid } = await rig.started(id);
  const stopped = await rig.claudine("daemon", "stop", "--kill-tasks", "--grace", "100ms");
  expect(stopped).toMatchObject({ code: 0, stderr: `Stopped claudined (pid ${rig.daemon?.pid})\n` });
  expect(alive(pid ?? 0)).toBe(false);
  await rig.up();
  expect(await rig.show(id)).toMatchObject({ state: "cancelled", signal: "SIGKILL" });
});

test("restart says both pids, and tasks go on", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("sleep", "1000");
  const { pid } = await rig.started(id);
  const restarted = await rig.claudine("daemon", "restart");
  const now = (await rig.status())?.pid ?? 0;
  expect(now).not.toBe(rig.daemon?.pid);
  expect(restarted.stderr).toBe(
    `Restarted claudined: pid ${rig.daemon?.pid} is gone, ${await version(rig)} runs as pid ${now}\n`,
  );
  expect(await rig.show(id)).toMatchObject({ state: "running", pid });
  const json = await rig.claudine("daemon", "restart", "--json");
  expect(JSON.parse(json.stdout)).toMatchObject({ oldPid: now, pid: (await rig.status())?.pid });
});

test("restart starts a daemon when none runs", async () => {
  const rig = await startDaemon({ daemon: false });
  const { stdout, code } = await rig.claudine("daemon", "restart", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ oldPid: null, pid: (await rig.status())?.pid });
});

test("version tells client and daemon, and starts none", async () => {
  const rig = await startDaemon({ daemon: false });
  const client = await version(rig);
  expect(await rig.claudine("version")).toMatchObject({
    code: 0,
    stdout: `claudine ${client}\nclaudined does not run\n`,
    stderr: "",
  });
  await rig.up();
  expect((await rig.claudine("version")).stdout).toBe(
    `claudine ${client}\nclaudined ${client} (pid ${rig.daemon?.pid})\n`,
  );
  expect(JSON.parse((await rig.claudine("version", "--json")).stdout)).toMatchObject({
    client,
    daemon: client,
    pid: rig.daemon?.pid,
  });
});

test("daemon without a word of what to do is a usage error", async () => {
  const rig = await startDaemon({ daemon: false });
  const { code, stderr } = await rig.claudine("daemon");
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining("claudine daemon start, stop, restart or status"),
  });
});

async function version(rig: Awaited<ReturnType<typeof startDaemon>>): Promise<string> {
  return (await rig.claudine("version", "-q")).stdout.trim();
}
