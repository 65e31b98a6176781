/** `claudine submit` of many tasks in one call and one commit. */
import { writeFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
  return () => rig[Symbol.asyncDispose]();
});

/** Submits, and gives the tasks in order once the journal has shown that one commit took them all. */
async function submitMany(args: readonly string[], input?: string) {
  const before = (await rig.status())?.lastSeq ?? 0;
  const ended = await rig.claudineWith(input === undefined ? {} : { input }, "submit", ...args);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  const ids = ended.stdout.trimEnd().split("\n").map(Number);
  const client = await rig.client();
  const { events } = await client.call("event.list", { since: before, limit: 10_000 });
  const taken = events.filter(({ type }) => type === "task.submitted");
  expect(taken.map((event) => ("id" in event ? event.id : 0))).toEqual(ids);
  expect(taken.map(({ seq }) => seq - (taken[0]?.seq ?? 0))).toEqual(ids.map((_, index) => index));
  return Promise.all(ids.map((id) => rig.show(id)));
}

test("--each-line makes a task of every line that is not empty", async () => {
  const tasks = await submitMany(["--held", "--each-line", "-"], "echo one\n\n  \necho 'two words' | cat\r\necho last");
  expect(tasks.map(({ command }) => command)).toEqual(["echo one", "echo 'two words' | cat", "echo last"]);
  expect(tasks.map(({ argv }) => argv[1])).toEqual(["-c", "-c", "-c"]);
});

test("--each-line puts the line into the command, as one word whatever it holds", async () => {
  const lines = "a b\n$(touch hit); 'q' \"d\"\n*";
  const words = await submitMany(["--each-line", "-", "printf", "%s|", "pre-{}-post", "{}"], lines);
  await Promise.all(words.map(({ id }) => rig.ended(id)));
  expect(await Promise.all(words.map(({ id }) => rig.output(id)))).toEqual(
    lines.split("\n").map((line) => `pre-${line}-post|${line}|`),
  );
  const shell = await submitMany(["--each-line", "-", "printf '%s|' x {}"], lines);
  await Promise.all(shell.map(({ id }) => rig.ended(id)));
  expect(await Promise.all(shell.map(({ id }) => rig.output(id)))).toEqual(
    lines.split("\n").map((line) => `x|${line}|`),
  );
  const [appended] = await submitMany(["--held", "--each-line", "-", "gzip", "-k"], "some file");
  expect(appended?.argv).toEqual(["gzip", "-k", "some file"]);
});

test("--each-line reads a file, and gives the options to every task", async () => {
  await writeFile(rig.file("lines"), "true\nfalse\n");
  const tasks = await submitMany(["-l", "both", "-g", "lines", "-o", "7", "-s", "--each-line", "lines"]);
  expect(tasks).toMatchObject([true, false].map(() => ({ label: "both", group: "lines", priority: 7, state: "held" })));
  expect(await rig.claudine("submit", "--each-line", "no-such-file")).toMatchObject({ code: 66, stdout: "" });
});

test("--array makes a task of every number, which is in CLAUDINE_ARRAY_INDEX", async () => {
  const tasks = await submitMany(["--array", "1-7:3,20", "echo $CLAUDINE_ARRAY_INDEX"]);
  expect(tasks.map(({ arrayIndex }) => arrayIndex)).toEqual([1, 4, 7, 20]);
  await Promise.all(tasks.map(({ id }) => rig.ended(id)));
  expect(await Promise.all(tasks.map(({ id }) => rig.output(id)))).toEqual(["1\n", "4\n", "7\n", "20\n"]);
});

test("--from-json takes an array, and each task overrides the options", async () => {
  const json = JSON.stringify([
    "echo by shell",
    ["printf", "%s", "two\nlines"],
    {
      command: ["true"],
      label: "own",
      group: "json",
      priority: 3,
      cwd: "/",
      env: { A: "own" },
      held: false,
      arrayIndex: 9,
    },
    { command: "echo $A $B" },
  ]);
  const tasks = await submitMany(["-s", "-l", "shared", "-e", "A=shared", "-e", "B=2", "--from-json", "-"], json);
  expect(tasks).toMatchObject([
    { command: "echo by shell", label: "shared", state: "held" },
    { argv: ["printf", "%s", "two\nlines"], label: "shared" },
    { label: "own", group: "json", priority: 3, cwd: "/", arrayIndex: 9 },
    { label: "shared", cwd: rig.home.work },
  ]);
  await rig.claudine("release", "held");
  const last = tasks.at(-1)?.id ?? 0;
  // All of them, so that nothing happens behind the next test.
  await rig.claudine("wait", "all");
  expect(await rig.output(last)).toBe("shared 2\n");
});

