/** `claudine set`: changes what waiting tasks ask for. */
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig({ config: "slots: 1\nresources: { gpu: 2 }\n" });
  await rig.started(await rig.submit("-g", "busy", "-l", "blocker", "exec sleep 1000"));
  return () => rig[Symbol.asyncDispose]();
});

test("everything that submit says, and keeps what it does not say", async () => {
  const id = await rig.submit("--held", "--timeout", "1h", "--grace", "9s", "--lock", "repo", "--retries", "2", "true");
  const plain = ["--label", "new", "--group", "other", "--priority", "urgent", "--cwd", "/"];
  const rules = ["--after", "1", "--on-dependency-failure", "hold", "--delay", "1h", "--retry-delay", "5s"];
  const { code, stderr } = await rig.claudine(
    "set",
    String(id),
    ...plain,
    ...rules,
    "--timeout",
    "2h",
    "--claim",
    "gpu=2",
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: `Changed task ${id}\n` });
  expect(await rig.show(id)).toMatchObject({
    state: "held",
    label: "new",
    group: "other",
    priority: 100,
    cwd: "/",
    after: [{ id: 1, on: "success" }],
    onDependencyFailure: "hold",
    notBefore: expect.any(Number),
    limits: { timeoutMs: 7_200_000, graceMs: 9000 },
    needs: { locks: ["repo"], claims: { gpu: 2 } },
    retry: { limit: 2, delayMs: 5000, backoff: "constant", jitter: false },
  });
});

test("none takes a rule away, over a restart of the daemon too", async () => {
  const id = await rig.submit(
    "--held",
    "--after",
    "1",
    "--delay",
    "1h",
    "--timeout",
    "1h",
    "--lock",
    "x",
    "-l",
    "y",
    "true",
  );
  await rig.claudine("set", String(id), "--after", "none", "--delay", "none", "--timeout", "none", "--lock", "none");
  await rig.claudine("set", String(id), "--label", "");
  const plain = { after: [], notBefore: null, limits: null, needs: null, label: null };
  expect(await rig.show(id)).toMatchObject(plain);
  await rig.down("SIGKILL");
  await rig.up();
  expect(await rig.show(id)).toMatchObject(plain);
  await rig.claudine("release", String(id));
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
});

test("a queued task is started in its new group", async () => {
  const id = await rig.submit("-g", "busy", "true");
  expect(await rig.show(id)).toMatchObject({ state: "queued" });
  await rig.claudine("set", String(id), "-g", "free");
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded", group: "free" });
});

test("a higher priority goes first", async () => {
  const [low, high] = [await rig.submit("-g", "busy", "true"), await rig.submit("-g", "busy", "true")];
  await rig.claudine("set", String(high), "-o", "P0");
  const blocker = (await rig.claudine("list", "label:blocker", "running", "-q")).stdout.split("\n")[0] ?? "";
  await rig.claudine("kill", blocker);
  const [first, second] = [await rig.ended(high), await rig.ended(low)];
  expect(second.startedAt).toBeGreaterThanOrEqual(first.finishedAt ?? Number.POSITIVE_INFINITY);
  await rig.started(await rig.submit("-g", "busy", "-l", "blocker", "exec sleep 1000"));
});

