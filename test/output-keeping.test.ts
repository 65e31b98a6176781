/** Output of finished tasks: compressed and read as before, swept when it is old or too much, kept while somebody needs it. */
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { signalIfThere } from "./support/home.ts";
import { until } from "./support/until.ts";

const names = async (rig: Rig): Promise<string[]> => (await readdir(join(rig.home.stateDir, "runs/0"))).toSorted();
const untilThere = (rig: Rig, ...wanted: string[]) =>
  until(`${wanted.join(", ")} to be there`, async () => {
    const there = await names(rig);
    return wanted.every((name) => there.includes(name));
  });
const untilGone = (rig: Rig, ...unwanted: string[]) =>
  until(`${unwanted.join(", ")} to be gone`, async () => {
    const there = await names(rig);
    return unwanted.every((name) => !there.includes(name));
  });

const ALL = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join("");

test("what is closed is compressed and reads as before: whole, by lines, by time, by pattern, and as it is followed", async () => {
  const rig = await startDaemon({ config: "output: { compressAfter: 0s }\n" });
  const { task } = await rig.ran("seq 1 100000; seq 1 5000 >&2");
  const id = `${task.id}`;
  await untilThere(rig, `${id}.1.stdout.zst`, `${id}.1.stderr.zst`);
  await untilGone(rig, `${id}.1.stdout`, `${id}.1.stderr`);
  expect((await stat(join(rig.home.stateDir, "runs/0", `${id}.1.stdout.zst`))).size).toBeLessThan(ALL.length / 2);
  expect((await rig.claudine("logs", id, "--stdout")).stdout === ALL).toBe(true);
  expect(await rig.claudine("logs", id, "--stdout", "-n", "2")).toMatchObject({ stdout: "99999\n100000\n" });
  expect(await rig.claudine("logs", id, "--grep", "^4242$")).toMatchObject({ stdout: "4242\n", stderr: "4242\n" });
  expect((await rig.claudine("logs", id, "--stdout", "--since", "1h")).stdout === ALL).toBe(true);
  expect((await rig.claudine("follow", id, "--stdout")).stdout === ALL).toBe(true);
  const client = await rig.client();
  const piece = await client.call("log.read", { id: task.id, offset: ALL.length - 7 });
  expect(piece).toMatchObject({ data: "100000\n", nextOffset: ALL.length, eof: true });
});

test("a follower that is in the middle of it goes on over the compaction", async () => {
  const rig = await startDaemon({ config: "output: { compressAfter: 0s }\n" });
  const { task } = await rig.ran("seq 1 100000");
  const client = await rig.client();
  const first = await client.call("log.read", { id: task.id, maxBytes: 100_000 });
  await untilGone(rig, `${task.id}.1.stdout`);
  const second = await client.call("log.read", { id: task.id, offset: first.nextOffset, maxBytes: 4_194_304 });
  expect(first.data + second.data === ALL).toBe(true);
  expect(second.eof).toBe(true);
});

test("what is kept of too much is compressed without what is left out", async () => {
  const rig = await startDaemon({ config: "output: { maxBytes: 64K, compressAfter: 0s }\n" });
  const { task } = await rig.ran("seq 1 100000");
  await untilGone(rig, `${task.id}.1.stdout`);
  const { stdout, stderr } = await rig.claudine("logs", `${task.id}`);
  expect(stdout).toBe(ALL.slice(0, 32_768) + ALL.slice(-32_768));
  expect(stderr).toBe(`511K of the stdout of task ${task.id} left out here\n`);
});

test("what is too old goes, but not what a waiting task needs: its own runs before, and those it came after", async () => {
  const rig = await startDaemon({ config: "output: { keep: 1s, keepLast: 0, compressAfter: off }\n" });
  const { task: plain } = await rig.ran("seq 1 100000");
  const before = await rig.submit("until [ -e go ]; do sleep 0.01; done; seq 1 100000");
  // It is needed before it is too old.
  const after = await rig.submit("--after", `${before}`, "--delay", "1d", "true");
  await writeFile(rig.file("go"), "");
  await rig.ended(before);
  const again = await rig.submit("--retries", "1", "--retry-delay", "1d", "seq 1 100000; exit 1");
  await rig.inState(again, "queued");
  await untilGone(rig, `${plain.id}.1.stdout`);
  expect(await rig.claudine("logs", `${plain.id}`)).toMatchObject({
    code: 66,
    stderr: expect.stringContaining(`Cannot read the output of task ${plain.id}: its file is gone`),
  });
  expect((await rig.claudine("logs", `${before}`)).stdout === ALL).toBe(true);
  expect((await rig.claudine("logs", `${again}`, "--run", "1")).stdout === ALL).toBe(true);
  await rig.claudine("cancel", `${after}`, `${again}`);
  await untilGone(rig, `${before}.1.stdout`, `${again}.1.stdout`);
  expect((await rig.show(plain.id)).state).toBe("succeeded");
});

test("the tasks that ended last are kept longer", async () => {
  const rig = await startDaemon({ config: "output: { keep: 0s, keepLast: 2 }\n" });
  const one = (await rig.ran("seq 1 1000")).task.id;
  const two = (await rig.ran("seq 1 1000")).task.id;
  const three = (await rig.ran("seq 1 1000")).task.id;
  await untilGone(rig, `${one}.1.stdout`);
  expect(await names(rig)).toEqual(expect.arrayContaining([`${two}.1.stdout`, `${three}.1.stdout`]));
});

test("when there is too much the oldest goes", async () => {
  const rig = await startDaemon({ config: "output: { maxTotal: 1M }\n" });
  const one = (await rig.ran("seq 1 100000")).task.id;
  const two = (await rig.ran("seq 1 100000")).task.id;
  await untilGone(rig, `${one}.1.stdout`);
  expect(await names(rig)).toContain(`${two}.1.stdout`);
});

/** The daemon's wall clock goes forwards by a day at a signal; a sweep that is due then comes when its timer does, minutes later. */
const JUMP = `const real = Date.now; let offset = Number(process.env.JUMPED_MS ?? 0);
Date.now = () => real() + offset;
process.on("SIGUSR2", () => { offset += 86_400_000; });`;

test("clean --dry-run says how much output goes, and what goes by itself", async () => {
  const rig = await startDaemon({
    daemon: false,
    config: "output: { keep: 12h, keepLast: 0, compressAfter: 1s }\nlog: { level: debug }\n",
  });
  const env = { NODE_OPTIONS: `--require ${rig.file("jump.cjs")}` };
  await writeFile(rig.file("jump.cjs"), JUMP);
  await rig.up(env);
  const { task } = await rig.ran("seq 1 100000");
  await until("nothing to be due any more", () => rig.daemon?.stderr().includes("Output was compressed"));
  signalIfThere(rig.daemon?.pid ?? 0, "SIGUSR2");
  const { stdout, code } = await rig.claudine("clean", "--dry-run", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    ids: [task.id],
    output: { swept: [{ id: task.id, attempt: 1, why: "age" }] },
  });
  await rig.down();
  await rig.up({ ...env, JUMPED_MS: "86400000" });
  await untilGone(rig, `${task.id}.1.stdout.zst`);
  expect((await rig.claudine("clean", "-n")).stderr).toBe(`Would remove task ${task.id}: 0B of 0B of output\n`);
});
