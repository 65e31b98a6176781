/** Agents in worktrees of their own: on a branch beside the user's, with checkpoints as they go. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { createAgentRig, type AgentRig } from "./support/agents.ts";
import { GIT_ENV, makeRepo } from "./support/repo.ts";
import { until } from "./support/until.ts";

let it: AgentRig & AsyncDisposable;
beforeAll(async () => {
  it = await createAgentRig({ env: GIT_ENV, config: "slots: 8\nsampleInterval: 100ms\n" });
  return () => it[Symbol.asyncDispose]();
});

type Row = { name: string; commit: string; why: string };

async function checkpoints(id: number): Promise<Row[]> {
  const { stdout } = await it.rig.claudine("checkpoint", "list", String(id), "--json");
  return JSON.parse(stdout) as Row[];
}

test("an agent works in a worktree; after so many calls of tools, and at the end, its files are recorded", async () => {
  const repo = await makeRepo(it.rig);
  const before = await repo.fingerprint();
  const gate = it.rig.file("gate");
  const prompt = `tool Edit one\nwait ${gate}\ntool Edit two\ntool Edit three\nwait ${gate}-2\nsay done`;
  const id = await it.agent(prompt, "--cwd", repo.dir, "--worktree", "--checkpoint=2calls");
  const path = await until("its worktree", async () => (await it.rig.show(id)).worktree?.checkout?.path);
  await until("the first call", async () => (await it.rig.show(id)).agent?.toolCalls === 1);
  await writeFile(join(path, "made.txt"), "by the agent");
  await writeFile(gate, "");
  const [made] = await until("a checkpoint while it runs", async () => {
    const found = await checkpoints(id);
    return found.length > 0 ? found : undefined;
  });
  expect(made?.why).toContain("while it runs");
  expect(await repo.git("ls-tree", "--name-only", made?.commit ?? "")).toContain("made.txt");
  await writeFile(join(path, "later.txt"), "too");
  await writeFile(`${gate}-2`, "");
  expect(await it.rig.ended(id)).toMatchObject({ state: "succeeded", worktree: { checkout: { path } } });
  expect((await checkpoints(id)).map(({ why }) => why)).toEqual([
    made?.why,
    `at the end of the run (task ${id}, run 1)`,
  ]);
  expect(await repo.fingerprint()).toEqual(before);
});

test("a number of calls that makes no sense is refused", async () => {
  const refused = await it.rig.claudineWith({ input: "say x" }, "agent", "--checkpoint=0calls", "-");
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toBe("claudine: Cannot submit: --checkpoint=0calls is not between 1 and 10000 calls\n");
});
