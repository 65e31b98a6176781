/** `claudine show`: everything about one task. */
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
  return () => rig[Symbol.asyncDispose]();
});

test("--json has the task, its runs, and the names of its variables", async () => {
  const { task } = await rig.ran("-l", "shown", "-e", "PLAIN=1", "-e", "MY_SECRET=2", "exit 4");
  await rig.claudine("retry", String(task.id));
  await rig.ended(task.id);
  const { stdout, code } = await rig.claudine("show", String(task.id), "--json");
  const shown = JSON.parse(stdout) as { environment: { names: string[]; sealed: string[] } };
  expect(code).toBe(0);
  expect(shown).toMatchObject({
    id: task.id,
    uid: task.uid,
    state: "failed",
    exitCode: 4,
    attempt: 2,
    label: "shown",
    runs: [1, 2].map((attempt) => ({ attempt, state: "failed", outcome: { kind: "exited", exitCode: 4 } })),
    environment: { sealed: ["MY_SECRET"] },
  });
  expect(shown.environment.names).toEqual(expect.arrayContaining(["HOME", "MY_SECRET", "PATH", "PLAIN"]));
});

test("for a person, every line is a name and its value", async () => {
  const { task } = await rig.ran("-l", "shown", "-g", "build", "echo out; exit 4");
  const { stdout, code } = await rig.claudine("show", String(task.id));
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^Task ${task.id}  failed \\(exit code 4\\)\n`));
  for (const line of [
    /^Command +echo out; exit 4$/m,
    /^Label +shown$/m,
    /^Group +build$/m,
    /^Directory +\/.*work$/m,
    /^CPU +\d/m,
    /^Memory +at most/m,
  ]) {
    expect(stdout).toMatch(line);
  }
});

test("shows the last task unless told, and one that is named by a selector of one", async () => {
  const { task } = await rig.ran("-l", "only-one", "true");
  expect(JSON.parse((await rig.claudine("show", "--json")).stdout)).toMatchObject({ id: task.id });
  expect(JSON.parse((await rig.claudine("info", "last", "--json")).stdout)).toMatchObject({ id: task.id });
  expect((await rig.claudine("info", "label:only-one")).stdout).toMatch(new RegExp(`^Task ${task.id} `));
  expect(await rig.claudine("show", "-q")).toMatchObject({ code: 0, stdout: `${task.id}\n` });
});

test("several, one after the other; what may name several gives a list", async () => {
  const ran = await Promise.all([rig.ran("-l", "twice", "true"), rig.ran("-l", "twice", "true")]);
  const ids = ran.map(({ task }) => task.id).toSorted((a, b) => a - b);
  const { stdout, code } = await rig.claudine("show", "label:twice");
  expect(code).toBe(0);
  expect([...stdout.matchAll(/^Task (\d+) /gm)].map(([, id]) => Number(id))).toEqual(ids);
  const listed = JSON.parse((await rig.claudine("show", "label:twice", "--json")).stdout) as { id: number }[];
  expect(listed.map(({ id }) => id)).toEqual(ids);
  const [first] = ids;
  const one = JSON.parse((await rig.claudine("show", `${first}-${first}`, "--json")).stdout) as { id: number }[];
  expect(one.map(({ id }) => id)).toEqual([first]);
});

test("none at all is refused", async () => {
  expect(await rig.claudine("show", "lost")).toMatchObject({
    code: 66,
    stderr: expect.stringContaining("Cannot show lost: no task matches"),
  });
  expect(await rig.claudine("show", "all", "99999")).toMatchObject({
    code: 66,
    stdout: "",
    stderr: expect.stringContaining("Cannot show task 99999: there is no such task"),
  });
  expect(await rig.claudine("show", "99999")).toMatchObject({
    code: 66,
    stdout: "",
    stderr: expect.stringContaining("Cannot show task 99999: there is no such task"),
  });
});
