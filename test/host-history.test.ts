/** What the machine did, kept over restarts of the daemon. */
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";
import { until } from "./support/until.ts";

const QUICK = "history: { every: 1s, longEvery: 2s }\n";

test("samples of the machine with the counts of the tasks are there, also after a restart", async () => {
  const rig = await startDaemon({ config: QUICK });
  await rig.submit("sleep 1000");
  const client = await rig.client();
  const samples = await until("samples with a running task", async () => {
    const answer = await client.call("host.history", {});
    const busy = answer.samples.filter(({ counts }) => counts.running === 1);
    return busy.length >= 2 ? answer.samples : undefined;
  });
  expect(samples).toEqual(samples.toSorted((a, b) => a.at - b.at));
  expect(samples.at(-1)).toMatchObject({
    cpuPercent: expect.any(Number),
    memTotalBytes: expect.any(Number),
    diskFreeBytes: expect.any(Number),
    slotsUsed: 1,
  });
  await rig.down();
  await rig.up();
  const { samples: after } = await (await rig.client()).call("host.history", { until: samples.at(-1)?.at ?? 0 });
  expect(after).toEqual(
    samples.map((sample) => ({ ...sample, at: sample.at, cpuPercent: expect.closeTo(sample.cpuPercent, 1) })),
  );
});

test("with nothing kept nothing is there", async () => {
  const rig = await startDaemon({ config: "history: { every: 1s, keep: 0, longKeep: 0 }\n" });
  await rig.ran("true");
  expect(await (await rig.client()).call("host.history", {})).toEqual({ stepMs: expect.any(Number), samples: [] });
});

test("a time that ends before it begins is refused", async () => {
  const rig = await startDaemon();
  const client = await rig.client();
  await expect(client.call("host.history", { since: 2, until: 1 })).rejects.toMatchObject({ code: "invalid_params" });
});
