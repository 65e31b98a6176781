/** `submit --follow`, `submit --wait` and `follow`: output as it comes, and the task's exit code. */
import { writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { createRig, startDaemon, TELLS_REQUESTS, type Rig } from "./support/daemon.ts";
import { CLIENT, start } from "./support/program.ts";
import { until } from "./support/until.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig({ config: TELLS_REQUESTS });
  return () => rig[Symbol.asyncDispose]();
});

describe("submit --follow and --wait exit as the task does", () => {
  const cases = [
    { what: "success", command: ["true"], code: 0 },
    { what: "an exit code", command: ["exit 42"], code: 42 },
    { what: "the highest exit code", command: ["exit 255"], code: 255 },
    { what: "SIGTERM", command: ["kill -TERM $$"], code: 143 },
    { what: "SIGKILL", command: ["kill -KILL $$"], code: 137 },
    { what: "a command that is not there", command: ["no-such-command-here", "x"], code: 127 },
    { what: "a folder for a command", command: ["/", "x"], code: 126 },
    { what: "a command the shell does not find", command: ["no-such-command-here"], code: 127 },
  ];
  test.for(cases)("--follow: $what", async ({ command, code }) => {
    expect(await rig.claudine("submit", "--follow", ...command)).toMatchObject({ code });
  });
  test.for(cases)("--wait: $what", async ({ command, code }) => {
    const ended = await rig.claudine("submit", "--wait", ...command);
    expect(ended).toMatchObject({ code, stdout: expect.stringMatching(/^\d+\n$/) });
  });
});

test("the runs that follow by themselves are followed, too", async () => {
  const retries = ["--retries", "5", "--retry-delay", "50ms"];
  const script = "echo run $CLAUDINE_RUN; exit $((CLAUDINE_RUN < 3))";
  const followed = await rig.claudine("submit", "--follow", ...retries, script);
  expect(followed).toMatchObject({ code: 0, stdout: "run 1\nrun 2\nrun 3\n" });
  expect(await rig.claudine("submit", "--wait", ...retries, "exit $((CLAUDINE_RUN < 3))")).toMatchObject({ code: 0 });
});

test("says on stderr why a task has no exit code of its own", async () => {
  const { stderr } = await rig.claudine("submit", "-f", "no-such-command-here", "x");
  expect(stderr).toMatch(/^Task \d+ failed: could not start: ENOENT .*no-such-command-here\n$/);
  const killed = await rig.claudine("submit", "-f", "kill -KILL $$");
  expect(killed.stderr).toMatch(/^Task \d+ failed: ended by SIGKILL\n$/);
});

test("keeps stdout and stderr apart, to the byte", async () => {
  const { stdout, stderr, code } = await rig.claudine("submit", "-f", "printf 'to out'; printf 'to err\\n' >&2");
  expect({ stdout, stderr, code }).toEqual({ stdout: "to out", stderr: "to err\n", code: 0 });
});

test("output comes while the task runs", async () => {
  const follow = rig.open([
    "submit",
    "-f",
    "-l",
    "live",
    "echo first; until [ -e go-on ]; do sleep 0.01; done; echo second",
  ]);
  await until("the first line", () => follow.stdout() === "first\n");
  await writeFile(rig.file("go-on"), "");
  expect(await follow.ended).toMatchObject({ stdout: "first\nsecond\n", code: 0 });
});

test("follow waits for a task that is still held, and shows a finished one whole", async () => {
  const id = await rig.submit("--held", "echo here; exit 7");
  const follow = await rig.asking("log.read", ["follow", String(id)]);
  await rig.claudine("release", String(id));
  expect(await follow.ended).toMatchObject({ stdout: "here\n", code: 7 });
  expect(await rig.claudine("follow", String(id))).toMatchObject({ stdout: "here\n", code: 7 });
  expect(await rig.claudine("follow", "last", "-q")).toMatchObject({ stdout: "here\n", code: 7, stderr: "" });
});

test("follow of several tasks puts the id before each line, and exits 1 when one has failed", async () => {
  const [one, two] = [await rig.submit("echo a; echo b"), await rig.submit("printf c; exit 3")];
  await Promise.all([rig.ended(one), rig.ended(two)]);
  const { stdout, code } = await rig.claudine("follow", `${one},${two}`);
  expect(stdout.split("\n").toSorted()).toEqual(["", `[${one}] a`, `[${one}] b`, `[${two}] c`]);
  expect(code).toBe(1);
});

