/** `claudine explain`: every cause that keeps a task from starting. */
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";

test("all causes, a line each, the one that lasts longest first", async () => {
  const rig = await startDaemon({ config: "slots: 1\nresources: { gpu: 1 }\n" });
  await rig.started(await rig.submit("--lock", "repo", "--claim", "gpu", "exec sleep 1000"));
  await rig.submit("--held", "true");
  const rules = ["--delay", "2h30m", "--after", "1", "--after-any", "2", "--lock", "repo", "--claim", "gpu"];
  const id = await rig.submit(...rules, "true");
  await rig.claudine("pause", "-g", "default", "--wait");
  const { code, stdout } = await rig.claudine("explain", String(id));
  expect(code).toBe(0);
  expect(stdout.split("\n")).toEqual([
    expect.stringMatching(/^starts in 2h(29|30)m$/),
    "waits for tasks 1, 2 to end",
    "waits for group default to be resumed",
    "waits for the lock repo, held by task 1",
    "waits for 1 gpu (1 of 1 in use), held by task 1",
    "waits for a slot (1 of 1 in use)",
    "",
  ]);
  const { stdout: json } = await rig.claudine("explain", "--json");
  expect(JSON.parse(json)).toMatchObject({
    id,
    state: "queued",
    causes: expect.arrayContaining(["waits for tasks 1, 2 to end"]),
  });
  expect((await rig.claudine("list", String(id))).stdout).toContain("starts in 2h");
});

test("of a task that does not wait its state", async () => {
  const rig = await startDaemon();
  await rig.ran("true");
  await rig.ran("exit 3");
  await rig.submit("--held", "true");
  await rig.started(await rig.submit("exec sleep 1000"));
  const said = await Promise.all(["1", "2", "3", "4"].map((id) => rig.claudine("explain", id)));
  expect(said.map(({ stdout }) => stdout)).toEqual([
    "it is succeeded\n",
    "it is failed: exit code 3\n",
    "it is held\n",
    "it is running\n",
  ]);
  expect(await rig.claudine("explain", "99")).toMatchObject({
    code: 66,
    stderr: expect.stringContaining("Cannot explain task 99: there is no such task"),
  });
});
