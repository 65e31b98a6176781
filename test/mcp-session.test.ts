/** `claudine mcp` as a process: limits, a daemon that comes and goes, clients that go. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { startDaemon, TELLS_REQUESTS } from "./support/daemon.ts";
import { signalIfThere } from "./support/home.ts";
import { startMcp } from "./support/mcp.ts";
import { isRunning } from "./support/process.ts";
import { CLIENT, startClient } from "./support/program.ts";
import { canOpenScreen, openScreen } from "./support/screen.ts";
import { until } from "./support/until.ts";

test("10 MB in one argument, and 100,000 elements, are refused; the session goes on", async () => {
  const rig = await startDaemon();
  const mcp = await startMcp(rig);
  const large = await mcp.call("submit", { tasks: [{ command: "x".repeat(10_000_000) }] });
  expect(large).toMatchObject({
    isError: true,
    texts: [expect.stringMatching(/^Cannot submit: the arguments have 1/)],
  });
  const many = await mcp.call("submit", { tasks: [{ command: Array.from({ length: 100_000 }, () => "a") }] });
  expect(many.texts[0]).toMatch(/^Cannot submit: the arguments have more than 20000 elements/);
  expect((await mcp.call("status")).facts).toMatchObject({ daemon: { accepting: true } });
});

test("a hundred calls at once are answered, one more is refused", async () => {
  const rig = await startDaemon();
  const mcp = await startMcp(rig);
  await mcp.call("submit", { tasks: [{ command: "until [ -e go ]; do sleep 0.05; done" }] });
  const waits = Array.from({ length: 100 }, () => mcp.call("wait", { selector: ["1"] }));
  expect(await mcp.call("wait", { selector: ["1"] })).toMatchObject({
    isError: true,
    texts: [expect.stringMatching(/^Cannot wait: 100 calls are being answered\nhint: /)],
  });
  await writeFile(rig.file("go"), "");
  for (const { facts } of await Promise.all(waits)) expect(facts).toMatchObject({ reached: true });
  expect((await mcp.call("list")).isError).toBe(false);
});

test("the daemon is started by the first call; --no-autostart says how to", async () => {
  const rig = await startDaemon({ daemon: false });
  const refusing = await startMcp(rig, "2026-07-28", ["--no-autostart"]);
  expect(await refusing.call("status")).toMatchObject({
    isError: true,
    texts: [expect.stringMatching(/^Cannot reach the daemon: .*\nhint: claudine daemon start$/)],
  });
  expect(await rig.status()).toBeUndefined();
  const mcp = await startMcp(rig);
  expect(await rig.status()).toBeUndefined();
  expect((await mcp.call("submit", { tasks: [{ command: "true" }] })).facts.ids).toEqual([1]);
  expect((await refusing.call("list")).facts.tasks).toHaveLength(1);
});

test("a daemon that is killed, stopped or restarted is no end of the session", async () => {
  const rig = await startDaemon({ daemon: false, config: TELLS_REQUESTS });
  const mcp = await startMcp(rig);
  await mcp.call("submit", { tasks: [{ command: "until [ -e go ]; do sleep 0.05; done; exit 4" }] });
  const waiting = mcp.call("wait", { selector: ["1"] });
  const { pid = 0 } = (await rig.status()) ?? {};
  signalIfThere(pid, "SIGKILL");
  await until("it to be gone", () => !isRunning(pid));
  expect((await mcp.call("list")).facts.tasks).toHaveLength(1);
  await rig.claudine("daemon", "restart");
  expect((await mcp.call("submit", { tasks: [{ command: "true" }] })).facts.ids).toEqual([2]);
  await rig.claudineWith({}, "submit", "--wait", "touch go");
  expect((await waiting).facts).toMatchObject({ reached: true, tasks: [{ id: 1, exitCode: 4 }] });
  await rig.claudine("daemon", "stop");
  expect((await mcp.call("result", { id: 2 })).facts).toMatchObject({ state: "succeeded" });
});

test("when the client goes away, so does the server; stdout has nothing but the protocol", async () => {
  const rig = await startDaemon();
  const mcp = spawn(CLIENT[0] ?? "", [...CLIENT.slice(1), "mcp"], { env: rig.env, cwd: rig.home.work });
  let stdout = "";
  mcp.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  const ended = once(mcp, "exit");
  const write = (message: unknown) => mcp.stdin.write(`${JSON.stringify(message)}\n`);
  write({ jsonrpc: "2.0", id: 1, method: "initialize", params: INITIALIZE });
  mcp.stdin.write("no JSON\n");
  write({ jsonrpc: "2.0", method: "notifications/initialized" });
  write({ jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "status", arguments: {} } });
  await until("both answers", () => stdout.split("\n").length === 3);
  write({ jsonrpc: "2.0", id: 3, method: "tools/call", params: { name: "wait", arguments: { selector: ["all"] } } });
  mcp.stdin.end();
  expect(await ended).toEqual([0, null]);
  const answers = stdout.trimEnd().split("\n");
  expect(answers.slice(0, 2).map((line) => JSON.parse(line))).toMatchObject([{ id: 1 }, { id: 2, result: {} }]);
});

const INITIALIZE = {
  protocolVersion: "2025-06-18",
  capabilities: {},
  clientInfo: { name: "raw", version: "1" },
};

test.skipIf(!canOpenScreen)("on a terminal it says what it is for", async () => {
  const rig = await startDaemon({ daemon: false });
  const screen = openScreen([...CLIENT, "mcp"], { env: rig.env, cwd: rig.home.work });
  await screen.shows("claudine mcp install claude");
  expect(await screen.ended()).toBe(2);
});

test("a message without end is not collected for ever", async () => {
  const rig = await startDaemon();
  const mcp = startClient({ args: ["mcp"], env: rig.env, cwd: rig.home.work, input: Buffer.alloc(40_000_000, 32) });
  const { stdout, stderr } = await mcp.ended;
  expect(stdout).toBe("");
  expect(stderr).toContain("claudine mcp: Cannot read a message of the client: it is longer than 33554432 bytes\n");
});
