/** What happens to output files from outside: whoever reads is told, and nothing else is disturbed. */
import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { type Rig, startDaemon, TELLS_REQUESTS } from "./support/daemon.ts";
import { canBeNobody, claudineAsNobody, giveToNobody } from "./support/nobody.ts";
import { mountSmallDisk, whyNoDisk } from "./support/small-disk.ts";
import { until } from "./support/until.ts";

const fileOf = (rig: Rig, id: number, kind = "stdout") => join(rig.home.stateDir, "runs/0", `${id}.1.${kind}`);
const makeFifo = (path: string) => promisify(execFile)("mkfifo", [path]);
const untilFile = (name: string) => `until [ -e ${name} ]; do sleep 0.01; done`;

/** It still does what it is there for. */
async function goesOn(rig: Rig): Promise<void> {
  expect((await rig.ran("echo fine")).stdout).toBe("fine\n");
}

test("a file that somebody deleted: reading it says so, the task and everybody else go on", async () => {
  const rig = await startDaemon();
  const id = await rig.submit(`echo before; ${untilFile("go")}; echo after; exit 3`);
  await until("output", async () => (await rig.output(id)) !== "");
  await rm(fileOf(rig, id));
  await goesOn(rig);
  await writeFile(rig.file("go"), "");
  expect(await rig.ended(id)).toMatchObject({ state: "failed", exitCode: 3 });
  const gone = expect.stringContaining(`Cannot read the output of task ${id}: its file is gone\n  hint: Somebody has`);
  expect(await rig.claudine("logs", `${id}`, "--stdout")).toMatchObject({ code: 66, stdout: "", stderr: gone });
  expect(await rig.claudine("logs", `${id}`, "--stderr")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  await goesOn(rig);
});

test.for([
  { what: "a folder", put: (path: string) => mkdir(path), said: "a folder is in the place of its file (EISDIR)" },
  { what: "a FIFO", put: makeFifo, said: "something is in the place of its file (ENXIO)" },
  {
    what: "a link to itself",
    put: (path: string) => symlink(path, path),
    said: "something is in the place of its file",
  },
])("$what in the place of a file: reading it says so", async ({ put, said }) => {
  const rig = await startDaemon();
  const { task } = await rig.ran("echo one");
  await rm(fileOf(rig, task.id));
  await put(fileOf(rig, task.id));
  expect(await rig.claudine("logs", `${task.id}`)).toMatchObject({
    code: 71,
    stderr: expect.stringContaining(`Cannot read the output of task ${task.id}: ${said}`),
  });
  await goesOn(rig);
});

test("something in the place of what notes times and gaps: the output is read, and the task and everybody else go on", async () => {
  const rig = await startDaemon({ config: "sampleInterval: 50ms\noutput: { maxBytes: 64K }\n" });
  const id = await rig.submit(`${untilFile("go")}; seq 1 100000; ${untilFile("stop")}`);
  await rig.started(id);
  await rm(fileOf(rig, id, "index"), { force: true });
  await makeFifo(fileOf(rig, id, "index"));
  await makeFifo(fileOf(rig, id, "gaps"));
  await writeFile(rig.file("go"), "");
  await until("its output", async () => (await rig.output(id)).endsWith("\n100000\n"));
  await writeFile(rig.file("stop"), "");
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
  expect(await rig.claudine("logs", `${id}`, "-n", "1")).toMatchObject({ code: 0, stdout: "100000\n" });
  await goesOn(rig);
});

test("a folder in the place of a file keeps nobody from removing the task", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran("echo one");
  await rm(fileOf(rig, task.id));
  await mkdir(fileOf(rig, task.id));
  const { pid } = (await rig.status()) ?? {};
  expect(await rig.claudine("remove", `${task.id}`)).toMatchObject({ code: 0, stderr: `Removed task ${task.id}\n` });
  await until("the rest to be gone", async () => (await stat(fileOf(rig, task.id, "record")).catch(() => 0)) === 0);
  await goesOn(rig);
  expect(await rig.status()).toMatchObject({ pid });
});

test("a file that was replaced is read as it is now", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran("echo one");
  await rm(fileOf(rig, task.id));
  await writeFile(fileOf(rig, task.id), "another\n");
  expect(await rig.claudine("logs", `${task.id}`)).toMatchObject({ code: 0, stdout: "another\n" });
});