test("a word takes those that wait; a name must wait", async () => {
  await rig.submit("-g", "busy", "-l", "mine", "true");
  await rig.ran("-g", "free", "-l", "mine", "true");
  const waiting = (await rig.claudine("list", "label:mine", "--state", "queued", "-q")).stdout.trim();
  expect(await rig.claudine("set", "label:mine", "--timeout", "1h")).toMatchObject({
    code: 0,
    stderr: `Changed task ${waiting}\n`,
  });
  expect(await rig.claudine("set", "label:blocker", "--timeout", "1h")).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("nothing was done"),
  });
  const done = (await rig.claudine("list", "label:mine", "--state", "succeeded", "-q")).stdout.trim();
  expect(await rig.claudine("set", `${waiting},${done}`, "--timeout", "2h")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Cannot change task ${done}: it has already finished (succeeded)`),
  });
  expect((await rig.show(Number(waiting))).limits).toEqual({ timeoutMs: 3_600_000 });
  await rig.claudine("cancel", "label:mine");
});

test("of a running task label and retries can be changed, and nothing else", async () => {
  const id = await rig.submit("-g", "free", "until [ -e fail ]; do sleep 0.01; done; [ $CLAUDINE_RUN = 2 ]");
  await rig.started(id);
  expect(await rig.claudine("set", String(id), "--priority", "1")).toMatchObject({
    code: 1,
    stderr: `claudine: Cannot change task ${id}: it is running\n  hint: While it runs only label, retries, key, hook, budget and the failures of its batch can be changed\n`,
  });
  expect(await rig.claudine("set", String(id), "--retries", "1", "-l", "again")).toMatchObject({ code: 0 });
  await rig.ran("-g", "hands", "touch fail");
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded", attempt: 2, label: "again" });
});

test("key, hook and the failures of a batch, of a running task too; a key is one task's", async () => {
  const input = "exec sleep 1000\nexec sleep 1000\nexec sleep 1000\n";
  const batch = ["submit", "-g", "batch", "--max-fails", "1", "--held", "--each-line", "-"];
  const ids = (await rig.claudineWith({ input }, ...batch)).stdout.trim().split("\n").map(Number);
  const [one = 0, two = 0] = ids;
  const later = ["--key", "new", "--on-finish", "echo done", "--max-fails", "2"];
  expect(await rig.claudine("set", String(one), ...later)).toMatchObject({ code: 0 });
  expect(await rig.show(one)).toMatchObject({ key: "new", onFinish: "echo done", maxFails: 2 });
  expect(await rig.show(two)).toMatchObject({ key: null, onFinish: null, maxFails: 2 });
  expect((await rig.claudine("show", String(one))).stdout).toMatch(/more than 2 of it have failed[^]*new[^]*echo done/);
  expect(await rig.claudine("set", String(two), "--key", "new")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Cannot change task ${two}: task ${one} has this key`),
  });
  expect((await rig.claudine("submit", "--key", "new", "true")).stdout).toBe(`${one}\n`);
  await rig.claudine("set", String(one), "--key", "none", "--on-finish", "none", "--max-fails", "none");
  expect(await rig.show(one)).toMatchObject({ key: null, onFinish: null, maxFails: 3 });
  await rig.down("SIGKILL");
  await rig.up();
  expect((await rig.claudine("set", String(two), "--key", "new")).code).toBe(0);
  expect((await rig.claudine("submit", "--key", "new", "true")).stdout).toBe(`${two}\n`);
  await rig.claudine("cancel", "group:batch");
});

test("several clients change parts of one rule at once, and all of it holds", async () => {
  const id = await rig.submit("--held", "--timeout", "1h", "true");
  const words = [
    ["--grace", "9s"],
    ["--idle-timeout", "2m"],
    ["--timeout", "3h"],
    ["--cpus", "2"],
    ["--slots", "1"],
  ];
  const ends = await Promise.all(words.map((each) => rig.claudine("set", String(id), ...each)));
  expect(ends.map(({ code }) => code)).toEqual(words.map(() => 0));
  expect(await rig.show(id)).toMatchObject({
    limits: { timeoutMs: 10_800_000, idleTimeoutMs: 120_000, graceMs: 9000 },
    needs: { cpus: 2, slots: 1 },
  });
});

test.for([
  ["set 1", "Cannot change anything: say what"],
  ["set 1 --priority x", '--priority "x" is not a priority'],
  ["set 1 --timeout soon", '--timeout "soon" is not a duration'],
  ["set 1 --delay 1h --at noon", "--delay does not go with --at"],
  ["set 1 --after x", 'Cannot select tasks by "x"'],
  ["set x --priority 1", 'Cannot select tasks by "x"'],
])("claudine %s is refused", async ([words = "", text = ""]) => {
  const ended = await rig.claudine(...words.split(" "));
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expect(ended.stderr).toMatch(/^claudine: .+\n( {2}hint: .+\n)?$/);
  expect(ended.stderr).toContain(text);
});

test("an unknown task, and a contradiction with what it has", async () => {
  expect(await rig.claudine("set", "9999", "--timeout", "1h")).toMatchObject({
    code: 66,
    stderr: expect.stringContaining("Cannot change task 9999: there is no such task"),
  });
  const id = await rig.submit("--held", "true");
  expect(await rig.claudine("set", String(id), "--warn-signal", "USR1@5s")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`Cannot change task ${id}: a signal 5.0s before the timeout needs a timeout`),
  });
});
