/** `claudine start`: releases held tasks, and with `--force` starts waiting ones now. */
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";

test("--force starts past slots, pauses, times and dependencies", async () => {
  const rig = await startDaemon({ config: "slots: 1\n" });
  const blocker = await rig.submit("exec sleep 1000");
  await rig.started(blocker);
  await rig.submit("-g", "off", "--held", "true");
  await rig.claudine("pause", "-g", "off");
  const ids = [
    await rig.submit("true"),
    await rig.submit("-g", "off", "true"),
    await rig.submit("--delay", "1h", "true"),
    await rig.submit("--after", String(blocker), "true"),
    await rig.submit("--held", "true"),
  ];
  expect(await rig.claudine("start", "--force", ids.join())).toMatchObject({
    code: 0,
    stderr: `Started tasks ${ids.slice(0, -1).join(", ")} and ${ids.at(-1)}\n`,
  });
  for (const id of ids) expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
  expect(await rig.show(blocker)).toMatchObject({ state: "running" });
});

test("what another has cannot be had by force", async () => {
  const rig = await startDaemon({ config: "slots: 9\nresources: { gpu: 1 }\n" });
  await rig.started(await rig.submit("--lock", "repo", "--claim", "gpu", "exec sleep 1000"));
  const [lock, claim] = [await rig.submit("--lock", "repo", "true"), await rig.submit("--claim", "gpu", "true")];
  expect(await rig.claudine("start", "--force", String(lock))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Cannot start task ${lock}: another has the lock repo`),
  });
  expect(await rig.claudine("start", "--force", String(claim))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Cannot start task ${claim}: there is not enough gpu`),
  });
});

test("without --force held ones are released, and queued ones start by themselves", async () => {
  const rig = await startDaemon({ config: "slots: 1\n" });
  const blocker = await rig.submit("exec sleep 1000");
  await rig.started(blocker);
  const [held, queued] = [await rig.submit("--held", "true"), await rig.submit("true")];
  const ended = await rig.claudine("start", `${held},${queued}`);
  expect(ended).toMatchObject({ code: 0, stdout: "" });
  expect(ended.stderr).toBe(
    `Queued tasks start by themselves: task ${queued}. claudine explain ${queued} says what it waits for, --force starts it now\nReleased task ${held}\n`,
  );
  expect(await rig.show(held)).toMatchObject({ state: "queued" });
});

test("what runs or has ended is refused", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran("true");
  const refused = { code: 1, stderr: expect.stringContaining(`Cannot start task ${task.id}: it `) };
  expect(await rig.claudine("start", String(task.id))).toMatchObject(refused);
  expect(await rig.claudine("start", "--force", String(task.id))).toMatchObject(refused);
  for (const words of [
    ["start", "99"],
    ["start", "--force", "99"],
  ])
    expect(await rig.claudine(...words)).toMatchObject({ code: 66 });
});
