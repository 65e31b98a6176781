/** `submit --lock` and `--claim`: one at a time, and no more than there are. */
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";
import { until } from "./support/until.ts";

const untilFile = (name: string) => `until [ -e ${name} ]; do sleep 0.01; done`;

test("of the tasks that name a lock one runs at a time; the others pass", async () => {
  const rig = await startDaemon({ config: "slots: 9\n" });
  const holder = await rig.submit("--lock", "repo", untilFile("go"));
  await rig.started(holder);
  const waiting = await rig.submit("--lock", "db", "--lock", "repo", "true");
  expect(await rig.show(waiting)).toMatchObject({
    state: "queued",
    reason: `waits for the lock repo, held by task ${holder}`,
  });
  expect((await rig.ran("--lock", "db", "true")).task.state).toBe("succeeded");
  await rig.ran("touch go");
  const [first, second] = [await rig.ended(holder), await rig.ended(waiting)];
  expect(second.startedAt).toBeGreaterThanOrEqual(first.finishedAt ?? Number.POSITIVE_INFINITY);
});

test("a task finds in its environment which units it has, and no two have the same", async () => {
  const rig = await startDaemon({ config: "slots: 9\nresources: { gpu: 3, vm-license: 1 }\n" });
  const script = `echo $CLAUDINE_GPU/$CLAUDINE_VM_LICENSE; ${untilFile("go")}`;
  const one = await rig.submit("--claim", "gpu=2", "--claim", "vm-license", script);
  const two = await rig.submit("--claim", "gpu", script);
  const three = await rig.submit("--claim", "gpu=2", script);
  await until("both to have written", async () => (await rig.output(one)) !== "" && (await rig.output(two)) !== "");
  expect([await rig.output(one), await rig.output(two)]).toEqual(["0,1/0\n", "2/\n"]);
  expect(await rig.show(one)).toMatchObject({ units: { gpu: [0, 1], "vm-license": [0] } });
  expect((await rig.claudine("show", String(one))).stdout).toContain(
    "Claims      2 gpu (unit 0, 1), 1 vm-license (unit 0)\n",
  );
  expect(await rig.show(three)).toMatchObject({
    state: "queued",
    units: null,
    reason: `waits for 2 gpu (3 of 3 in use), held by task ${one}, ${two}`,
  });
  await rig.ran("touch go");
  expect(await rig.ended(three)).toMatchObject({ state: "succeeded" });
  expect(await rig.output(three)).toBe("0,1/\n");
});

test("locks and units are kept over a restart of the daemon", async () => {
  const rig = await startDaemon({ config: "slots: 9\nresources: { gpu: 1 }\n" });
  const holder = await rig.submit("--lock", "repo", "--claim", "gpu", untilFile("go"));
  await rig.started(holder);
  const [lock, claim] = [await rig.submit("--lock", "repo", "true"), await rig.submit("--claim", "gpu", "true")];
  await rig.down("SIGKILL");
  await rig.up();
  expect(await rig.show(holder)).toMatchObject({ state: "running", units: { gpu: [0] } });
  expect((await rig.show(lock)).reason).toBe(`waits for the lock repo, held by task ${holder}`);
  expect((await rig.show(claim)).reason).toBe(`waits for 1 gpu (1 of 1 in use), held by task ${holder}`);
  await rig.ran("touch go");
  for (const id of [lock, claim]) expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
});

test("what there is not, or not enough of, is refused", async () => {
  const rig = await startDaemon({ config: "resources: { gpu: 2 }\n" });
  expect(await rig.claudine("submit", "--claim", "tpu", "true")).toMatchObject({
    code: 66,
    stderr: "claudine: Cannot submit: there is no resource tpu\n  hint: The configuration has gpu\n",
  });
  expect(await rig.claudine("submit", "--claim", "gpu=3", "true")).toMatchObject({
    code: 75,
    stderr: expect.stringContaining("it claims 3 gpu, and there are 2"),
  });
  expect((await rig.claudine("list", "-q")).stdout).toBe("");
});

test("several slots at once", async () => {
  const rig = await startDaemon({ config: "slots: 3\n" });
  const wide = await rig.submit("--slots", "2", untilFile("go"));
  const next = await rig.submit("--slots", "2", "true");
  await rig.started(wide);
  expect(await rig.show(next)).toMatchObject({ reason: "waits for 2 slots (2 of 3 in use)" });
  await rig.ran("-g", "hands", "touch go");
  expect(await rig.ended(next)).toMatchObject({ state: "succeeded" });
});
