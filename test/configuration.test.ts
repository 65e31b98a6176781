/** What config.yaml changes, and what the daemon says when it is wrong. */
import { mkdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";
import { signalIfThere, writeConfig } from "./support/home.ts";
import { statOf } from "./support/process.ts";
import { refusalOf } from "./support/refusal.ts";
import { until } from "./support/until.ts";

test.for([
  { what: "an unknown key", yaml: "slotss: 3\n", says: 'unknown key "slotss"; did you mean "slots"?' },
  { what: "an unknown key within another", yaml: "log: { lvl: info }\n", says: 'unknown key "lvl" in log' },
  { what: "a value out of range", yaml: "slots: 0\n", says: "slots" },
  { what: "a duration that is none", yaml: "grace: soon\n", says: '"soon" is not a duration' },
  { what: "a level that is none", yaml: "log:\n  level: loud\n", says: "log.level" },
  { what: "a list", yaml: "- slots\n", says: "config.yaml" },
  { what: "no YAML", yaml: "slots: [1\n", says: "not valid YAML" },
  { what: "a key twice", yaml: "slots: 1\nslots: 2\n", says: "not valid YAML" },
])("$what: claudined ends with 78 and one message, the command line says the same", async ({ yaml, says }) => {
  const rig = await startDaemon({ daemon: false, config: yaml });
  const daemon = await rig.spawnDaemon().ended;
  expect(daemon).toMatchObject({ code: 78, stdout: "" });
  const { level, code, message, hint } = refusalOf(daemon.stderr);
  expect({ level, code }).toEqual({ level: "error", code: "config_invalid" });
  expect(message).toContain(rig.home.configFile);
  expect(message).toContain(says);
  const refused = await rig.claudine("submit", "true");
  expect(refused).toMatchObject({ code: 78, stdout: "" });
  expect(refused.stderr).toBe(`claudine: Cannot start the daemon: ${message}\n  hint: ${hint}\n`);
});

test.for(["", "# only a comment\n", "---\n"])("an empty file (%j) means the defaults", async (yaml) => {
  const rig = await startDaemon({ config: yaml });
  const client = await rig.client();
  const { config, path } = await client.call("config.get", {});
  expect({ config, path }).toMatchObject({
    path: rig.home.configFile,
    config: { slots: "auto", grace: "5s", log: { level: "info" } },
  });
});

test("slots, grace and shell are obeyed", async () => {
  const rig = await startDaemon({ config: "slots: 3\ngrace: 50ms\nshell: /bin/bash\n" });
  expect((await rig.claudine("parallel")).stdout).toBe("3\n");
  expect((await rig.ran("echo ${BASH_VERSION:+bash}")).stdout).toBe("bash\n");
  const id = await rig.submit("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  await until("the trap to be set", async () => (await rig.output(id)) !== "");
  expect(await rig.claudine("kill", String(id))).toMatchObject({ code: 0 });
  expect(await rig.show(id)).toMatchObject({ state: "cancelled", signal: "SIGKILL" });
});

test("a restart with a file that went wrong leaves the daemon that runs", async () => {
  const rig = await startDaemon();
  await writeConfig(rig.home, "slots: many\n");
  const refused = await rig.claudine("daemon", "restart");
  expect(refused).toMatchObject({ code: 78, stdout: "" });
  expect(refused.stderr).toContain(`${rig.home.configFile}: slots: expected "auto" or number`);
  expect((await rig.status())?.pid).toBe(rig.daemon?.pid);
});

test("a file that went wrong is met at the next start: tasks go on meanwhile", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("exec sleep 1000");
  await rig.started(id);
  await writeConfig(rig.home, "slots: many\n");
  expect(await rig.claudine("list", "-q")).toMatchObject({ stdout: `${id}\n` });
  await rig.down();
  expect(await rig.claudine("list")).toMatchObject({ code: 78 });
  await writeConfig(rig.home, "slots: 2\n");
  await rig.up();
  expect(await rig.show(id)).toMatchObject({ state: "running" });
});

test("the log is JSON lines on stderr, from the least severe level on", async () => {
  const rig = await startDaemon({ config: "log: { level: warn }\n" });
  await rig.ran("true");
  expect((await rig.down()).stderr).toBe("");
  await writeConfig(rig.home, "log: { level: debug }\n");
  await rig.up();
  await rig.ran("true");
  const lines = (await rig.down()).stderr
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { at: string; level: string; message: string });
  expect(lines.length).toBeGreaterThan(2);
  for (const { at, level, message } of lines) {
    expect({ at: new Date(at).toISOString(), level, message }).toEqual({
      at,
      level: expect.stringMatching(/^(debug|info)$/),
      message: expect.any(String),
    });
  }
});

test("a log that nobody reads any more does not end the daemon", async () => {
  const rig = await startDaemon({ config: "log: { level: debug }\n" });
  rig.daemon?.child.stderr?.destroy();
  const id = await rig.submit("exec sleep 1000");
  const { pid } = await rig.started(id);
  // What the daemon has to say something about: its shim ends.
  signalIfThere(Number(statOf(pid)?.[1]), "SIGKILL");
  expect((await rig.ran("true")).task.state).toBe("succeeded");
  expect((await rig.status())?.pid).toBe(rig.daemon?.pid);
});

test("a file that cannot be read is an error, not the defaults", async () => {
  const rig = await startDaemon({ daemon: false });
  // Root reads any file, but nobody reads a folder.
  await mkdir(rig.home.configFile);
  const daemon = await rig.spawnDaemon().ended;
  expect(daemon).toMatchObject({ code: 78, stderr: expect.stringContaining(`Cannot read ${rig.home.configFile}`) });
});