test("--from-json takes rules, with times in milliseconds, and names of priorities", async () => {
  const retry = { limit: 3, delayMs: 5000, backoff: "exponential", jitter: true, maxDelayMs: 60_000 };
  const rules = { after: [{ id: 1, on: "any" }], onDependencyFailure: "hold", retry, limits: { timeoutMs: 1500 } };
  const json = JSON.stringify([{ command: "true", priority: "P0", ...rules }, { command: "true" }]);
  await rig.submit("--held", "true");
  const [own, shared] = await submitMany(["--held", "--timeout", "1h", "-o", "low", "--from-json", "-"], json);
  expect(own).toMatchObject({ priority: 100, ...rules });
  expect(shared).toMatchObject({ priority: -10, after: [], retry: null, limits: { timeoutMs: 3_600_000 } });
});

test("--from-json: tasks wait for others of the same call by their refs; what does not go is refused as a whole", async () => {
  const pipeline = [
    { command: "true", held: true, ref: "build" },
    { command: "true", ref: "test", after: [{ ref: "build", on: "success" }] },
    {
      command: "true",
      after: [
        { ref: "test", on: "any" },
        { id: 1, on: "any" },
      ],
    },
  ];
  const [build, tests, pack] = await submitMany(["--from-json", "-"], JSON.stringify(pipeline));
  expect(tests?.after).toEqual([{ id: build?.id, on: "success" }]);
  expect(pack?.after).toEqual([
    { id: 1, on: "any" },
    { id: tests?.id, on: "any" },
  ]);
  const seq = (await rig.status())?.lastSeq;
  const refused = async (tasks: object[]) =>
    (await rig.claudineWith({ input: JSON.stringify(tasks) }, "submit", "--from-json", "-")).stderr;
  const [a, b] = [
    { ref: "b", on: "any" },
    { ref: "a", on: "any" },
  ];
  expect(
    await refused([
      { command: "true", ref: "a", after: [a] },
      { command: "true", ref: "b", after: [b] },
    ]),
  ).toBe("claudine: Cannot submit: the tasks would wait for each other in a circle\n  hint: a after b after a\n");
  expect(await refused([{ command: "true", after: [{ on: "any" }] }])).toContain("give either an id or a ref");
  expect((await rig.status())?.lastSeq).toBe(seq);
});

test("--from-json takes JSON lines from a file", async () => {
  await writeFile(rig.file("tasks.jsonl"), '{"command":"true"}\n\n["false"]\n');
  const tasks = await submitMany(["--held", "--from-json", "tasks.jsonl"]);
  expect(tasks.map(({ argv }) => argv)).toEqual([["/bin/sh", "-c", "true"], ["false"]]);
});

test("ten thousand tasks go in one commit", async () => {
  const lines = Array.from({ length: 10_000 }, (_, index) => `echo ${index}`).join("\n");
  const before = (await rig.status())?.lastSeq ?? 0;
  const { stdout, code } = await rig.claudineWith({ input: lines }, "submit", "-s", "-g", "many", "--each-line", "-");
  const ids = stdout.trimEnd().split("\n").map(Number);
  expect({ code, ids: ids.length, seq: (await rig.status())?.lastSeq }).toEqual({
    code: 0,
    ids: 10_000,
    seq: before + 10_000,
  });
  expect(await rig.claudine("cancel", "group:many", "-q")).toMatchObject({ code: 0 });
});

test.for([
  { what: "an empty file", args: ["--each-line", "-"], input: "\n \n", says: "no line" },
  { what: "an array that runs down", args: ["--array", "5-1", "true"], says: "upwards" },
  { what: "an array of words", args: ["--array", "x", "true"], says: "not an array" },
  { what: "an array too long", args: ["--array", "1-1000000", "true"], says: "at most" },
  { what: "an array without a command", args: ["--array", "1-2"], says: "no command" },
  { what: "two sources", args: ["--array", "1-2", "--each-line", "-", "true"], says: "does not go with" },
  { what: "a command beside --from-json", args: ["--from-json", "-", "true"], input: "[]", says: "--from-json" },
  { what: "JSON without tasks", args: ["--from-json", "-"], input: "[]", says: "no task" },
  { what: "broken JSON", args: ["--from-json", "-"], input: '{"command":', says: "JSON" },
  { what: "a task without a command", args: ["--from-json", "-"], input: '[{"label":"x"}]', says: "command" },
  {
    what: "a task with an unknown field",
    args: ["--from-json", "-"],
    input: '["true",{"command":"true","lable":"x"}]',
    says: "lable",
  },
  { what: "a word with NUL", args: ["--from-json", "-"], input: '[["echo","a\\u0000b"]]', says: "NUL" },
  {
    what: "a task whose label is no text",
    args: ["--from-json", "-"],
    input: '["true",{"command":"true","label":5}]',
    says: "label",
  },
])("$what is refused, and no task is taken", async ({ args, input, says }) => {
  const before = (await rig.status())?.lastSeq;
  const refused = await rig.claudineWith({ input: input ?? "" }, "submit", "--held", ...args);
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toContain(says);
  expect((await rig.status())?.lastSeq).toBe(before);
});
