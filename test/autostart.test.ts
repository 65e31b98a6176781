/** Commands start the daemon by themselves, exactly one, and only when they may. */
import { readFile, readlink, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";
import { signalIfThere } from "./support/home.ts";
import { CLIENT_IN_SHELL } from "./support/program.ts";
import { isRunning, statOf } from "./support/process.ts";
import { until } from "./support/until.ts";

test("the first command starts the daemon and works", async () => {
  const rig = await startDaemon({ daemon: false });
  expect(await rig.claudine("submit", "-f", "echo it works; exit 5")).toMatchObject({ code: 5, stdout: "it works\n" });
  const { pid = 0 } = (await rig.status()) ?? {};
  expect(await rig.claudine("list", "-q")).toMatchObject({ code: 0, stdout: "1\n" });
  expect((await rig.status())?.pid).toBe(pid);
});

test("the daemon is nobody's child, has no terminal and does not hold the caller's folder", async () => {
  const rig = await startDaemon({ daemon: false });
  await rig.submit("true");
  const { pid = 0 } = (await rig.status()) ?? {};
  const [, ppid, , session, tty] = statOf(pid) ?? [];
  expect({ session, tty }).toEqual({ session: String(pid), tty: "0" });
  expect(ppid).not.toBe(String(process.pid));
  expect(await readlink(`/proc/${pid}/cwd`)).toBe("/");
});

test("many commands at once start one daemon, and none fails", async () => {
  const rig = await startDaemon({ daemon: false });
  const ended = await Promise.all(Array.from({ length: 8 }, () => rig.claudine("submit", "true")));
  expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(ended.map(() => ({ code: 0, stderr: "" })));
  expect(ended.map(({ stdout }) => Number(stdout)).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const client = await rig.client();
  const { events } = await client.call("event.list", {});
  expect(events.filter(({ type }) => type === "daemon.started")).toHaveLength(1);
});

test("--no-autostart refuses and starts none", async () => {
  const rig = await startDaemon({ daemon: false });
  for (const words of [
    ["submit", "--no-autostart", "true"],
    ["list", "--no-autostart"],
    ["--no-autostart", "list"],
  ]) {
    const refused = await rig.claudine(...words);
    expect(refused).toMatchObject({ code: 69, stdout: "" });
    expect(refused.stderr).toContain("claudine daemon start");
  }
  expect(await rig.status()).toBeUndefined();
});

test("a daemon that was killed is replaced by the next command", async () => {
  const rig = await startDaemon({ daemon: false });
  await rig.submit("true");
  const { pid = 0 } = (await rig.status()) ?? {};
  signalIfThere(pid, "SIGKILL");
  await until("it to be gone", () => !isRunning(pid));
  expect(await rig.submit("true")).toBe(2);
  expect((await rig.status())?.pid).not.toBe(pid);
});

test("a daemon that cannot start: the command says why", async () => {
  const rig = await startDaemon({ daemon: false, config: "slotz: 3\n" });
  const refused = await rig.claudine("submit", "true");
  expect(refused).toMatchObject({ code: 78, stdout: "" });
  expect(refused.stderr).toContain('unknown key "slotz"');
});

test("a task that starts the next daemon survives it, and is survived by it", async () => {
  const rig = await startDaemon();
  const script = `claudine() { ${CLIENT_IN_SHELL} "$@"; }; claudine daemon restart && claudine submit -q true && echo restarted`;
  await writeFile(rig.file("restart.sh"), script);
  const id = await rig.submit("sh", "restart.sh");
  await until("the task to end", async () => {
    const task = await rig.show(id).catch(() => undefined);
    return task?.finishedAt !== null && task !== undefined;
  });
  expect(await rig.show(id)).toMatchObject({ state: "succeeded", attempt: 1 });
  expect(await rig.output(id)).toMatch(/restarted\n$/);
  const { pid = 0 } = (await rig.status()) ?? {};
  expect(pid).not.toBe(rig.daemon?.pid);
  const other = await rig.submit("exec sleep 1000");
  await rig.started(other);
  expect(await rig.claudine("kill", String(other))).toMatchObject({ code: 0 });
  expect((await rig.status())?.pid).toBe(pid);
});

test("the daemon keeps nothing of the shell's environment that it does not need; its tasks get all of it", async () => {
  const rig = await startDaemon({ daemon: false, env: { API_TOKEN: "hidden", EDITOR: "ed", NODE_OPTIONS: "" } });
  expect((await rig.ran("printf %s $API_TOKEN$EDITOR")).stdout).toBe("hiddened");
  const { pid = 0 } = (await rig.status()) ?? {};
  const environment = await readFile(`/proc/${pid}/environ`, "utf8");
  expect(environment).toContain("XDG_STATE_HOME=");
  for (const name of ["API_TOKEN", "EDITOR", "NODE_OPTIONS"]) expect(environment).not.toContain(name);
});

test.for([
  {
    what: "state",
    env: { XDG_STATE_HOME: "/proc/x" },
    code: 77,
    says: "Cannot write the daemon's log /proc/x/claudine/claudined.log: no such file or directory",
  },
  {
    what: "runtime",
    env: { XDG_RUNTIME_DIR: "/proc" },
    code: 74,
    says: "Cannot make the folder /proc/claudine: no such file or directory\n",
  },
])("a $what folder where none can be made is an error, not a program without end", async ({ env, code, says }) => {
  const rig = await startDaemon({ daemon: false });
  const refused = await rig.claudineWith({ env }, "list");
  expect(refused.code).toBe(code);
  expect(refused.stderr).toContain(says);
});
