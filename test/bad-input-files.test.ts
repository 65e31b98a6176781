/** Strange things where the daemon's files belong: one clear line, nothing is lost, and nothing waits for ever. */
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { chmod, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { oneLine } from "@claudine/protocol/text";
import { describe, expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import type { Env } from "./support/home.ts";
import { canBeNobody, claudineAsNobody, daemonAsNobody, giveToNobody } from "./support/nobody.ts";
import type { Ended } from "./support/program.ts";
import { RawClient } from "./support/raw-client.ts";
import { refusalOf } from "./support/refusal.ts";
import { until } from "./support/until.ts";

/** How claudined ends when it cannot come up: what is wrong, and a hint. */
async function refusal(rig: Rig, env: Env = {}): Promise<Ended> {
  const ended = await rig.spawnDaemon(env).ended;
  expect(ended.stdout).toBe("");
  expect(ended.stderr).not.toContain("Error:");
  const { level, message, hint } = refusalOf(ended.stderr);
  expect(level).toBe("error");
  return { ...ended, stderr: `${oneLine(message)}\n${hint === undefined ? "" : `  hint: ${hint}\n`}` };
}

const makeFifo = (path: string) => execFileSync("mkfifo", [path]);

describe("instead of the configuration", () => {
  test.for([
    { what: "a folder", make: (path: string) => mkdir(path), says: "it is not a file" },
    { what: "a FIFO", make: makeFifo, says: "it is not a file" },
    { what: "a link to itself", make: (path: string) => symlink("config.yaml", path), says: "too many symbolic links" },
    { what: "bytes", make: (path: string) => writeFile(path, Buffer.from([0xff, 0xfe])), says: "it is not UTF-8" },
    { what: "megabytes", make: (path: string) => writeFile(path, "# x\n".repeat(500_000)), says: "2000000 bytes" },
    {
      what: "a bomb",
      make: (path: string) =>
        writeFile(
          path,
          `a: &a [x]\n${["b", "c", "d"]
            .map(
              (n) =>
                `${n}: &${n} [${Array<string>(9)
                  .fill(`*${n === "b" ? "a" : n === "c" ? "b" : "c"}`)
                  .join()}]`,
            )
            .join("\n")}\n`,
        ),
      says: "not valid YAML: Excessive alias count",
    },
    {
      what: "colours",
      make: (path: string) => writeFile(path, '"\\e[31mslots": 1\n'),
      says: 'unknown key "␛[31mslots"',
    },
  ])("$what", async ({ make, says }) => {
    const rig = await startDaemon({ daemon: false });
    await make(rig.home.configFile);
    const refused = await refusal(rig);
    expect(refused.code).toBe(78);
    expect(refused.stderr).toContain(says);
    expect(refused.stderr).toContain("hint: ");
    const cli = await rig.claudine("list");
    expect(cli).toMatchObject({ code: 78, stdout: "" });
    expect(cli.stderr).toContain(says);
  });
});

describe("in the place of", () => {
  test.for([
    { place: "the socket", path: (rig: Rig) => rig.home.socket },
    { place: "the key", path: (rig: Rig) => join(rig.home.runtimeDir, "env.key") },
    { place: "the lock's folder", path: (rig: Rig) => join(rig.home.stateDir, "lock") },
    { place: "the store's folder", path: (rig: Rig) => join(rig.home.stateDir, "store") },
    { place: "the store", path: (rig: Rig) => join(rig.home.stateDir, "store/data.mdb") },
    { place: "the store's lock", path: (rig: Rig) => join(rig.home.stateDir, "store/lock.mdb") },
    { place: "the folder of the output", path: (rig: Rig) => join(rig.home.stateDir, "runs") },
    { place: "the folder of the input", path: (rig: Rig) => join(rig.home.runtimeDir, "stdin") },
  ])("$place: a FIFO is refused, and left there", async ({ path }) => {
    const rig = await startDaemon({ daemon: false });
    await mkdir(dirname(path(rig)), { recursive: true, mode: 0o700 });
    makeFifo(path(rig));
    const refused = await refusal(rig);
    expect(refused.code).toBe(77);
    expect(refused.stderr).toContain(`Cannot use ${path(rig)}: it is not a `);
    const cli = await rig.claudine("list");
    expect(cli).toMatchObject({ code: 77, stdout: "" });
    expect(cli.stderr).toContain(`Cannot use ${path(rig)}: it is not a `);
    await rm(path(rig));
    expect(await rig.claudine("list", "--quiet")).toMatchObject({ code: 0 });
  });

  test("the socket: a file of somebody's is never replaced", async () => {
    const rig = await startDaemon({ daemon: false });
    await writeFile(rig.file("notes"), "precious");
    const refused = await refusal(rig, { CLAUDINE_SOCKET: rig.file("notes") });
    expect(refused).toMatchObject({ code: 77, stderr: expect.stringContaining("it is not a socket") });
    expect(await readFile(rig.file("notes"), "utf8")).toBe("precious");
  });

  test("the socket that wakes the daemon: a file is replaced, a folder is refused", async () => {
    const rig = await startDaemon({ daemon: false });
    const path = join(rig.home.runtimeDir, "wake.fifo");
    await mkdir(path, { recursive: true, mode: 0o700 });
    expect((await refusal(rig)).stderr).toContain(path);
    await rm(path, { recursive: true });
    await writeFile(path, "x");
    expect(await rig.claudine("submit", "--wait", "true")).toMatchObject({ code: 0 });
  });

  test("the key: a short one seals nothing, so what it sealed is held with the reason", async () => {
    const rig = await startDaemon();
    const id = await rig.submit("--held", "-e", "API_TOKEN=s3cret", "echo $API_TOKEN");
    await rig.down();
    await writeFile(join(rig.home.runtimeDir, "env.key"), "short");
    await rig.up();
    const refused = await rig.claudine("release", String(id));
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("API_TOKEN");
    expect(await rig.claudine("submit", "--wait", "-e", "API_TOKEN=new", "true")).toMatchObject({ code: 0 });
  });

  test("a record and a log: a FIFO does not hold the daemon up", async () => {
    const rig = await startDaemon();
    const task = await rig.started(await rig.submit("echo one; sleep 1000"));
    // The record says that it starts before its output is there.
    await until("its output", async () => (await rig.output(task.id)) === "one\n");
    const stem = join(rig.home.stateDir, `runs/${Math.floor(task.id / 1000)}/${task.id}.1`);
    for (const name of [`${stem}.record`, `${stem}.stdout`]) {
      await rm(name);
      makeFifo(name);
    }
    wake(rig, `${task.id}.1\n`.repeat(10));
    const logs = rig.claudine("logs", String(task.id));
    expect(await rig.claudine("submit", "--wait", "true")).toMatchObject({ code: 0 });
    expect(await logs).toMatchObject({
      code: 71,
      stdout: "",
      stderr: expect.stringContaining(`task ${task.id}: something is in the place of its file`),
    });
  });
});

/** Writes what a shim might, or might not. */
function wake(rig: Rig, text: string | Buffer): void {
  const fifo = openSync(join(rig.home.runtimeDir, "wake.fifo"), constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    writeSync(fifo, Buffer.from(text));
  } finally {
    closeSync(fifo);
  }
}

describe("at the socket's path", () => {
  test("an empty CLAUDINE_SOCKET is none, and one in a folder that is not there is refused", async () => {
    const rig = await startDaemon({ daemon: false });
    expect(await rig.claudineWith({ env: { CLAUDINE_SOCKET: "" } }, "submit", "--wait", "true")).toMatchObject({
      code: 0,
    });
    expect((await rig.status())?.socket).toBe(rig.home.socket);
    await rig.claudine("daemon", "stop");
    const refused = await refusal(rig, { CLAUDINE_SOCKET: join(rig.home.dir, "no/such/socket") });
    expect(refused).toMatchObject({ code: 77, stderr: expect.stringContaining("Cannot listen on ") });
  });

  test("a relative one is below the caller's folder, for the daemon that is started too", async () => {
    const rig = await startDaemon({ daemon: false });
    const env = { CLAUDINE_SOCKET: "own.sock" };
    expect(await rig.claudineWith({ env }, "submit", "--follow", "echo $CLAUDINE_SOCKET")).toMatchObject({
      code: 0,
      stdout: `${rig.file("own.sock")}\n`,
    });
    expect(await rig.claudine("--socket", "own.sock", "list", "--all", "--quiet")).toMatchObject({ stdout: "1\n" });
  });
});

test("garbage on the FIFO is read and forgotten", async () => {
  const rig = await startDaemon();
  const client = await RawClient.open(rig.home.socket);
  const task = await rig.started(await rig.submit("until [ -e stop ]; do sleep 0.01; done; exit 7"));
  const lines = [
    "garbage\n",
    `${task.id}.1\n`,
    `${task.id}.2\n`,
    "999999.1\n",
    "../../x\n",
    "1.1 1.1\n",
    "\n",
    `ended ${task.id}.1 E 1 x 0 0 - - - - - - - 1 00000000\n`,
    "nostart x.y EINVAL\n",
    `nostart ${task.id}.1 E\n`,
    `${"x".repeat(3000)}\n`,
    Buffer.from([0, 0xff, 0x0a, 0x0d, 0x0a]),
  ];
  const unfinished = "an unfinished line";
  for (const line of [...Array.from({ length: 3000 }, (_, round) => lines[round % lines.length] ?? ""), unfinished]) {
    // A full pipe is read at the next turn.
    await until("room in the FIFO", () => attempt(() => wake(rig, line)));
  }
  expect(await client.get("task.get", { id: task.id })).toMatchObject({ task: { state: "running" } });
  await writeFile(rig.file("stop"), "");
  expect(await rig.ended(task.id)).toMatchObject({ state: "failed", exitCode: 7, attempt: 1 });
});

function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

describe.runIf(canBeNobody)("for somebody who is not root", () => {
  test.for([
    { what: "the state folder cannot be written", dir: "stateDir", mode: 0o500 },
    { what: "the runtime folder cannot be written", dir: "runtimeDir", mode: 0o500 },
    { what: "the state folder cannot be read", dir: "stateDir", mode: 0o000 },
  ] as const)("$what", async ({ dir, mode }) => {
    const rig = await startDaemon({ daemon: false });
    await mkdir(rig.home[dir], { mode });
    await chmod(rig.home[dir], mode);
    await giveToNobody(rig);
    const refused = await daemonAsNobody(rig).ended;
    expect(refused).toMatchObject({ code: 77, stdout: "" });
    expect(refused.stderr).toContain(`Cannot use the folder ${rig.home[dir]}: it cannot be written`);
    const cli = await claudineAsNobody(rig, "list");
    expect(cli.code).not.toBe(0);
    expect(cli.stderr).toMatch(/^claudine: Cannot .*\n( {2}hint: .+\n)?$/);
    expect(cli.stderr).toContain(rig.home[dir]);
  });

  test("the configuration cannot be read", async () => {
    const rig = await startDaemon({ daemon: false, config: "slots: 3\n" });
    await chmod(rig.home.configFile, 0o000);
    await giveToNobody(rig);
    expect(await daemonAsNobody(rig).ended).toMatchObject({
      code: 78,
      stderr: expect.stringContaining("permission denied"),
    });
    expect((await claudineAsNobody(rig, "list")).stderr).toContain("permission denied");
  });

  test("all is well, and the folders are his", async () => {
    const rig = await startDaemon({ daemon: false });
    await giveToNobody(rig);
    expect(await claudineAsNobody(rig, "submit", "--follow", "id -u")).toMatchObject({ code: 0, stdout: "65534\n" });
  });
});
