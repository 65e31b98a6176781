/** Admission by what this machine has, as it is configured by default. */
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";

/** More than any machine has. */
const HUGE = "900000G";

test("what needs more memory than there is waits with the figures, and runs when nothing else does", async () => {
  const rig = await startDaemon({ config: "autoscale: on\n" });
  const small = await rig.submit("exec sleep 1000");
  await rig.started(small);
  const huge = await rig.submit("--memory", HUGE, "true");
  const { code, stdout } = await rig.claudine("explain", String(huge));
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^needs \S+ of memory, \S+ free\n$/) });
  expect((await rig.claudine("list", String(huge))).stdout).toContain("of memory,");
  await rig.claudine("kill", String(small));
  expect(await rig.ended(huge)).toMatchObject({ state: "succeeded" });
});

test("what a kind used before is shown, and kept free for the next of it", async () => {
  const rig = await startDaemon({ config: "autoscale: on\n" });
  await rig.ran("-l", "sleepy", "exec sleep 0.6");
  const { stdout } = await rig.claudine("show", String(await rig.submit("-l", "sleepy", "--held", "true")));
  expect(stdout).toMatch(/^Usually {5}\S+, 0\.\d cores, (\d+ms|\d+\.\ds) \(1 run of its kind\)$/m);
});

test("what needs more cores than there are does, too", async () => {
  const rig = await startDaemon({ config: "autoscale: on\n" });
  const small = await rig.submit("exec sleep 1000");
  await rig.started(small);
  const huge = await rig.submit("--cpus", "90000", "true");
  expect((await rig.claudine("explain", String(huge))).stdout).toMatch(/^needs 90000\.0 cores, \d+\.\d free\n$/);
  await rig.claudine("kill", String(small));
  expect(await rig.ended(huge)).toMatchObject({ state: "succeeded" });
});
