/** `submit --after` and its kin: a task starts when others have ended as it wants. */
import { expect, test } from "vitest";
import { startDaemon, type Rig } from "./support/daemon.ts";
import { until } from "./support/until.ts";

/** Runs until the file `name` is there, and exits with `code`. */
const untilFile = (name: string, code = 0) => `until [ -e ${name} ]; do sleep 0.01; done; exit ${code}`;
const touch = (rig: Rig, name: string) => rig.ran("-g", "hands", `touch ${name}`);

test("starts when all it waits for have succeeded, and says until then what it waits for", async () => {
  const rig = await startDaemon({ config: "slots: 9\n" });
  const [one, two] = [await rig.submit("-l", "base", untilFile("one")), await rig.submit(untilFile("two"))];
  const id = await rig.submit("--after", "label:base", "--after", "last", "true");
  expect(await rig.show(id)).toMatchObject({
    state: "queued",
    reason: `waits for tasks ${one}, ${two} to succeed`,
    after: [
      { id: one, on: "success" },
      { id: two, on: "success" },
    ],
  });
  await touch(rig, "one");
  await rig.ended(one);
  expect(await rig.show(id)).toMatchObject({ state: "queued", reason: `waits for task ${two} to succeed` });
  await touch(rig, "two");
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
});

test("names tasks by ids, ranges and last:N", async () => {
  const rig = await startDaemon();
  await rig.claudine("submit", "--held", "--array", "1-4", "true");
  const id = await rig
    .submit("--held", "--after", "1-2,4", "--after-any", "last:1", "--after-any", "3", "true")
    .catch((error: unknown) => error);
  expect(String(id)).toContain("task 4 cannot be waited for in two ways");
  const other = await rig.submit("--held", "--after", "1-2", "--after-failure", "last:2", "true");
  expect((await rig.show(other)).after).toEqual([
    { id: 2, on: "success" },
    { id: 1, on: "success" },
    { id: 4, on: "failure" },
    { id: 3, on: "failure" },
  ]);
});

test("what becomes of it when one ends otherwise", async () => {
  const rig = await startDaemon({ config: "slots: 9\n" });
  const base = await rig.submit(untilFile("go", 3));
  const after = (...options: string[]) => rig.submit(...options, "true");
  const ids = {
    skipped: await after("--after", "1"),
    cancelled: await after("--after", "1", "--on-dependency-failure", "cancel"),
    held: await after("--after", "1", "--on-dependency-failure", "hold"),
    run: await after("--after", "1", "--on-dependency-failure", "run"),
    any: await after("--after-any", "1"),
    failure: await after("--after-failure", "1"),
  };
  const next = await after("--after", String(ids.skipped));
  await touch(rig, "go");
  expect(await rig.ended(base)).toMatchObject({ exitCode: 3 });
  const reason = "task 1, which it depends on, ended as failed";
  expect(await rig.ended(ids.skipped)).toMatchObject({ state: "skipped", reason, startedAt: null });
  expect(await rig.ended(ids.cancelled)).toMatchObject({ state: "cancelled", reason });
  expect(await rig.inState(ids.held, "held")).toMatchObject({ reason });
  for (const id of [ids.run, ids.any, ids.failure]) expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
  expect(await rig.ended(next)).toMatchObject({ state: "skipped" });
  await rig.claudine("release", String(ids.held));
  expect(await rig.ended(ids.held)).toMatchObject({ state: "succeeded" });
});

test("a task that has ended already counts as it ended", async () => {
  const rig = await startDaemon();
  await rig.ran("exit 1");
  expect(await rig.ended(await rig.submit("--after", "1", "true"))).toMatchObject({ state: "skipped" });
  expect(await rig.ended(await rig.submit("--after-failure", "1", "true"))).toMatchObject({ state: "succeeded" });
});

