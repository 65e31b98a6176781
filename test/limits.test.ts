/** No descriptors, no processes: clear errors to new commands, running tasks untouched, and service by itself afterwards. */
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { signalIfThere } from "./support/home.ts";
import { forbidForks, whyNoPidsLimit } from "./support/pids-limit.ts";
import { isRunning, statOf } from "./support/process.ts";
import { until } from "./support/until.ts";

const UNTIL_GO = "until [ -e go ]; do sleep 0.01; done";
const CALLER = { cwd: "/", umask: 0o022, env: { PATH: "/usr/bin:/bin" } };

const whyNoForks = whyNoPidsLimit();
if (whyNoForks !== undefined) process.stderr.write(`The tests of forks that fail are skipped: ${whyNoForks}\n`);
const hasPrlimit = spawnSync("prlimit", ["--version"]).status === 0;
if (!hasPrlimit) process.stderr.write("The test of a lack of descriptors is skipped: there is no prlimit\n");

const shimOf = (pid: number) => Number(statOf(pid)?.[1]);

test.runIf(hasPrlimit)(
  "no descriptors: what is connected is served, who comes is told, and all is well afterwards",
  async () => {
    const rig = await startDaemon({ config: "slots: 4\n" });
    const id = await rig.submit(`${UNTIL_GO}; exit 7`);
    const { pid } = await rig.started(id);
    const client = await rig.client();
    await client.call("daemon.status", {});
    const daemon = rig.daemon?.pid ?? 0;
    const before = /^Max open files\s+(\d+)/m.exec(await readFile(`/proc/${daemon}/limits`, "utf8"))?.[1] ?? "";
    const open = readdirSync(`/proc/${daemon}/fd`).map(Number);
    execFileSync("prlimit", ["--pid", String(daemon), `--nofile=${Math.max(...open) + 1}:`]);
    const hogs = Array.from({ length: Math.max(...open) + 8 }, () => connect(rig.home.socket).on("error", () => {}));
    await until("all numbers to be taken", () => readdirSync(`/proc/${daemon}/fd`).length > Math.max(...open));

    const { ids } = await client.call("task.submit", { ...CALLER, tasks: [{ command: ["true"] }] });
    const refused = await rig.claudine("daemon", "status");
    expect(refused.code).not.toBe(0);
    expect(isRunning(pid)).toBe(true);
    await writeFile(rig.file("go"), "");
    await until(
      "the end to be on record",
      async () => (await client.call("task.get", { id })).task.finishedAt !== null,
    );
    expect((await client.call("task.get", { id })).task).toMatchObject({ state: "failed", exitCode: 7 });

    for (const hog of hogs) hog.destroy();
    execFileSync("prlimit", ["--pid", String(daemon), `--nofile=${before}:`]);
    expect(await rig.ended(ids[0] ?? 0)).toMatchObject({ state: "succeeded", attempt: 1 });
    expect((await rig.ran("echo fine")).stdout).toBe("fine\n");
    expect((await rig.status())?.pid).toBe(daemon);
  },
);

describe.skipIf(whyNoForks !== undefined)("forks that fail", () => {
  async function startBusy(): Promise<{ rig: Rig; id: number; shim: number }> {
    const rig = await startDaemon({ config: "slots: 4\n" });
    const id = await rig.submit(`${UNTIL_GO}; exit 7`);
    return { rig, id, shim: shimOf((await rig.started(id)).pid) };
  }

  test("of the shim: a task waits and starts once, by itself; one that runs ends as it does", async () => {
    const { rig, id, shim } = await startBusy();
    const limit = await forbidForks(shim);
    const waiting = await rig.submit("echo started >> log; exit 4");
    await until("the daemon to be refused", () => rig.daemon?.stderr().includes('"errno":"EAGAIN"') === true);
    expect(await rig.show(waiting)).toMatchObject({ startedAt: null, finishedAt: null });
    await writeFile(rig.file("go"), "");
    expect(await rig.ended(id)).toMatchObject({ state: "failed", exitCode: 7 });
    limit.lift();
    expect(await rig.ended(waiting)).toMatchObject({ state: "failed", exitCode: 4, attempt: 1 });
    expect(await readFile(rig.file("log"), "utf8")).toBe("started\n");
  });

  test("of the daemon: it serves on, and starts what needs a process of its own once that is possible", async () => {
    const { rig, id, shim } = await startBusy();
    const limit = await forbidForks(rig.daemon?.pid ?? 0);
    const withInput = await rig.submit("--stdin", "read line; echo got $line");
    signalIfThere(shim, "SIGKILL");
    const withoutShim = await rig.submit("echo started >> log; exit 4");
    await until("the daemon to be refused", () => rig.daemon?.stderr().includes("EAGAIN") === true);
    expect((await rig.claudine("list")).code).toBe(0);
    for (const one of [withInput, withoutShim]) expect((await rig.show(one)).startedAt).toBeNull();
    limit.lift();
    expect(await rig.ended(withoutShim)).toMatchObject({ state: "failed", exitCode: 4, attempt: 1 });
    expect(await readFile(rig.file("log"), "utf8")).toBe("started\n");
    await rig.started(withInput);
    await rig.claudine("send", String(withInput), "hello");
    await rig.ended(withInput);
    expect(await rig.output(withInput)).toBe("got hello\n");
    expect((await rig.show(id)).state).toBe("running");
    await rig.claudine("kill", String(id));
  });
});
