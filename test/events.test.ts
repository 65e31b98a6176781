/** `claudine events`: the journal in order, and what happens now. */
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig, startDaemon } from "./support/daemon.ts";
import { until } from "./support/until.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
  await rig.ended(await rig.submit("-l", "evil \u001b[31m\nname", "sh", "-c", "exit 3"));
  await rig.ended(await rig.submit("true"));
  return () => rig[Symbol.asyncDispose]();
});

type Event = { seq: number; at: number; type: string; id?: number };
const parse = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Event);

test("--json prints one event per line, without a gap", async () => {
  const events = parse((await rig.claudine("events", "--since", "0", "--json")).stdout);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
  expect(events.filter(({ id }) => id === 1).map(({ type }) => type)).toEqual(
    expect.arrayContaining(["task.submitted", "run.admitted", "run.finished"]),
  );
});

test("--since and -n choose where to begin", async () => {
  const all = parse((await rig.claudine("events", "--json")).stdout);
  const last = all.at(-1)?.seq ?? 0;
  expect(parse((await rig.claudine("events", "--since", String(last - 1), "--json")).stdout)).toEqual(all.slice(-1));
  expect(parse((await rig.claudine("events", "-n", "2", "--json")).stdout)).toEqual(all.slice(-2));
  expect(await rig.claudine("events", "--since", String(last), "--json")).toMatchObject({ code: 0, stdout: "" });
  expect((await rig.claudine("events", "-n", "1", "-q")).stdout).toBe(`${last}\n`);
  expect(await rig.claudine("events", "-n", "1", "--since", "1")).toMatchObject({ code: 2 });
});

test("for people each event is a line in words, without control characters", async () => {
  const { stdout } = await rig.claudine("events");
  expect(stdout).toMatch(/^ {5}1 {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {2}daemon \S+ started with pid \d+\n/);
  expect(stdout).toMatch(/task 1 failed: exit code 3\n/);
  expect(stdout).not.toContain("\u001b");
});

test("--follow goes on over a restart of the daemon without a gap, until Ctrl-C", async () => {
  const own = await startDaemon();
  const following = own.open(["events", "--since", "0", "--follow", "--json"]);
  const seen = () => parse(following.stdout().replace(/[^\n]*$/, ""));
  const saw = (type: string, id: number) =>
    until(`${type} of task ${id}`, () => seen().some((event) => event.type === type && event.id === id));
  await own.submit("true");
  await saw("run.finished", 1);
  await own.claudine("daemon", "restart");
  await own.submit("true");
  await saw("run.finished", 2);
  following.child.kill("SIGINT");
  expect(await following.ended).toMatchObject({ code: 130, stderr: "" });
  expect(seen().map(({ seq }) => seq)).toEqual(seen().map((_event, index) => index + 1));
});