test("a dependency that is retried is waited for again", async () => {
  const rig = await startDaemon({ config: "slots: 1\n" });
  const base = await rig.submit("[ -e fine ]");
  await rig.ended(base);
  const id = await rig.submit("--held", "--after", String(base), "--on-dependency-failure", "hold", "true");
  await rig.submit("-l", "blocker", untilFile("unblock"));
  await rig.claudine("retry", String(base));
  await rig.claudine("release", String(id));
  expect(await rig.show(id)).toMatchObject({ state: "queued", reason: `waits for task ${base} to succeed` });
  await touch(rig, "fine");
  await touch(rig, "unblock");
  expect(await rig.ended(base)).toMatchObject({ state: "succeeded", attempt: 2 });
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
});

test("dependencies hold over a restart of the daemon", async () => {
  const rig = await startDaemon({ config: "slots: 9\n" });
  const base = await rig.submit(untilFile("go"));
  const id = await rig.submit("--after", String(base), "echo done");
  await rig.down("SIGKILL");
  await rig.up();
  expect(await rig.show(id)).toMatchObject({ state: "queued", reason: `waits for task ${base} to succeed` });
  await rig.down();
  await rig.up();
  await touch(rig, "go");
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
});

test("cancel --cascade takes all that waits for it along, and nothing else", async () => {
  const rig = await startDaemon({ config: "slots: 9\n" });
  const base = await rig.submit("exec sleep 1000");
  const other = await rig.submit("exec sleep 1000");
  const [child, anyEnd] = [await rig.submit("--after", "1", "true"), await rig.submit("--after-any", "1", "true")];
  const grandchild = await rig.submit("--after", `${child},${other}`, "true");
  await rig.started(base);
  expect(await rig.claudine("cancel", "--cascade", "--reason", "not today", "1")).toMatchObject({
    code: 0,
    stderr: `Cancelled tasks ${base}, ${child}, ${anyEnd} and ${grandchild}\n`,
  });
  for (const id of [child, anyEnd, grandchild])
    expect(await rig.show(id)).toMatchObject({ state: "cancelled", reason: "not today" });
  expect(await rig.started(other)).toMatchObject({ state: "running" });
});

test("what could never start is refused, and nothing is submitted", async () => {
  const rig = await startDaemon({ config: "dependencies: { perTask: 2, depth: 3 }\n" });
  await rig.claudine("submit", "--held", "--array", "1-3", "true");
  const refused = async (code: number, text: string, ...words: string[]) => {
    const ended = await rig.claudine("submit", ...words, "true");
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).toMatch(/^claudine: .+\n( {2}hint: .+\n)?$/);
    expect(ended.stderr).toContain(text);
  };
  await refused(66, "there is no task 99 to depend on", "--after", "99");
  await refused(66, 'there is no task "label:none" to depend on', "--after", "label:none");
  await refused(75, "it would depend on 3 tasks", "--after", "1-3");
  await refused(2, 'Cannot select tasks by "x"', "--after", "x");
  await refused(2, "goes with --after", "--on-dependency-failure", "hold");
  await rig.submit("--held", "--after", "3", "true");
  await rig.submit("--held", "--after", "4", "true");
  await refused(75, "the chain of dependencies would be 4 long", "--after", "5");
  expect((await rig.claudine("list", "-q")).stdout).toBe("1\n2\n3\n4\n5\n");
});

test("a circle is refused with its path", async () => {
  const rig = await startDaemon();
  await rig.submit("--held", "true");
  await rig.submit("--held", "--after", "1", "true");
  await rig.submit("--held", "--after", "2", "true");
  expect(await rig.claudine("set", "1", "--after", "3")).toMatchObject({
    code: 2,
    stderr:
      "claudine: Cannot change task 1: the tasks would wait for each other in a circle\n  hint: 1 after 3 after 2 after 1\n",
  });
  expect((await rig.show(1)).after).toEqual([]);
});

test("many that wait for one start when it ends", async () => {
  const rig = await startDaemon({ config: "slots: 50\n" });
  await rig.submit(untilFile("go"));
  await rig.claudine("submit", "--after", "1", "--array", "1-200", "true");
  await touch(rig, "go");
  await until("all to succeed", async () => ((await rig.status())?.counts.succeeded ?? 0) >= 202);
});
