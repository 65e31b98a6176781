/** Faults that such daemons shipped: tasks, their processes and their output. */
import { chmod, mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startDaemon } from "../support/daemon.ts";
import { signalIfThere } from "../support/home.ts";
import { start } from "../support/program.ts";
import { isRunning, statOf } from "../support/process.ts";
import { until } from "../support/until.ts";

const MIB = 2 ** 20;

test("fault 8: a working directory that was deleted or is a file is one clear failure, not a crash loop", async () => {
  const rig = await startDaemon();
  await mkdir(rig.file("deleted"));
  await writeFile(rig.file("plain"), "");
  const ids = [
    await rig.submit("-s", "-w", rig.file("deleted"), "true"),
    await rig.submit("-s", "-w", rig.file("plain"), "true"),
  ];
  await rm(rig.file("deleted"), { recursive: true });
  await rig.claudine("release", ...ids.map(String));
  const [deleted, plain] = await Promise.all(ids.map((id) => rig.ended(id)));
  expect(deleted).toMatchObject({ state: "failed", attempt: 1, reason: expect.stringContaining("ENOENT chdir") });
  expect(plain).toMatchObject({ state: "failed", attempt: 1, reason: expect.stringContaining("ENOTDIR chdir") });
  expect((await rig.status())?.pid).toBe(rig.daemon?.pid);
  expect((await rig.ran("echo fine")).stdout).toBe("fine\n");
});

test("fault 9: the task gets the caller's PATH and variables, not those the daemon was started with", async () => {
  const rig = await startDaemon({ daemon: false });
  await rig.up({ PATH: "/usr/bin:/bin", STALE: "yes" });
  await mkdir(rig.file("bin"));
  await writeFile(rig.file("bin/mine"), "#!/bin/sh\necho mine $VALUE ${STALE:-fresh}\n");
  await chmod(rig.file("bin/mine"), 0o755);
  const env = { PATH: `${rig.file("bin")}:${rig.env["PATH"]}`, VALUE: "a 'b'\n=c" };
  for (const words of [["mine"], ["mine", "as", "argv"]]) {
    const { stdout } = await rig.claudineWith({ env }, "submit", "--follow", "--", ...words);
    expect(stdout).toBe("mine a 'b' =c fresh\n");
  }
});

test("fault 14: output of hundreds of megabytes neither fills memory nor ends the task", async () => {
  const rig = await startDaemon();
  const peak = async () => {
    const status = await readFile(`/proc/${rig.daemon?.pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  };
  await rig.ran("true");
  const before = await peak();
  const follow = rig.open(["submit", "--follow", "head -c 300000000 /dev/zero | tr '\\0' x; echo; echo end"]);
  follow.child.stdout?.removeAllListeners("data").resume();
  expect(await follow.ended).toMatchObject({ code: 0 });
  expect((await rig.claudine("logs", "-n", "1", "last")).stdout).toBe("end\n");
  expect((await peak()) - before).toBeLessThan(128 * MIB);
});

test("fault 15: a prompt gets no input instead of waiting for ever", async () => {
  const rig = await startDaemon();
  const { task, stdout } = await rig.ran(
    'printf "Continue? "; read answer; echo "$? <$answer>"; readlink /proc/self/fd/0',
  );
  expect(stdout).toBe("Continue? 1 <>\n/dev/null\n");
  expect(task).toMatchObject({ state: "succeeded" });
  const tty = await rig.ran("read answer < /dev/tty || echo no terminal");
  expect(tty.stdout).toBe("no terminal\n");
});

test("fault 16: TERM comes before KILL, grandchildren end with the task", async () => {
  const rig = await startDaemon();
  const polite = await rig.submit("trap 'echo cleaned; exit 0' TERM; echo ready; while :; do sleep 0.01; done");
  await until("the trap to be set", async () => (await rig.output(polite)) !== "");
  await rig.claudine("kill", String(polite));
  expect(await rig.output(polite)).toBe("ready\ncleaned\n");
  const family = await rig.submit(
    "sh -c 'trap \"\" TERM; echo $$ > near; while :; do sleep 0.01; done' & setsid sh -c 'echo $$ > far; exec sleep 1000' & wait",
  );
  const pids = [await rig.pidIn("near"), await rig.pidIn("far"), (await rig.started(family)).pid];
  expect(await rig.claudine("kill", "--grace", "100ms", String(family))).toMatchObject({ code: 0 });
  expect(pids.map(isRunning)).toEqual([false, false, false]);
});

test("fault 16: no signal goes to a pid that was given to another process", async () => {
  const rig = await startDaemon({ daemon: false, config: "sampleInterval: 50ms\n" });
  // The daemon dies before it knows more of the start than the record says.
  await rig.up({ CLAUDINE_CRASH_AT: "before-commit-run.started" });
  const innocent = start("/bin/sleep", { args: ["1000"], env: rig.env, cwd: rig.home.work });
  await rig.claudine("submit", "--no-autostart", "echo $$ > pid; exec sleep 1000");
  const pid = await rig.pidIn("pid");
  await rig.daemon?.ended;
  const shim = Number(statOf(pid)?.[1]);
  for (const one of [shim, pid]) signalIfThere(one, "SIGKILL");
  await until("both to be gone", () => !isRunning(shim) && !isRunning(pid));
  await giveRecordTo(join(rig.home.stateDir, "runs/0/1.1.record"), innocent.pid);
  await rig.up();
  await until("the start to be known", async () => (await rig.show(1)).pid === innocent.pid);
  await rig.claudine("kill", "--grace", "0s", "1");
  await rig.ended(1);
  expect(isRunning(innocent.pid)).toBe(true);
});

/** Writes another pid into the record of a run, as if its own had been given to that process. */
async function giveRecordTo(path: string, pid: number): Promise<void> {
  const [, text = ""] = /^(S \S+ \S+ \S+ \S+) /.exec(await readFile(path, "latin1")) ?? [];
  const other = text.replace(/^S \d+/, `S ${pid}`);
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(other)) hash = Math.imul(hash ^ byte, 0x01000193);
  const line = `${other} ${(hash >>> 0).toString(16).padStart(8, "0")}\n`;
  const file = await open(path, "r+");
  await file.write(line.padEnd(256), 0);
  await file.close();
}
