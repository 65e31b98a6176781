/** Thousands of tasks that one budget keeps from starting. */
import type { TaskInfo } from "@claudine/protocol/task";
import { expect, onTestFinished, test } from "vitest";
import { createAgentRig } from "./support/agents.ts";

const TASKS = 5000;
const AT_ONCE = 100;

test(`${TASKS} of them: all say why, also after a restart, and as many start as a raised budget allows`, async () => {
  const own = await createAgentRig({ config: "slots: 1\n" });
  onTestFinished(() => own[Symbol.asyncDispose]());
  const { rig } = own;
  const setNight = async (budget: string) =>
    expect(await rig.claudine("group", "set", "night", "--budget", budget)).toMatchObject({ code: 0 });
  await setNight("0.2");
  await rig.ended(await own.agent("say one", "-g", "night"));
  const client = await rig.client();
  const caller = { env: { PATH: rig.env["PATH"] ?? "" }, cwd: rig.home.work, umask: 0o22 };
  const task = { agent: { prompt: "say more" }, group: "night" };
  for (let count = 0; count < TASKS; count += AT_ONCE)
    await client.call("agent.submit", { ...caller, tasks: Array.from({ length: AT_ONCE }, () => task) });
  const [front, back] = [2, TASKS + 1];

  /** Each that waits says the same, everywhere. */
  const expectAllToWait = async (reason: string, first: number) => {
    const listed = await rig.claudine("list", "queued", "--limit", String(2 * TASKS), "--json");
    const tasks = JSON.parse(listed.stdout) as TaskInfo[];
    expect(tasks.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: back - first + 1 }, (_, index) => first + index),
    );
    expect(new Set(tasks.map((one) => one.reason))).toEqual(new Set([reason]));
    expect((await rig.claudine("explain", String(back))).stdout).toBe(`${reason}\n`);
  };
  await expectAllToWait("budget of group night: 0.25 of 0.20 dollars spent", front);
  expect(await rig.claudine("submit", "-g", "night", "--wait", "exit 3")).toMatchObject({ code: 3 });
  await rig.down("SIGKILL");
  await rig.up();
  await expectAllToWait("budget of group night: 0.25 of 0.20 dollars spent", front);
  await setNight("0.75");
  for (const id of [front, front + 1]) expect((await rig.ended(id)).state).toBe("succeeded");
  await expectAllToWait("budget of group night: 0.75 of 0.75 dollars spent", front + 2);
  expect(await rig.claudine("cancel", "group:night")).toMatchObject({ code: 0 });
  expect((await client.call("daemon.status", {})).counts).toMatchObject({ queued: 0, running: 0, succeeded: 3 });
});
