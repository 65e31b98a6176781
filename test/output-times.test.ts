/** Times of output: the order of both streams, --timestamps, --since and --until, also over a restart of the daemon. */
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { createRig, startDaemon, type Rig } from "./support/daemon.ts";
import { signalIfThere } from "./support/home.ts";
import { isRunning } from "./support/process.ts";
import { until } from "./support/until.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig({ config: "sampleInterval: 50ms\n" });
  return () => rig[Symbol.asyncDispose]();
});

const SIGHTING_BYTES = 24;
const untilFile = (name: string) => `until [ -e ${name} ]; do sleep 0.01; done`;

/** Until the daemon has seen so often that the run had grown. */
async function seen(where: Rig, id: number, times: number): Promise<void> {
  const index = join(where.home.stateDir, "runs/0", `${id}.1.index`);
  const size = async () => (await stat(index).catch(() => undefined))?.size ?? 0;
  await until(`${times} sightings`, async () => (await size()) >= times * SIGHTING_BYTES);
}

/** A task that writes a word, then another each time when it is told to. */
async function stepwise(where: Rig, name: string): Promise<number> {
  const steps = ["echo one", "echo two >&2", "echo three", "echo four >&2; echo five"];
  const script = steps.map((step, index) => `${index === 0 ? "" : `${untilFile(`${name}-${index}`)}; `}${step}`);
  const id = await where.submit(script.join("; "));
  const { pid } = await where.started(id);
  const tell = (index: number) => writeFile(where.file(`${name}-${index}`), "");
  for (const index of [1, 2]) {
    await seen(where, id, index);
    await tell(index);
  }
  await seen(where, id, 3);
  // What it writes last is seen at once, and after its end.
  signalIfThere(where.daemon?.pid ?? 0, "SIGSTOP");
  await tell(3);
  await until("the task to end", () => !isRunning(pid));
  signalIfThere(where.daemon?.pid ?? 0, "SIGCONT");
  await where.ended(id);
  return id;
}

type Line = { stream: string; at: number; text: string };
const linesOf = (stdout: string): Line[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);

test("both streams come in the order in which they were written, and of one time stdout first", async () => {
  const id = await stepwise(rig, "order");
  const { stdout } = await rig.claudine("logs", `${id}`, "--json", "--timestamps");
  const lines = linesOf(stdout);
  expect(lines.map(({ stream, text }) => `${stream} ${text.trim()}`)).toEqual([
    "stdout one",
    "stderr two",
    "stdout three",
    "stdout five",
    "stderr four",
  ]);
  const times = lines.map(({ at }) => at);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const task = await rig.show(id);
  expect(times[0]).toBeGreaterThanOrEqual(task.startedAt ?? Number.NaN);
  expect(times.at(-1)).toBeLessThanOrEqual(task.finishedAt ?? Number.NaN);
});

test("-n counts the lines of both streams together, and with --grep only those that match", async () => {
  const id = await stepwise(rig, "last");
  const shown = async (...options: string[]) => {
    const { stdout, stderr } = await rig.claudine("logs", `${id}`, ...options);
    return { stdout, stderr };
  };
  expect(await shown("-n", "1")).toEqual({ stdout: "", stderr: "four\n" });
  expect(await shown("-n", "4")).toEqual({ stdout: "three\nfive\n", stderr: "two\nfour\n" });
  expect(await shown("-n", "2", "--stdout")).toEqual({ stdout: "three\nfive\n", stderr: "" });
  expect(await shown("-n", "2", "--grep", "o")).toEqual({ stdout: "", stderr: "two\nfour\n" });
  expect(await shown("-n", "1", "--stdout", "--grep", "e$")).toEqual({ stdout: "five\n", stderr: "" });
  expect(JSON.parse((await shown("-n", "3", "--json")).stdout)).toEqual({
    id,
    stdout: "three\nfive\n",
    stderr: "four\n",
  });
  expect(await rig.claudine("follow", `${id}`, "-n", "3")).toMatchObject({
    stdout: "three\nfive\n",
    stderr: "four\n",
  });
});

