/** What every task finds in its environment and at its descriptors. */
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";
import { CLIENT_IN_SHELL } from "./support/program.ts";

const REPORT = join(import.meta.dirname, "fixtures/report.mjs");

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
  return () => rig[Symbol.asyncDispose]();
});

test("CLAUDINE_* say which task it is", async () => {
  const { task, stdout } = await rig.ran("-g", "env", "node", REPORT);
  const { env } = JSON.parse(stdout) as { env: Record<string, string> };
  expect(env).toMatchObject({
    CLAUDINE_TASK_ID: String(task.id),
    CLAUDINE_RUN: "1",
    CLAUDINE_GROUP: "env",
    CLAUDINE_SOCKET: rig.home.socket,
  });
  expect(env).not.toHaveProperty("CLAUDINE_ARRAY_INDEX");
  await rig.claudine("retry", String(task.id));
  await rig.ended(task.id);
  expect(JSON.parse(await rig.output(task.id))).toMatchObject({
    env: { CLAUDINE_TASK_ID: String(task.id), CLAUDINE_RUN: "2" },
  });
});

test("a task reaches its daemon through CLAUDINE_SOCKET, also without the other variables", async () => {
  const inner = `env -i PATH="$PATH" CLAUDINE_SOCKET="$CLAUDINE_SOCKET" HOME=/nowhere ${CLIENT_IN_SHELL} list --no-autostart -q $CLAUDINE_TASK_ID`;
  const { task, stdout } = await rig.ran(inner);
  expect({ stdout, state: task.state }).toEqual({ stdout: `${task.id}\n`, state: "succeeded" });
});

test("input is empty, output goes to files, and nothing else is open", async () => {
  const { stdout } = await rig.ran("ls -l /proc/self/fd | tail -n +2 | sed 's/.* \\([0-9]*\\) -> /\\1 /'");
  const links = stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" "));
  const [stdin, out, err, ...others] = links;
  expect(stdin).toEqual(["0", "/dev/null"]);
  expect(out?.[1]).toMatch(/^pipe:/);
  expect(err?.[1]).toMatch(/\.stderr$/);
  expect(others.filter(([, path]) => !path?.startsWith("/proc/"))).toEqual([]);
});

test("a task is the leader of a session of its own, with the usual signals", async () => {
  const { stdout } = await rig.ran("exec cat /proc/self/stat /proc/self/status");
  const [pid, , , , pgid, sid] = stdout.split(" ");
  expect([pgid, sid]).toEqual([pid, pid]);
  for (const mask of ["SigBlk", "SigIgn"]) expect(stdout).toMatch(new RegExp(`^${mask}:\\t0{16}$`, "m"));
});

test("files of runs are only for the user, whatever the umask of the task", async () => {
  await rig.ran("umask 0; echo x");
  const files = await readdir(join(rig.home.stateDir, "runs"), { recursive: true, withFileTypes: true });
  const modes = await Promise.all(
    files.map((file) => lstat(join(file.parentPath, file.name)).then(({ mode }) => mode & 0o077)),
  );
  expect(files.filter((_file, index) => modes[index] !== 0)).toEqual([]);
});
