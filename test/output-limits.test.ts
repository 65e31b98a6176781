/** Output over its limit: head and tail are kept, or the head, or the run is ended; and readers are told what is missing. */
import { existsSync } from "node:fs";
import { mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { signalIfThere } from "./support/home.ts";
import { mountSmallDisk, whyNoDisk } from "./support/small-disk.ts";
import { until } from "./support/until.ts";

const KIB = 1024;
const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}\n`).join("");
const ALL = numbers(100_000);

const fileOf = (rig: Rig, id: number, kind = "stdout") => join(rig.home.stateDir, "runs/0", `${id}.1.${kind}`);

/** Of a stream on the disk, plain or packed. */
async function diskBytes(rig: Rig, id: number): Promise<number> {
  const [plain, packed] = await Promise.all(
    ["stdout", "stdout.zst"].map((kind) => stat(fileOf(rig, id, kind)).catch(() => undefined)),
  );
  return ((plain?.blocks ?? 0) + (packed?.blocks ?? 0)) * 512;
}

/** Until the end of what is left out is on the disk. */
async function cut(rig: Rig, id: number, mostBytes: number): Promise<void> {
  await until("the output to be cut", async () => (await diskBytes(rig, id)) <= mostBytes);
}

/** A folder with links to these programs and no others. */
async function folderOf(rig: Rig, programs: readonly string[]): Promise<string> {
  const folder = rig.file("programs");
  await mkdir(folder);
  for (const name of programs) await symlink(findProgram(name), join(folder, name));
  return folder;
}

function findProgram(name: string): string {
  const paths = (process.env["PATH"] ?? "").split(":").map((folder) => join(folder, name));
  return paths.find((path) => existsSync(path)) ?? name;
}

const writers = [
  { how: "appending", command: "seq 1 100000" },
  { how: "at its own place in the file", command: "seq 1 100000 1<>/dev/stdout" },
  { how: "from several processes", command: "seq 1 50000; sh -c 'seq 50001 100000'" },
];

describe("truncate-middle", () => {
  test.for(writers)("keeps head and tail of what is written $how", async ({ command }) => {
    const rig = await startDaemon({ config: "output: { maxBytes: 64K }\n" });
    const { task } = await rig.ran(command);
    await cut(rig, task.id, 72 * KIB);
    const { stdout, stderr, code } = await rig.claudine("logs", `${task.id}`);
    expect(code).toBe(0);
    expect(stdout.length).toBe(64 * KIB);
    expect(stdout).toBe(ALL.slice(0, 32 * KIB) + ALL.slice(-32 * KIB));
    expect(stderr).toBe(`511K of the stdout of task ${task.id} left out here\n`);
    expect(await rig.claudine("logs", `${task.id}`, "-n", "2")).toMatchObject({
      stdout: "99999\n100000\n",
      stderr: "",
    });
    const json = JSON.parse((await rig.claudine("logs", `${task.id}`, "--json")).stdout);
    expect(json.leftOutBytes).toEqual({ stdout: ALL.length - 64 * KIB });
  });

  test("while it runs the disk does not hold all of it, and the tail can be followed", async () => {
    const rig = await startDaemon({ config: "sampleInterval: 50ms\noutput: { maxBytes: 256K }\n" });
    const id = await rig.submit("seq 1 1000000; until [ -e go ]; do sleep 0.01; done; echo end");
    await until(
      "all to be written",
      async () => (await stat(fileOf(rig, id)).catch(() => undefined))?.size === 6_888_896,
    );
    await cut(rig, id, 2900 * KIB);
    const follow = rig.open(["follow", `${id}`]);
    await until("its last line", () => follow.stdout().endsWith("\n1000000\n"));
    await writeFile(rig.file("go"), "");
    const ended = await follow.ended;
    expect(ended).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^\d\.\dM of the stdout of task 1 left out here\n$/),
    });
    expect(ended.stdout.startsWith("1\n2\n3\n")).toBe(true);
    expect(ended.stdout.endsWith("\n1000000\nend\n")).toBe(true);
  });

  test("what grows over the limit while no daemon is there is left out by the next one", async () => {
    const rig = await startDaemon({ config: "output: { maxBytes: 64K }\n" });
    const id = await rig.submit("until [ -e go ]; do sleep 0.01; done; seq 1 100000; touch said");
    await rig.started(id);
    await rig.down("SIGKILL");
    await writeFile(rig.file("go"), "");
    await until("the task to have said it", () => stat(rig.file("said")).catch(() => undefined));
    await rig.up();
    await rig.ended(id);
    await cut(rig, id, 72 * KIB);
    expect((await rig.claudine("logs", `${id}`)).stdout).toBe(ALL.slice(0, 32 * KIB) + ALL.slice(-32 * KIB));
  });

  test("where no part of a file can be given back, it is when the run has ended", async () => {
    const rig = await startDaemon({ config: "output: { maxBytes: 64K }\n", daemon: false });
    await rig.up({ PATH: await folderOf(rig, ["mkfifo", "perl"]) });
    const { task } = await rig.ran("seq 1 100000");
    await cut(rig, task.id, 72 * KIB);
    expect((await rig.claudine("logs", `${task.id}`)).stdout).toBe(ALL.slice(0, 32 * KIB) + ALL.slice(-32 * KIB));
  });
});

test("stop-keeping keeps the head", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran("--output-max", "64K", "--output-full", "stop-keeping", "seq 1 100000; echo err >&2");
  await cut(rig, task.id, 72 * KIB);
  const { stdout, stderr } = await rig.claudine("logs", `${task.id}`);
  expect(task).toMatchObject({ state: "succeeded", limits: { outputMaxBytes: 64 * KIB } });
  expect(stdout).toBe(ALL.slice(0, 64 * KIB - 4));
  expect(stderr.split("\n").toSorted()).toEqual(["", "511K of the stdout of task 1 left out here", "err"]);
});

test("kill ends what writes more, with the reason", async () => {
  const rig = await startDaemon({ config: "sampleInterval: 50ms\n" });
  const work = "until [ -e go ]; do sleep 0.01; done; seq 1 100000; touch said; exec sleep 1000";
  const id = await rig.submit("--output-max", "64K", "--output-full", "kill", work);
  await rig.started(id);
  // It does not look while only some of it is written.
  signalIfThere(rig.daemon?.pid ?? 0, "SIGSTOP");
  await writeFile(rig.file("go"), "");
  await until("the task to have said it", () => stat(rig.file("said")).catch(() => undefined));
  signalIfThere(rig.daemon?.pid ?? 0, "SIGCONT");
  expect(await rig.ended(id)).toMatchObject({
    state: "failed",
    reason: "wrote 575K of output, and may write 64K: ended by SIGTERM",
  });
  expect((await rig.claudine("show", `${id}`)).stdout).toMatch(
    /Output +at most 64K is kept; it is ended when it writes more/,
  );
});

test("without a limit all is kept", async () => {
  const rig = await startDaemon({ config: 'output: { maxBytes: "off" }\n' });
  const { task } = await rig.ran("seq 1 100000");
  expect((await rig.claudine("logs", `${task.id}`)).stdout === ALL).toBe(true);
});

const why = whyNoDisk();
test.skipIf(why !== undefined)("a limit holds on a disk that has less room than what is written", async () => {
  const rig = await startDaemon({ daemon: false, config: "sampleInterval: 50ms\noutput: { maxBytes: 1M }\n" });
  mountSmallDisk(join(rig.home.dir, "s"), { mib: 8 });
  await rig.up();
  // It waits for the daemon to have made room, as no task can be held up.
  const room = "until [ $(stat -Lc %b /proc/self/fd/3) -lt 8000 ]; do sleep 0.01; done";
  const piece = `head -c 200000 /dev/zero | tr '\\0' x; ${room}`;
  const { task, stderr } = await rig.ran(`exec 3>&1; for i in $(seq 100); do ${piece}; done; echo end`);
  expect({ state: task.state, stderr }).toEqual({ state: "succeeded", stderr: "" });
  const { stdout } = await rig.claudine("logs", `${task.id}`);
  expect(stdout.endsWith("x\nend\n") || stdout.endsWith("xend\n")).toBe(true);
});
