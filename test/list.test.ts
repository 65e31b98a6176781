/** `claudine list`: which tasks, in which order, in which form. */
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig, startDaemon } from "./support/daemon.ts";

let rig: Rig;
/** Ids by name: two that ended, one that runs, one that waits, one that is held. */
const ids = { good: 0, bad: 0, running: 0, queued: 0, held: 0 };

beforeAll(async () => {
  rig = await createRig({ config: "slots: 1\n" });
  ids.good = await rig.submit("-l", "alpha", "-o", "3", "true");
  await rig.ended(ids.good);
  ids.bad = await rig.submit("-l", "Beta Two", "-g", "build", "echo FINDME; exit 3");
  await rig.ended(ids.bad);
  ids.running = await rig.submit("-l", "alpha", "exec sleep 1000");
  await rig.started(ids.running);
  ids.queued = await rig.submit("-o", "9", "echo waits");
  ids.held = await rig.submit("-s", "-g", "build", "echo held");
  return () => rig[Symbol.asyncDispose]();
});

async function listed(...args: string[]): Promise<number[]> {
  const { stdout, code, stderr } = await rig.claudine("list", "-q", ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.split("\n").slice(0, -1).map(Number);
}

test("lists what was submitted last at the end, under all its names", async () => {
  const all = [ids.good, ids.bad, ids.running, ids.queued, ids.held];
  expect(await listed()).toEqual(all);
  for (const words of [["list"], ["ls"], ["status"], []]) {
    const { stdout, code } = await rig.claudine(...words);
    expect(code).toBe(0);
    const rows = stdout.trimEnd().split("\n");
    expect(rows[0]).toMatch(/^\s*ID +STATE/);
    expect(rows.slice(1).map((row) => Number.parseInt(row, 10))).toEqual(all);
  }
});

test("--json has every field of every task", async () => {
  const { stdout } = await rig.claudine("list", "--json");
  const tasks = JSON.parse(stdout) as Record<string, unknown>[];
  expect(tasks).toHaveLength(5);
  const fields = [
    "id",
    "uid",
    "state",
    "reason",
    "exitCode",
    "signal",
    "label",
    "group",
    "priority",
    "command",
    "cwd",
    "attempt",
    "createdAt",
    "startedAt",
    "finishedAt",
    "usage",
  ];
  for (const task of tasks) {
    expect(Object.keys(task)).toEqual(expect.arrayContaining(fields));
    expect(Object.keys(task["usage"] as object).toSorted()).toEqual([
      "avgRssBytes",
      "cpuMs",
      "groupPeakBytes",
      "involuntarySwitches",
      "peakRssBytes",
      "processes",
      "readBytes",
      "readOps",
      "systemMs",
      "threads",
      "userMs",
      "voluntarySwitches",
      "wallMs",
      "writeBytes",
      "writeOps",
    ]);
  }
  const [good, bad, running, queued, held] = tasks;
  expect(good).toMatchObject({
    id: ids.good,
    state: "succeeded",
    reason: null,
    exitCode: 0,
    signal: null,
    label: "alpha",
    priority: 3,
    attempt: 1,
  });
  expect(bad).toMatchObject({
    state: "failed",
    reason: "exit code 3",
    exitCode: 3,
    group: "build",
    command: "echo FINDME; exit 3",
  });
  expect(running).toMatchObject({
    state: "running",
    exitCode: null,
    finishedAt: null,
    pid: expect.any(Number),
    startedAt: expect.any(Number),
  });
  expect(queued).toMatchObject({
    state: "queued",
    reason: "waits for a slot (1 of 1 in use)",
    startedAt: null,
    attempt: 0,
    pid: null,
  });
  expect(held).toMatchObject({ state: "held", reason: "held", group: "build", cwd: rig.home.work });
});

test("times are epoch milliseconds in their order", async () => {
  const task = await rig.show(ids.bad);
  const { createdAt, startedAt, finishedAt } = task;
  expect(createdAt).toBeGreaterThan(Date.now() - 600_000);
  expect([createdAt, startedAt, finishedAt]).toEqual(
    [createdAt, startedAt, finishedAt].toSorted((a, b) => Number(a) - Number(b)),
  );
  expect(task.usage.wallMs).toBe((finishedAt ?? 0) - (startedAt ?? 0));
});

test("filters by state, group, label and text, and all must match", async () => {
  expect(await listed("--state", "failed")).toEqual([ids.bad]);
  expect(await listed("--state", "failed", "--state", "running")).toEqual([ids.bad, ids.running]);
  expect(await listed("failed")).toEqual([ids.bad]);
  expect(await listed("-g", "build")).toEqual([ids.bad, ids.held]);
  expect(await listed("-l", "alpha")).toEqual([ids.good, ids.running]);
  expect(await listed("-t", "findme")).toEqual([ids.bad]);
  expect(await listed("-t", "beta")).toEqual([ids.bad]);
  expect(await listed("-g", "build", "--state", "held")).toEqual([ids.held]);
  expect(await listed("-g", "build", "-l", "alpha")).toEqual([]);
  expect(await listed("-g", "nowhere")).toEqual([]);
});

test("--limit shows the newest", async () => {
  expect(await listed("-n", "2")).toEqual([ids.queued, ids.held]);
  expect(await listed("--limit", "0")).toEqual([]);
  expect(await listed("-n", "1", "-g", "build")).toEqual([ids.held]);
  expect(await rig.claudine("list", "-n", "-3")).toMatchObject({ code: 2, stdout: "" });
});

test("--sort orders by a column, and -COLUMN turns it round", async () => {
  expect(await listed("--sort", "priority")).toEqual([ids.bad, ids.running, ids.held, ids.good, ids.queued]);
  expect((await listed("--sort", "-priority")).slice(0, 2)).toEqual([ids.queued, ids.good]);
  expect((await listed("--sort", "-finished")).slice(0, 2)).toEqual([ids.bad, ids.good]);
  const wrong = await rig.claudine("list", "--sort", "prioritty");
  expect(wrong).toMatchObject({ code: 2, stdout: "" });
  expect(wrong.stderr).toContain("priority");
});

test("--columns shows these columns in this order", async () => {
  const { stdout } = await rig.claudine("list", "-c", "state, id,command", "-n", "1");
  expect(
    stdout.split("\n").map((row) =>
      row
        .trim()
        .split(/\s{2,}|\s(?=ID|\d)/)
        .filter((cell) => cell !== ""),
    ),
  ).toEqual([["STATE", "ID", "COMMAND"], ["held", String(ids.held), "echo held"], []]);
});

test("an unknown state is refused with the known ones", async () => {
  const refused = await rig.claudine("list", "--state", "dead");
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toContain("succeeded");
});

test("nothing to list is said on stderr, and --json gives an empty array", async () => {
  expect(await rig.claudine("list", "-g", "nowhere")).toMatchObject({ code: 0, stdout: "", stderr: "No tasks\n" });
  expect(await rig.claudine("list", "-g", "nowhere", "--json")).toMatchObject({ code: 0, stdout: "[]\n" });
});

test("control characters of a command or label never reach the terminal raw", async () => {
  const id = await rig.submit("-s", "-l", "\u001b[31mred\u0007", "echo \u001b]0;title\u0007\r\nx\u202e");
  const { stdout } = await rig.claudine("list", String(id));
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  expect(stdout.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  const shown = await rig.claudine("show", String(id));
  // oxlint-disable-next-line no-control-regex -- as above
  expect(shown.stdout.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  await rig.claudine("remove", String(id));
});

test("thousands of tasks are all listed when all are asked for", async () => {
  const client = await rig.client();
  const tasks = Array.from({ length: 2500 }, () => ({ command: "true", held: true, group: "many" }));
  const { ids: many } = await client.call("task.submit", { env: {}, cwd: "/", umask: 0o22, tasks });
  expect(await listed("-g", "many")).toEqual(many);
  expect(await listed("-n", "1500", "held", "-g", "many")).toEqual(many.slice(1000));
  const usual = await rig.claudine("list");
  expect(usual.stderr).toBe("There are more: claudine list --all\n");
  expect(usual.stdout.split("\n").length).toBeLessThan(1500);
  const all = await rig.claudine("list", "--all");
  expect(all.stderr).toBe("");
  expect(all.stdout.split("\n").length).toBeGreaterThan(2500);
  await client.call("task.remove", { selector: ["group:many"] });
});

test("what is asked for by its state is in it, however fast tasks come and go", async () => {
  const busy = await startDaemon({ config: "slots: 20\nautoscale: off\n" });
  const client = await busy.client();
  // One is there however late the first look is.
  const tasks = [{ command: ["sleep", "1000"] }, ...Array.from({ length: 400 }, () => ({ command: ["true"] }))];
  const call = { cwd: "/", env: { PATH: process.env["PATH"] ?? "" }, umask: 0o22 };
  const { ids: submitted } = await client.call("task.submit", { tasks, ...call });
  await busy.started(submitted[0] ?? 0);
  const found = new Set<string>();
  const all = client.call("task.wait", { selector: submitted.slice(1).map(String) });
  let ended = false;
  void all.then(() => {
    ended = true;
  });
  while (!ended) {
    const page = await client.call("task.list", { selector: ["running"] });
    for (const { state } of page.tasks) found.add(state);
  }
  expect([...found]).toEqual(["running"]);
});
