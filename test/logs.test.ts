/** `claudine logs`: the output of a run, to the byte. */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { createRig, TELLS_REQUESTS, type Rig } from "./support/daemon.ts";
import { until } from "./support/until.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig({ config: TELLS_REQUESTS });
  return () => rig[Symbol.asyncDispose]();
});

/** `claudine logs` of a new task that runs `command`. */
async function logsOf(command: string, ...options: string[]) {
  const { task } = await rig.ran(command);
  return rig.claudine("logs", String(task.id), ...options);
}

test("stdout and stderr are apart, and each can be had alone", async () => {
  const { task } = await rig.ran("echo out; echo err >&2; echo more");
  const id = String(task.id);
  expect(await rig.claudine("logs", id)).toMatchObject({ code: 0, stdout: "out\nmore\n", stderr: "err\n" });
  expect(await rig.claudine("logs", id, "--stdout")).toMatchObject({ stdout: "out\nmore\n", stderr: "" });
  expect(await rig.claudine("logs", id, "--stderr")).toMatchObject({ stdout: "", stderr: "err\n" });
  expect(JSON.parse((await rig.claudine("logs", id, "--json")).stdout)).toEqual({
    id: task.id,
    stdout: "out\nmore\n",
    stderr: "err\n",
  });
});

test("of several tasks one after the other, each under its name", async () => {
  const [one, two] = [
    (await rig.ran("-l", "both", "echo one")).task.id,
    (await rig.ran("-l", "both", "echo two")).task.id,
  ];
  expect(await rig.claudine("logs", "label:both")).toMatchObject({
    code: 0,
    stdout: `==> task ${one} <==\none\n\n==> task ${two} <==\ntwo\n`,
  });
  expect(await rig.claudine("logs", "-q", "label:both")).toMatchObject({ stdout: "one\ntwo\n" });
  expect(JSON.parse((await rig.claudine("logs", "label:both", "--json", "--stdout")).stdout)).toEqual([
    { id: one, stdout: "one\n" },
    { id: two, stdout: "two\n" },
  ]);
  const followed = (await rig.claudine("logs", "-f", `${one}`, `${two}`)).stdout;
  expect(followed.split("\n").toSorted()).toEqual(["", `[${one}] one`, `[${two}] two`]);
});

test("shows the last task unless told", async () => {
  await rig.ran("echo the last");
  expect(await rig.claudine("logs")).toMatchObject({ stdout: "the last\n" });
  expect(await rig.claudine("log", "last")).toMatchObject({ stdout: "the last\n" });
});

test.for([
  { n: "1", shown: "4\n" },
  { n: "2", shown: "3\n4\n" },
  { n: "4", shown: "1\n2\n3\n4\n" },
  { n: "99", shown: "1\n2\n3\n4\n" },
  { n: "0", shown: "" },
])("-n $n shows the last lines", async ({ n, shown }) => {
  expect(await logsOf("printf '1\\n2\\n3\\n4\\n'", "-n", n)).toMatchObject({ code: 0, stdout: shown });
});

test("a last line without newline counts, and empty lines count", async () => {
  expect(await logsOf("printf '1\\n2\\n3'", "-n", "1")).toMatchObject({ stdout: "3" });
  expect(await logsOf("printf '1\\n2\\n3'", "-n", "2")).toMatchObject({ stdout: "2\n3" });
  expect(await logsOf("printf '1\\n\\n\\n'", "-n", "2")).toMatchObject({ stdout: "\n\n" });
  expect(await logsOf("printf ''", "-n", "2")).toMatchObject({ code: 0, stdout: "" });
});

test("the last lines of a file that is larger than what is read at once", async () => {
  const long = "x".repeat(100_000);
  expect(await logsOf(`head -c 100000 /dev/zero | tr '\\0' x; echo; echo end`, "-n", "2")).toMatchObject({
    stdout: `${long}\nend\n`,
  });
});