test("--timestamps says when, for people too", async () => {
  const id = await stepwise(rig, "people");
  const { stdout, stderr } = await rig.claudine("logs", `${id}`, "-t");
  expect(stdout).toMatch(/^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (?:one|three|five)\n){3}$/);
  expect(stderr).toMatch(/^(?:\d{4}-\S+ \S+ (?:two|four)\n){2}$/);
});

test("--since and --until show what was written then, whole lines", async () => {
  const id = await stepwise(rig, "since");
  const at = linesOf((await rig.claudine("logs", `${id}`, "--json", "-t")).stdout).map((line) => line.at);
  const iso = (index: number) => new Date(at[index] ?? 0).toISOString();
  expect(await rig.claudine("logs", `${id}`, "--since", iso(1))).toMatchObject({ stdout: "three\nfive\n" });
  expect(await rig.claudine("logs", `${id}`, "--until", iso(0))).toMatchObject({ stdout: "one\n", stderr: "" });
  expect(await rig.claudine("logs", `${id}`, "--since", "1h")).toMatchObject({ stdout: "one\nthree\nfive\n" });
  expect(await rig.claudine("logs", `${id}`, "--since", "0s")).toMatchObject({ stdout: "", stderr: "" });
  const since = Date.parse(iso(1));
  const json = JSON.parse((await rig.claudine("logs", `${id}`, "--json", "--since", iso(1))).stdout);
  expect({ since, json }).toMatchObject({ json: { id, stdout: "three\nfive\n" } });
});

test("times that are none, and options that do not go together, are refused", async () => {
  expect(await rig.claudine("logs", "--since", "soon")).toMatchObject({ code: 2, stdout: "" });
  expect(await rig.claudine("logs", "--grep", "(")).toMatchObject({ code: 2, stdout: "" });
  expect(await rig.claudine("logs", "-f", "--until", "1m")).toMatchObject({ code: 2, stdout: "" });
  expect(await rig.claudine("logs", "--all-failed", "1")).toMatchObject({ code: 2, stdout: "" });
});

test("what was written while no daemon was there has the time at which the next one saw it", async () => {
  const own = await startDaemon({ config: "sampleInterval: 50ms\n" });
  const id = await own.submit(`echo before; ${untilFile("go")}; echo meanwhile; touch said; ${untilFile("end")}`);
  await seen(own, id, 1);
  await own.down("SIGKILL");
  await writeFile(own.file("go"), "");
  await until("the task to have said it", () => stat(own.file("said")).catch(() => undefined));
  const upAt = Date.now();
  await own.up();
  await seen(own, id, 2);
  await writeFile(own.file("end"), "");
  await own.ended(id);
  const lines = linesOf((await own.claudine("logs", `${id}`, "--json", "-t")).stdout);
  expect(lines.map(({ text }) => text)).toEqual(["before\n", "meanwhile\n"]);
  expect(lines[0]?.at).toBeLessThan(upAt);
  expect(lines[1]?.at).toBeGreaterThanOrEqual(upAt);
});

test("--grep shows lines that match, of all streams and tasks", async () => {
  const { task } = await rig.ran("echo an error; echo fine; echo ERROR >&2; echo error at the end; exit 1");
  expect(await rig.claudine("logs", `${task.id}`, "--grep", "(?i)x|error")).toMatchObject({ code: 2 });
  expect(await rig.claudine("logs", `${task.id}`, "--grep", "^error|ERR")).toMatchObject({
    stdout: "error at the end\n",
    stderr: "ERROR\n",
  });
  expect((await rig.claudine("logs", "--all-failed", "--grep", "an e", "-q")).stdout).toBe("an error\n");
});

test("a line of 100 MB comes out as it was written", async () => {
  const { task } = await rig.ran("--output-max", "200M", "head -c 100000000 /dev/zero | tr '\\0' x");
  const { stdoutBytes } = await rig.claudine("logs", `${task.id}`);
  expect(stdoutBytes.length).toBe(100_000_000);
  expect(stdoutBytes.every((byte) => byte === 0x78)).toBe(true);
  const { stdout } = await rig.claudine("logs", `${task.id}`, "--grep", "^x");
  expect(stdout.length).toBe(100_000_000);
});