test("Ctrl-C ends the following, not the task", async () => {
  const follow = rig.open(["submit", "-f", "-l", "interrupted", "echo ready; exec sleep 1000"]);
  await until("output", () => follow.stdout() === "ready\n");
  follow.child.kill("SIGINT");
  const ended = await follow.ended;
  expect(ended.code).toBe(130);
  expect(ended.stderr).toMatch(/Task \d+ goes on; claudine follow \d+/);
  const { stdout } = await rig.claudine("list", "label:interrupted", "--json");
  expect(JSON.parse(stdout)).toMatchObject([{ state: "running", stopping: false }]);
  await rig.claudine("kill", "label:interrupted");
});

test("a reader that has seen enough is no error", async () => {
  const script = `"$@" submit -f 'yes | head -c 3000000' | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const ended = await start("/bin/bash", { args: ["-c", script, "-", ...CLIENT], env: rig.env, cwd: rig.home.work })
    .ended;
  expect(ended).toMatchObject({ stdout: "y\n0\n", stderr: "" });
});

test("goes on over kill -9 of the daemon and the next one, without a gap and without a line twice", async () => {
  const own = await startDaemon();
  const id = await own.submit("for i in 1 2 3; do seq 1 1000; until [ -e go-$i ]; do sleep 0.01; done; done; echo end");
  const follow = own.open(["follow", "--no-autostart", String(id)]);
  const numbers = Array.from({ length: 1000 }, (_, index) => `${index + 1}\n`).join("");
  for (const [index, signal] of (["SIGKILL", "SIGTERM"] as const).entries()) {
    await until("what was written", () => follow.stdout() === numbers.repeat(index + 1));
    await own.down(signal);
    await writeFile(own.file(`go-${index + 1}`), "");
    await own.up();
  }
  await writeFile(own.file("go-3"), "");
  expect(await follow.ended).toMatchObject({ code: 0, stdout: `${numbers.repeat(3)}end\n` });
});

test("of a run that has written before, what is there comes first and then what comes", async () => {
  const id = await rig.submit(
    "echo out; echo err >&2; until [ -e both ]; do sleep 0.01; done; echo more; echo worse >&2",
  );
  await until("output", async () => (await rig.output(id, "stderr")) !== "");
  const follow = rig.open(["logs", "-f", "-t", String(id)]);
  await until("both streams", () => follow.stdout() !== "" && follow.stderr() !== "");
  await writeFile(rig.file("both"), "");
  const ended = await follow.ended;
  expect(ended.stdout).toMatch(/^\S+ \S+ out\n\S+ \S+ more\n$/);
  expect(ended.stderr).toMatch(/^\S+ \S+ err\n\S+ \S+ worse\n$/);
});

test("-n is about the run that is there first, the runs that follow are shown whole", async () => {
  const rig = await startDaemon();
  const script = `echo one; echo two; until [ -e go ]; do sleep 0.01; done; exit 1`;
  const id = await rig.submit("--retries", "2", script);
  await until("its output", async () => (await rig.output(id)) === "one\ntwo\n");
  const follow = rig.open(["follow", `${id}`, "-n", "1"]);
  await until("the last line", () => follow.stdout() === "two\n");
  await writeFile(rig.file("go"), "");
  expect(await follow.ended).toMatchObject({ code: 1, stdout: "two\none\ntwo\none\ntwo\n" });
});

test("logs -f goes on over retries, too, and with --run ends with that run", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("--retries", "1", "echo run $CLAUDINE_RUN; until [ -e go ]; do sleep 0.01; done; exit 1");
  await until("its output", async () => (await rig.output(id)) !== "");
  const all = rig.open(["logs", "-f", `${id}`]);
  const one = rig.open(["logs", "-f", "--run", "1", `${id}`]);
  await until("both to show it", () => all.stdout() !== "" && one.stdout() !== "");
  await writeFile(rig.file("go"), "");
  expect(await one.ended).toMatchObject({ code: 0, stdout: "run 1\n" });
  expect(await all.ended).toMatchObject({ code: 0, stdout: "run 1\nrun 2\n" });
});
