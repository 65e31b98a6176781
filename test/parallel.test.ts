/** Slots and order: how many tasks run at once, and which comes first. */
import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { startDaemon, type Rig } from "./support/daemon.ts";
import { until } from "./support/until.ts";

/** Runs until the file `name` is there. */
const untilFile = (name: string) => `until [ -e ${name} ]; do sleep 0.01; done`;

async function countIn(rig: Rig, state: "running" | "queued"): Promise<number> {
  return (await rig.status())?.counts[state] ?? 0;
}

test("a higher priority starts first, and within one who came first", async () => {
  const rig = await startDaemon({ config: "slots: 1\n" });
  await rig.submit("-o", "99", untilFile("go"));
  for (const [priority, name] of [
    [0, "a"],
    [5, "b"],
    [-3, "c"],
    [5, "d"],
    [0, "e"],
    [7, "f"],
  ] as const) {
    await rig.submit("-o", String(priority), `echo ${name} >> order`);
  }
  await writeFile(rig.file("go"), "");
  expect(await rig.claudine("wait", "all")).toMatchObject({ code: 0 });
  expect(await readFile(rig.file("order"), "utf8")).toBe("f\nb\nd\na\ne\nc\n");
});

test("never more at once than there are slots, and a freed slot is taken at once", async () => {
  const rig = await startDaemon({ config: "slots: 3\n" });
  // The first ones stay until three have met, however long the machine takes to start them.
  const meet = "until [ -e met ]; do in=$(ls -d in.* | wc -l); echo $in; [ $in -lt 3 ] || : > met; sleep 0.01; done";
  const enter = `mkdir in.$CLAUDINE_TASK_ID; ${meet}; ls -d in.* | wc -l; sleep 0.02; rmdir in.$CLAUDINE_TASK_ID`;
  const { stdout } = await rig.claudine("submit", "--array", "1-20", enter);
  expect(await rig.claudine("wait", "all", "--for", "success")).toMatchObject({ code: 0 });
  const seen = await Promise.all(
    stdout
      .trimEnd()
      .split("\n")
      .map((id) => rig.output(Number(id))),
  );
  expect(Math.max(...seen.flatMap((counts) => counts.trimEnd().split("\n").map(Number)))).toBe(3);
});

test("parallel N changes the slots of a running daemon, and the daemon remembers it", async () => {
  const rig = await startDaemon({ config: "slots: 1\n" });
  await rig.claudine("submit", "--array", "1-5", "exec sleep 1000");
  await until("one to run", async () => (await countIn(rig, "running")) === 1);
  expect(await rig.claudine("parallel", "3")).toMatchObject({ code: 0, stdout: "" });
  await until("three to run", async () => (await countIn(rig, "running")) === 3);
  expect(await rig.claudine("parallel", "1")).toMatchObject({ code: 0 });
  expect(await countIn(rig, "running")).toBe(3);
  expect(await rig.claudine("parallel")).toMatchObject({ code: 0, stdout: "1\n" });
  await rig.down();
  await rig.up();
  expect(await rig.claudine("parallel")).toMatchObject({ stdout: "1\n" });
  expect(await rig.claudine("parallel", "--json")).toMatchObject({
    stdout: expect.stringContaining('"running": 3'),
  });
});

test("groups have slots of their own", async () => {
  const rig = await startDaemon({ config: "slots: 2\n" });
  expect(await rig.claudine("parallel", "1", "-g", "gpu")).toMatchObject({ code: 0 });
  for (const group of ["gpu", "gpu", "default", "default", "default"]) await rig.submit("-g", group, "exec sleep 1000");
  await until("one of gpu and two of default to run", async () => (await countIn(rig, "running")) === 3);
  const { stdout } = await rig.claudine("groups", "--json");
  expect(JSON.parse(stdout)).toEqual([
    { name: "default", slots: 2, paused: false, running: 2, used: 2, queued: 1 },
    { name: "gpu", slots: 1, paused: false, running: 1, used: 1, queued: 1 },
  ]);
  const queued = JSON.parse((await rig.claudine("list", "queued", "--json")).stdout) as {
    id: number;
    reason: string;
  }[];
  expect(queued.map(({ id, reason }) => [id, reason])).toEqual([
    [2, "waits for a slot of group gpu (1 of 1 in use)"],
    [5, "waits for a slot (2 of 2 in use)"],
  ]);
});

test("a paused task keeps its slot", async () => {
  const rig = await startDaemon({ config: "slots: 1\n" });
  const id = await rig.submit("exec sleep 1000");
  await rig.started(id);
  await rig.submit("true");
  await rig.claudine("pause", String(id));
  expect(await rig.status()).toMatchObject({ counts: { paused: 1, queued: 1, running: 0 } });
});

test.for(["0", "-1", "1.5", "many", "1000000000"])("parallel %s is refused", async (count) => {
  const rig = await startDaemon();
  const refused = await rig.claudine("parallel", "--", count);
  expect(refused).toMatchObject({ code: 2, stdout: "" });
});

test("parallel of a group that is not there says so", async () => {
  const rig = await startDaemon();
  expect(await rig.claudine("parallel", "-g", "nowhere")).toMatchObject({
    code: 66,
    stdout: "",
    stderr: expect.stringContaining('There is no group "nowhere"'),
  });
});