test("--run shows an earlier run", async () => {
  const { task } = await rig.ran("echo run $CLAUDINE_RUN");
  const id = String(task.id);
  await rig.claudine("retry", id);
  await rig.ended(task.id);
  expect(await rig.claudine("logs", id)).toMatchObject({ stdout: "run 2\n" });
  expect(await rig.claudine("logs", id, "--run", "1")).toMatchObject({ stdout: "run 1\n" });
  expect(await rig.claudine("logs", id, "--run", "3")).toMatchObject({
    code: 66,
    stdout: "",
    stderr: expect.stringContaining(`Cannot read run 3 of task ${id}: it has had 2 runs`),
  });
});

test("any bytes come out as they were written", async () => {
  const { task } = await rig.ran(String.raw`printf '\000\377\376\200abc\000\r\n\033[31m\302\240\303'`);
  const { stdoutBytes } = await rig.claudine("logs", String(task.id));
  expect(stdoutBytes).toEqual(Buffer.from("\0\xff\xfe\x80abc\0\r\n\x1b[31m\xc2\xa0\xc3", "latin1"));
});

test("characters that are cut by the end of a piece come out whole", async () => {
  const { task } = await rig.ran("printf a; yes ✓ | tr -d '\\n' | head -c 900000");
  const { stdout } = await rig.claudine("logs", String(task.id));
  expect(stdout === `a${"✓".repeat(300_000)}`).toBe(true);
});

test("five megabytes of noise come out as they were written", async () => {
  const { task } = await rig.ran("head -c 5000000 /dev/urandom | tee noise");
  const { stdoutBytes } = await rig.claudine("logs", String(task.id));
  const written = await readFile(rig.file("noise"));
  const sum = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
  expect({ length: stdoutBytes.length, sum: sum(stdoutBytes) }).toEqual({ length: 5_000_000, sum: sum(written) });
});

test("-f goes on until the run has ended", async () => {
  const id = await rig.submit("echo first; until [ -e go-on ]; do sleep 0.01; done; printf second; echo err >&2");
  const follow = rig.open(["logs", "-f", String(id)]);
  await until("the first line", () => follow.stdout() === "first\n");
  await writeFile(rig.file("go-on"), "");
  expect(await follow.ended).toMatchObject({ code: 0, stdout: "first\nsecond", stderr: "err\n" });
});

test("-f of a task that has not started waits for its output", async () => {
  const id = await rig.submit("--held", "echo now");
  const follow = await rig.asking("log.read", ["logs", "-f", String(id)]);
  await rig.claudine("release", String(id));
  expect(await follow.ended).toMatchObject({ code: 0, stdout: "now\n" });
});

test("without -f, what a running task has written so far is shown at once", async () => {
  const id = await rig.submit("echo so far; exec sleep 1000");
  await until("output", async () => (await rig.output(id)) !== "");
  expect(await rig.claudine("logs", String(id))).toMatchObject({ code: 0, stdout: "so far\n" });
  await rig.claudine("kill", String(id));
});

test("a task that writes much is followed without a gap", async () => {
  const id = await rig.submit("seq 1 200000");
  const { stdout } = await rig.claudine("logs", "-f", String(id));
  expect(stdout).toBe(Array.from({ length: 200_000 }, (_, index) => `${index + 1}\n`).join(""));
});

test("a task that is not there", async () => {
  expect(await rig.claudine("logs", "99999")).toMatchObject({
    code: 66,
    stdout: "",
    stderr: expect.stringContaining("there is no such task"),
  });
});

test("--json of more than fits into one text is refused, and says how to get the bytes", async () => {
  // As JSON each of these bytes takes six.
  const { task } = await rig.ran("truncate -s 90M /dev/stdout");
  const refused = await rig.claudine("logs", String(task.id), "--json");
  expect(refused).toMatchObject({ code: 65, stdout: "" });
  expect(refused.stderr).toContain(`claudine logs ${task.id} --stdout`);
});
