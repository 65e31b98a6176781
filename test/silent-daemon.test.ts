/** A daemon that hangs, or cannot come up, is told apart from none, and replaced. */
import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";
import { signalIfThere } from "./support/home.ts";
import { CLAUDINED } from "./support/program.ts";
import { isRunning } from "./support/process.ts";

test("a daemon that was stopped by a signal: verbs say so and end, status and doctor tell its pid, restart replaces it", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("exec sleep 1000");
  const { pid } = await rig.started(id);
  const old = rig.daemon?.pid ?? 0;
  signalIfThere(old, "SIGSTOP");
  const [list, status, doctor] = await Promise.all([
    rig.claudine("list"),
    rig.claudine("daemon", "status"),
    rig.claudine("doctor"),
  ]);
  expect(list).toMatchObject({ code: 69, stdout: "" });
  expect(list.stderr).toContain(`claudined (pid ${old}) holds ${rig.home.socket}, but does not answer`);
  expect(status).toMatchObject({ code: 4, stderr: expect.stringContaining(`claudined (pid ${old})`) });
  expect(doctor).toMatchObject({ code: 1, stdout: expect.stringContaining(`claudined (pid ${old})`) });
  expect(await rig.claudine("daemon", "restart")).toMatchObject({ code: 0 });
  expect(isRunning(old)).toBe(false);
  expect(await rig.show(id)).toMatchObject({ state: "running", pid });
});

test("a daemon that hangs is stopped, and its tasks go on", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("exec sleep 1000");
  const { pid } = await rig.started(id);
  const old = rig.daemon?.pid ?? 0;
  signalIfThere(old, "SIGSTOP");
  expect(await rig.claudine("daemon", "stop")).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(`(pid ${old})`),
  });
  expect(isRunning(old)).toBe(false);
  expect(isRunning(pid)).toBe(true);
});

test("a daemon whose first write fails ends and says why, instead of holding the state folder", async () => {
  const rig = await startDaemon();
  for (let count = 0; count < 3; count += 1) await rig.ran("true");
  await rig.down();
  // Files may not grow beyond 5 KiB.
  const child = spawn("sh", ["-c", `ulimit -f 10; exec "${process.execPath}" "${CLAUDINED}"`], {
    env: rig.env,
    cwd: "/",
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(code).toBe(74);
  expect(stderr).toContain('"code":"storage"');
  await rig.up();
});
