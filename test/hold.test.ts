/** `claudine hold` and `claudine release`: keeps tasks from starting, and lets them. */
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig({ config: "slots: 1\n" });
  await rig.started(await rig.submit("-l", "blocker", "exec sleep 1000"));
  return () => rig[Symbol.asyncDispose]();
});

test("a held task stays where it is when a slot is free, a released one starts", async () => {
  const [held, other] = [await rig.submit("-o", "5", "true"), await rig.submit("true")];
  expect(await rig.claudine("hold", String(held))).toMatchObject({
    code: 0,
    stdout: "",
    stderr: `Held task ${held}\n`,
  });
  expect(await rig.show(held)).toMatchObject({ state: "held", reason: "held" });
  await rig.claudine("parallel", "2");
  expect(await rig.ended(other)).toMatchObject({ state: "succeeded" });
  expect(await rig.show(held)).toMatchObject({ state: "held", attempt: 0 });
  expect(await rig.claudine("release", String(held))).toMatchObject({ code: 0, stderr: `Released task ${held}\n` });
  expect(await rig.ended(held)).toMatchObject({ state: "succeeded", attempt: 1 });
  await rig.claudine("parallel", "1");
});

test("submit --held does not start before release", async () => {
  const id = await rig.submit("--held", "-g", "free", "true");
  await rig.ran("-g", "free", "true");
  expect(await rig.show(id)).toMatchObject({ state: "held", startedAt: null });
  await rig.claudine("release", "held");
  expect(await rig.ended(id)).toMatchObject({ state: "succeeded" });
});

test("a held task stays held over a restart of the daemon", async () => {
  const id = await rig.submit("--held", "-g", "free", "true");
  await rig.down();
  await rig.up();
  expect(await rig.show(id)).toMatchObject({ state: "held" });
  await rig.claudine("cancel", String(id));
});

test("what does not wait is refused", async () => {
  const { stdout } = await rig.claudine("list", "label:blocker", "-q");
  const running = stdout.trim();
  expect(await rig.claudine("hold", running)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Cannot hold task ${running}: it is running`),
  });
  const { task } = await rig.ran("-g", "free", "true");
  expect(await rig.claudine("release", String(task.id))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Cannot release task ${task.id}: it has already finished (succeeded)`),
  });
});