test("who reads on in a file that was made shorter gets what is written then", async () => {
  const rig = await startDaemon();
  const id = await rig.submit(`echo before; ${untilFile("go")}; echo after`);
  const client = await rig.client();
  const read = (offset: number) => client.call("log.read", { id, offset });
  const { nextOffset } = await until("the first line", async () => {
    const piece = await read(0);
    return piece.data === "before\n" ? piece : undefined;
  });
  await truncate(fileOf(rig, id), 0);
  const shorter = await read(nextOffset);
  expect(shorter).toMatchObject({ data: "", nextOffset: 0, size: 0 });
  await writeFile(rig.file("go"), "");
  await rig.ended(id);
  expect(await read(shorter.nextOffset)).toMatchObject({ data: "after\n", eof: true });
});

test("a follower of a task that is removed is told, and others are not disturbed", async () => {
  const rig = await startDaemon({ config: TELLS_REQUESTS });
  const held = await rig.submit("--held", "true");
  const runs = await rig.submit(`${untilFile("go")}; echo done`);
  const follow = await rig.asking("log.read", ["follow", `${held}`]);
  const other = await rig.asking("log.read", ["follow", `${runs}`]);
  await rig.claudine("remove", `${held}`);
  expect(await follow.ended).toMatchObject({
    code: 66,
    stderr: expect.stringContaining(`Cannot read the output of task ${held}: there is no such task`),
  });
  await writeFile(rig.file("go"), "");
  expect(await other.ended).toMatchObject({ code: 0, stdout: "done\n" });
});

test("a packed file that is damaged: reading it says so", async () => {
  const rig = await startDaemon({ config: "output: { compressAfter: 0s }\n" });
  const { task } = await rig.ran("seq 1 100000");
  const path = fileOf(rig, task.id, "stdout.zst");
  await until("it to be packed", () => stat(path).catch(() => undefined));
  await until(
    "the plain one to be gone",
    async () => (await stat(fileOf(rig, task.id)).catch(() => undefined)) === undefined,
  );
  await writeFile(path, Buffer.concat([Buffer.alloc(50, "?"), (await readFile(path)).subarray(50)]));
  expect(await rig.claudine("logs", `${task.id}`)).toMatchObject({
    code: 74,
    stderr: expect.stringContaining("stdout.zst: the file is damaged"),
  });
  await goesOn(rig);
});

test.runIf(canBeNobody)(
  "a folder that cannot be read: reading says why, and all is well when it can be again",
  async () => {
    const rig = await startDaemon({ daemon: false });
    await giveToNobody(rig);
    const id = Number((await claudineAsNobody(rig, "submit", "--wait", "echo here")).stdout);
    const folder = join(rig.home.stateDir, "runs/0");
    const runs = Number(
      (await claudineAsNobody(rig, "submit", `echo before; ${untilFile("go")}; exec sleep 0.2`)).stdout,
    );
    await until("it to run", async () => (await claudineAsNobody(rig, "logs", `${runs}`)).stdout === "before\n");
    await chmod(folder, 0);
    await writeFile(rig.file("go"), "");
    expect((await claudineAsNobody(rig, "clean", "--dry-run")).code).toBe(0);
    expect(await claudineAsNobody(rig, "logs", `${id}`)).toMatchObject({
      code: 71,
      stderr: expect.stringContaining(`Cannot read the output of task ${id}: no permission to read its file (EACCES)`),
    });
    expect((await claudineAsNobody(rig, "list")).code).toBe(0);
    await chmod(folder, 0o700);
    expect(await claudineAsNobody(rig, "logs", `${id}`)).toMatchObject({ code: 0, stdout: "here\n" });
    expect((await claudineAsNobody(rig, "wait", `${runs}`)).code).toBe(0);
  },
);

const why = whyNoDisk();
describe.skipIf(why !== undefined)("a disk that is full in the middle of output", () => {
  test("what fits is kept and read, others end as they would, and later output is whole again", async () => {
    const rig = await startDaemon({ daemon: false });
    const disk = mountSmallDisk(join(rig.home.dir, "s"), { mib: 8 });
    await rig.up();
    const id = await rig.submit(
      `seq 1 100; ${untilFile("go")}; seq 101 2000 || echo failed >> ${rig.file("said")}; exit 4`,
    );
    await until("output", async () => (await rig.output(id)).endsWith("\n100\n"));
    const follow = rig.open(["follow", `${id}`]);
    await until("it to be followed", () => follow.stdout().endsWith("\n100\n"));
    disk.fill();
    await writeFile(rig.file("go"), "");
    expect(await rig.ended(id)).toMatchObject({ state: "failed", exitCode: 4 });
    const ended = await follow.ended;
    expect(ended.code).toBe(4);
    expect(ended.stdout.startsWith("1\n2\n")).toBe(true);
    expect((await rig.claudine("logs", `${id}`)).stdout).toBe(ended.stdout);
    disk.free();
    await until("room again", async () => (await rig.claudine("submit", "true")).code === 0);
    await goesOn(rig);
  });
});
