/** `claudine group`, `pause -g`, `resume -g` and `parallel --all-groups`. */
import { expect, test } from "vitest";
import { startDaemon, type Rig } from "./support/daemon.ts";
import { until } from "./support/until.ts";

const untilFile = (name: string) => `until [ -e ${name} ]; do sleep 0.01; done`;
const running = async (rig: Rig) => (await rig.status())?.counts.running ?? 0;

async function groupsOf(rig: Rig): Promise<unknown[]> {
  return JSON.parse((await rig.claudine("group", "list", "--json")).stdout) as unknown[];
}

test("add, list and remove; what is set is kept over a restart", async () => {
  const rig = await startDaemon({ config: "slots: 2\n" });
  expect(await rig.claudine("group", "add", "gpu", "--slots", "3")).toMatchObject({
    code: 0,
    stdout: "",
    stderr: "Group gpu runs 3 at once\n",
  });
  expect(await rig.claudine("group", "add", "disk")).toMatchObject({ stderr: "Group disk runs 1 at once\n" });
  await rig.down("SIGKILL");
  await rig.up();
  expect(await groupsOf(rig)).toMatchObject([
    { name: "default", slots: 2 },
    { name: "disk", slots: 1 },
    { name: "gpu", slots: 3 },
  ]);
  expect((await rig.claudine("groups", "-q")).stdout).toBe("default\ndisk\ngpu\n");
  expect(await rig.claudine("group", "remove", "disk")).toMatchObject({ code: 0, stderr: "Removed group disk\n" });
  expect((await rig.claudine("groups", "-q")).stdout).toBe("default\ngpu\n");
});

test("a group with unfinished tasks is not removed", async () => {
  const rig = await startDaemon();
  await rig.submit("-g", "gpu", "--held", "true");
  expect(await rig.claudine("group", "rm", "gpu")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("Cannot remove group gpu: it has unfinished tasks"),
  });
  expect(await rig.claudine("group", "rm", "default")).toMatchObject({ code: 1 });
  expect(await rig.claudine("group", "rm", "nowhere")).toMatchObject({ code: 66 });
});

test("pause --wait: what runs finishes, nothing new starts, over a restart too", async () => {
  const rig = await startDaemon({ config: "slots: 1\n" });
  const runs = await rig.submit("-g", "gpu", untilFile("go"));
  await rig.started(runs);
  const waits = await rig.submit("-g", "gpu", "true");
  expect(await rig.claudine("pause", "-g", "gpu", "--wait")).toMatchObject({
    code: 0,
    stderr: "Paused group gpu; what runs goes on to its end\n",
  });
  await rig.ran("touch go");
  expect(await rig.ended(runs)).toMatchObject({ state: "succeeded" });
  await rig.down("SIGKILL");
  await rig.up();
  expect(await rig.show(waits)).toMatchObject({ state: "queued", reason: "waits for group gpu to be resumed" });
  expect((await rig.claudine("group", "list")).stdout).toMatch(/^gpu .* paused$/m);
  expect(await rig.claudine("group", "resume", "gpu")).toMatchObject({ code: 0, stderr: "Resumed group gpu\n" });
  expect(await rig.ended(waits)).toMatchObject({ state: "succeeded" });
});

test("pause of a group stops what runs in it, and resume lets it go on", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("-g", "gpu", untilFile("go"));
  await rig.started(id);
  expect(await rig.claudine("group", "pause", "gpu")).toMatchObject({
    code: 0,
    stderr: `Paused group gpu and task ${id}\n`,
  });
  expect(await rig.show(id)).toMatchObject({ state: "paused" });
  await rig.ran("touch go");
  expect(await rig.claudine("resume", "-g", "gpu")).toMatchObject({ stderr: `Resumed group gpu and task ${id}\n` });
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
});

test("a limit over all groups, equal shares below it, and none again", async () => {
  const rig = await startDaemon({ config: "slots: 4\n" });
  expect((await rig.claudine("parallel", "--all-groups")).stdout).toBe("unlimited\n");
  expect(await rig.claudine("parallel", "2", "--all-groups")).toMatchObject({ stderr: "All groups run 2 at once\n" });
  await rig.claudine("submit", "-g", "a", "--array", "1-3", "exec sleep 1000");
  await rig.claudine("submit", "-g", "b", "--array", "1-3", "exec sleep 1000");
  await until("two to run", async () => (await running(rig)) === 2);
  await rig.claudine("cancel", "2");
  await until("one of each group to run", async () => {
    const { stdout } = await rig.claudine("list", "running", "--json");
    const groups = (JSON.parse(stdout) as { group: string }[]).map(({ group }) => group);
    return groups.toSorted().join() === "a,b";
  });
  expect((await rig.show(3)).reason).toBe("waits for a slot of all groups (2 of 2 in use)");
  await rig.down("SIGKILL");
  await rig.up();
  expect((await rig.claudine("parallel", "--all-groups")).stdout).toBe("2\n");
  expect(await rig.claudine("parallel", "auto", "--all-groups")).toMatchObject({
    stderr: "No limit over all groups\n",
  });
  await until("all to run", async () => (await running(rig)) === 5);
});

test("parallel auto gives the slots back to the configuration", async () => {
  const rig = await startDaemon({ config: "slots: 3\n" });
  await rig.claudine("parallel", "1");
  expect(await rig.claudine("parallel", "auto")).toMatchObject({ code: 0 });
  expect(JSON.parse((await rig.claudine("parallel", "--json")).stdout)).toMatchObject({ name: "default", slots: 3 });
});

test.for(["group pause nowhere", "pause -g nowhere", "resume -g nowhere"])(
  "claudine %s: there is no such group, and none is made",
  async (words) => {
    const rig = await startDaemon();
    expect(await rig.claudine(...words.split(" "))).toMatchObject({
      code: 66,
      stderr: expect.stringContaining('group "nowhere": there is no such group'),
    });
    expect((await rig.claudine("groups", "-q")).stdout).toBe("default\n");
  },
);
