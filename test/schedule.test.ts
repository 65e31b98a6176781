/** `claudine schedule`: commands that run at times. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";
import { age, firingLike, historyOf, scheduleOf } from "./support/schedules.ts";
import { until } from "./support/until.ts";

test("what is due runs, knows its schedule, and is in its history", async () => {
  const rig = await startDaemon();
  const command = 'echo "$CLAUDINE_SCHEDULE $CLAUDINE_DUE_AT $CLAUDINE_PREVIOUS_SUCCESS_AT" >> log';
  expect(
    await rig.claudine(
      "schedule",
      "add",
      "tick",
      "--every",
      "1s",
      "--tz",
      "Asia/Tokyo",
      "--missed",
      "catchup",
      "--max-runs",
      "1",
      command,
    ),
  ).toMatchObject({
    code: 0,
    stdout: "",
    stderr: expect.stringMatching(/^Added schedule tick: due .* \(in \d+m?s\)\n$/),
  });
  const first = await firingLike(rig, "tick", { number: 1, state: "succeeded" });
  // A daemon that was held up for a second calls it missed.
  expect(first).toMatchObject({ cause: expect.stringMatching(/^(due|missed)$/), skipped: null, task: 1 });
  await rig.claudine("schedule", "run", "tick");
  const second = await firingLike(rig, "tick", { number: 2, state: "succeeded" });
  expect(second).toMatchObject({ cause: "run", skipped: null, task: 2 });
  for (const { due, startedAt } of [first, second]) expect(startedAt).toBeGreaterThanOrEqual(due);
  const task = await rig.show(1);
  expect(task.schedule).toEqual({ name: "tick", firing: 1, due: first.due, zone: "Asia/Tokyo" });
  const lines = (await readFile(rig.file("log"), "utf8")).split("\n");
  const tokyo = (at: number) => new Date(at + 9 * 3_600_000).toISOString().replace(/(\.000)?Z$/, "+09:00");
  expect(lines).toEqual([`tick ${tokyo(first.due)} `, `tick ${tokyo(second.due)} ${tokyo(first.finishedAt ?? 0)}`, ""]);
  expect(await scheduleOf(rig, "tick")).toMatchObject({ state: "ended", fired: 1, next: null });
  expect((await rig.claudine("show", "1")).stdout).toMatch(/^Schedule +tick, due /m);
});

test("history and outcome outlive the tasks and the daemon; removing a schedule leaves its tasks", async () => {
  const rig = await startDaemon();
  await rig.claudine("schedule", "add", "once", "--at", "in 4 seconds", "exit 3");
  await firingLike(rig, "once", { state: "failed" });
  expect(await rig.claudine("remove", "1")).toMatchObject({ code: 0 });
  await rig.down("SIGKILL");
  await rig.up();
  expect(await historyOf(rig, "once")).toMatchObject([{ task: 1, state: "failed", reason: "exit code 3" }]);
  const { stdout } = await rig.claudine("schedule", "run", "once");
  await rig.ended(Number(stdout));
  expect(await rig.claudine("schedule", "remove", "once")).toMatchObject({ code: 0 });
  expect(await rig.show(Number(stdout))).toMatchObject({ state: "failed", schedule: { name: "once" } });
  expect(await rig.claudine("schedule", "history", "once")).toMatchObject({ code: 66 });
});

test.for([
  ["--cron", "0 25 * * *", 2, "hour: 25 is above 23"],
  ["--cron", "0 0 30 2 *", 2, "30 does not exist in the month"],
  ["--cron", "0 0 L-30 2 *", 2, "no day ever fits it"],
  ["--at", "2020-01-01", 2, "is over: it was understood as 2020-01-01"],
  ["--every", "5ms", 2, "is out of range"],
] as const)("%s %s is refused", async ([option, value, code, why]) => {
  const rig = await startDaemon();
  const ended = await rig.claudine("schedule", "add", "bad", option, value, "--tz", "UTC", "true");
  expect(ended).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(why) });
  expect((await rig.claudine("schedule", "list", "--quiet")).stdout).toBe("");
});

test("a time that no calendar shows, and an interval that the store would not take, are refused", async () => {
  const rig = await startDaemon();
  const client = await rig.client();
  const every = { kind: "every", everyMs: 3_600_000 } as const;
  for (const [when, until] of [
    [{ kind: "at", at: 8.64e15 + 1 }, undefined],
    [{ kind: "at", at: Date.now() + 60_000.5 }, undefined],
    [{ ...every, from: Number.MAX_SAFE_INTEGER }, undefined],
    [{ ...every, everyMs: 20 * 365 * 86_400_000 }, undefined],
    [every, 8.64e15 + 1],
  ] as const) {
    const schedule = { name: "far", when, task: { command: ["true"] }, ...(until === undefined ? {} : { until }) };
    await expect(
      client.call("schedule.add", { env: {}, cwd: rig.home.work, umask: 0o22, schedule }),
    ).rejects.toMatchObject({ code: "invalid_params" });
  }
  expect(await client.call("schedule.list", {})).toMatchObject({ schedules: [] });
});

test("a zone that there is not, a schedule without times and one without a command are refused", async () => {
  const rig = await startDaemon();
  expect(await rig.claudine("schedule", "add", "x", "--cron", "@daily", "--tz", "Mars/Base", "true")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no time zone "Mars/Base"'),
  });
  expect(await rig.claudine("schedule", "add", "x", "true")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("it is not said when it is due"),
  });
  const bare = await rig.claudine("schedule", "add", "x", "--cron", "@daily");
  expect(bare).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no command") });
  expect(bare.stderr).not.toContain("claudine submit");
  expect(await rig.claudine("schedule", "add", "x", "--cron", "@daily", "--retry-jitter", "true")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--retry-jitter goes with --retries"),
  });
});

test("next shows the times with their offsets, over a change of the clock", async () => {
  const rig = await startDaemon();
  await rig.claudine("schedule", "add", "n", "--cron", "30 2 28-30 3 *", "--tz", "Europe/Berlin", "true");
  const { stdout } = await rig.claudine("schedule", "next", "n", "-n", "12");
  expect(stdout).toMatch(/^(\d{4}-03-(28|29|30)T(02:30|03:00):00\+0[12]:00 {2}Europe\/Berlin\n){12}$/);
  const offsets = new Set(stdout.match(/\+0\d:00/g));
  expect(offsets).toEqual(new Set(["+01:00", "+02:00"]));
});

test("pause, resume and edit: what is not named stays, none takes a rule away", async () => {
  const rig = await startDaemon();
  await rig.claudine(
    "schedule",
    "add",
    "e",
    "--cron",
    "@hourly",
    "--retries",
    "3",
    "--timeout",
    "1h",
    "-g",
    "gpu",
    "true",
  );
  expect(await rig.claudine("schedule", "pause", "e")).toMatchObject({ stderr: "Paused schedule e: paused\n" });
  await rig.down("SIGKILL");
  await rig.up();
  expect(await scheduleOf(rig, "e")).toMatchObject({ state: "paused", next: null });
  await rig.claudine("schedule", "resume", "e");
  const edit = ["--retry-delay", "5s", "--timeout", "none", "--overlap", "queue", "-l", "name", "--", "echo", "a b"];
  expect(await rig.claudine("schedule", "edit", "e", ...edit)).toMatchObject({ code: 0 });
  expect(await scheduleOf(rig, "e")).toMatchObject({
    state: "active",
    group: "gpu",
    label: "name",
    overlap: "queue",
    retry: { limit: 3, delayMs: 5000 },
    limits: null,
    argv: ["echo", "a b"],
    when: "@hourly",
  });
  expect(await rig.claudine("schedule", "edit", "e")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("say what"),
  });
  await rig.claudine("schedule", "edit", "e", "--every", "6h");
  expect(await scheduleOf(rig, "e")).toMatchObject({ when: "every 6h" });
});

test("while its task runs, the next time is skipped and the history says why", async () => {
  const rig = await startDaemon();
  await rig.claudine("schedule", "add", "slow", "--every", "1s", "exec sleep 1000");
  const skipped = await until("one to be skipped", async () =>
    (await historyOf(rig, "slow")).find(({ skipped: why }) => why !== null),
  );
  expect(skipped).toMatchObject({ task: null, skipped: { why: "overlap", note: "task 1 of it has not ended" } });
  expect((await rig.claudine("schedule", "history", "slow")).stdout).toMatch(/skipped +task 1 of it has not ended/);
  expect(await rig.claudine("schedule", "run", "slow")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("Cannot run schedule slow: task 1 of it has not ended"),
  });
});

test("what was missed while no daemon ran: the latest, all, none, or a failure", async () => {
  const rig = await startDaemon({ config: "slots: 20\n" });
  for (const missed of ["latest", "catchup", "skip", "fail"])
    await rig.claudine("schedule", "add", missed, "--every", "10m", "--missed", missed, "true");
  await rig.down();
  // Due every ten minutes, the last time five minutes ago.
  for (const missed of ["latest", "catchup", "skip", "fail"]) await age(rig, missed, 35 * 60_000);
  await rig.up();
  const latest = await firingLike(rig, "latest", { cause: "missed", state: "succeeded" });
  expect(await historyOf(rig, "latest")).toMatchObject([
    { number: 2, due: latest.due },
    { number: 1, count: 2, skipped: { why: "missed" } },
  ]);
  await until(
    "all to be caught up",
    async () => (await historyOf(rig, "catchup")).filter(({ state }) => state === "succeeded").length === 3,
  );
  expect(await historyOf(rig, "skip")).toMatchObject([{ count: 3, task: null, skipped: { why: "missed" } }]);
  const [failed] = await historyOf(rig, "fail");
  expect(failed).toMatchObject({ state: "failed", reason: expect.stringContaining("missed") });
  expect(await rig.show(failed?.task ?? 0)).toMatchObject({ state: "failed", attempt: 0 });
});

test("a task can depend on a schedule's last success", async () => {
  const rig = await startDaemon();
  await rig.claudine("schedule", "add", "backup", "--cron", "@yearly", "until [ -e go ]; do sleep 0.01; done");
  expect(await rig.claudine("submit", "--after", "schedule:backup", "true")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("Cannot submit: schedule backup has not succeeded yet"),
  });
  await rig.claudine("schedule", "run", "backup");
  const id = await rig.submit("--after", "schedule:backup", "true");
  expect(await rig.show(id)).toMatchObject({ state: "queued", after: [{ id: 1, on: "success" }] });
  await rig.claudine("submit", "touch go");
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
  expect(await rig.claudine("submit", "--after", "schedule:none", "true")).toMatchObject({ code: 66 });
});

test("a schedule that waits for one that was removed says so before it is due, and can be changed", async () => {
  const rig = await startDaemon();
  await rig.claudine("schedule", "add", "backup", "--cron", "@daily", "true");
  await rig.claudine("schedule", "add", "report", "--cron", "@daily", "--after", "schedule:backup", "true");
  expect((await scheduleOf(rig, "report")).problem).toBeNull();
  await rig.claudine("schedule", "remove", "backup");
  expect((await rig.claudine("schedule", "list")).stderr).toBe(
    "report: it waits for the last success of backup, and there is no such schedule; " +
      "`claudine schedule edit report --after none` lets it run without\n",
  );
  expect(await rig.claudine("schedule", "edit", "report", "--overlap", "all")).toMatchObject({ code: 0 });
  expect(await rig.claudine("schedule", "edit", "report", "--after", "none")).toMatchObject({ code: 0 });
  expect(await scheduleOf(rig, "report")).toMatchObject({ problem: null, afterSchedules: [], overlap: "all" });
});

test("a schedule whose secrets went with their key says so before it is due, and gets them anew", async () => {
  const rig = await startDaemon();
  await rig.claudineWith(
    { env: { API_TOKEN: "x" } },
    "schedule",
    "add",
    "s",
    "--cron",
    "@yearly",
    "echo $API_TOKEN > token",
  );
  await rig.down();
  await rm(`${rig.home.runtimeDir}/env.key`);
  await rig.up();
  expect((await scheduleOf(rig, "s")).problem).toContain("claudine schedule edit s --take-env");
  expect((await rig.claudine("schedule", "list")).stderr).toContain(
    "the key to its secret variables (API_TOKEN) is gone",
  );
  await rig.claudine("schedule", "run", "s");
  expect(await rig.inState(1, "held")).toMatchObject({ reason: expect.stringContaining("API_TOKEN") });
  expect(await rig.claudine("cancel", "1")).toMatchObject({ code: 0 });
  await rig.claudineWith({ env: { API_TOKEN: "new" } }, "schedule", "edit", "s", "--take-env");
  expect((await scheduleOf(rig, "s")).problem).toBeNull();
  const { stdout } = await rig.claudine("schedule", "run", "s");
  await rig.ended(Number(stdout));
  expect(await readFile(rig.file("token"), "utf8")).toBe("new\n");
});

test("many are resumed in pieces, all or none of those that are named", async () => {
  const rig = await startDaemon();
  const names = Array.from({ length: 25 }, (_, index) => `s${index}`);
  const file = rig.file("many.yaml");
  const entries = names.map((name) => `  ${name}: { cron: "0 0 1 1 *", command: "true" }\n`).join("");
  await writeFile(file, `schedules:\n${entries}`);
  expect(await rig.claudine("schedule", "--from-yaml", file)).toMatchObject({ code: 0 });
  await rig.claudine("schedule", "pause", ...names);
  expect(await rig.claudine("schedule", "resume", ...names, "none")).toMatchObject({
    stderr: expect.stringContaining("there is no schedule none"),
  });
  const states = async () => {
    const listed = JSON.parse((await rig.claudine("schedule", "list", "--json")).stdout) as { state: string }[];
    return new Set(listed.map(({ state }) => state));
  };
  expect(await states()).toEqual(new Set(["paused"]));
  expect(await rig.claudine("schedule", "resume", ...names)).toMatchObject({ code: 0 });
  expect(await states()).toEqual(new Set(["active"]));
});
