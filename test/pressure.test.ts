/** `pressure`: while memory is critically short the youngest task of the lowest priority gives way. */
import { expect, test } from "vitest";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { writeConfig } from "./support/home.ts";
import { statOf } from "./support/process.ts";
import { until } from "./support/until.ts";

/** More than any machine has, so that memory is always short. */
const SHORT = "memory: 1000000G";
const config = (pressure: string) => `slots: 2\nautoscale: off\npressure: { ${pressure} }\n`;

async function twoRunning(pressure: string): Promise<Rig> {
  const rig = await startDaemon({ config: config(pressure) });
  for (const priority of ["high", "low"])
    await rig.started(await rig.submit("--priority", priority, "--grace", "100ms", "exec sleep 1000"));
  return rig;
}

test("it is stopped, says so everywhere, and goes on by itself when that is over, also under the next daemon", async () => {
  const rig = await twoRunning(`action: pause, ${SHORT}`);
  const { pid, reason } = await rig.inState(2, "paused");
  expect(reason).toMatch(/^paused, as memory was critically short: \S+ free; goes on by itself$/);
  await until("its process to be stopped", () => statOf(pid ?? 0)?.[0] === "T");
  for (const verb of ["show", "explain", "list"])
    expect((await rig.claudine(verb, "2")).stdout).toContain("memory was critically short");
  expect((await rig.claudine("events")).stdout).toMatch(/task 2 paused \(memory was critically short: \S+ free\)/);
  expect((await rig.show(1)).state).toBe("running");
  const waiting = await rig.submit("true");
  expect((await rig.show(waiting)).reason).toMatch(/^waits for a slot/);
  await rig.down();
  await writeConfig(rig.home, config("action: pause, memory: 1K, stall: 100"));
  await rig.up();
  expect(await rig.inState(2, "running")).toMatchObject({ pid, attempt: 1, reason: null });
});

test("the last that runs is followed at once by the one that was stopped", async () => {
  const rig = await twoRunning(`action: pause, ${SHORT}`);
  await rig.inState(2, "paused");
  await rig.claudine("kill", "1");
  await rig.inState(2, "running");
});

test("or it is ended and queued again, and says so", async () => {
  const rig = await twoRunning(`action: requeue, ${SHORT}`);
  const task = await rig.inState(2, "queued");
  expect(task).toMatchObject({
    attempt: 1,
    reason: expect.stringMatching(/^starts in .*, as its run was ended to free/),
  });
  expect((await rig.claudine("events")).stdout).toMatch(
    /being ended with SIGTERM \(pressure\) \(memory was critically short: \S+ free\)\n[^]*queued again, as its run was ended to free memory/,
  );
  expect((await rig.show(1)).state).toBe("running");
});
