/** Selectors: the same words name tasks in every verb, and a wrong one changes nothing. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";

let rig: Rig;
/** The ids of ten held tasks; the even ones are in group `even`, the first three have the label `first`. */
let ids: number[] = [];
beforeAll(async () => {
  rig = await createRig();
  return () => rig[Symbol.asyncDispose]();
});
beforeEach(async () => {
  const client = await rig.client();
  await client.call("task.cancel", { selector: ["all"] });
  await client.call("task.remove", { selector: ["all"] });
  const tasks = Array.from({ length: 10 }, (_, index) => ({
    command: "true",
    held: true,
    group: index % 2 === 1 ? "even" : "odd",
    ...(index < 3 ? { label: "first one" } : {}),
  }));
  ({ ids } = await client.call("task.submit", { env: rig.env, cwd: "/", umask: 0o22, tasks }));
});

/** The places (1 to 10) of the tasks that `words` name. */
async function selected(...words: string[]): Promise<number[]> {
  const { stdout, code, stderr } = await rig.claudine("list", "-q", ...words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((id) => ids.indexOf(Number(id)) + 1);
}

/** `words` for the places 1 to 10 as they are in ids. */
const at = (place: number) => (ids[0] ?? 0) + place - 1;

test("ids, ranges, steps and lists of them", async () => {
  expect(await selected(`${at(3)}`)).toEqual([3]);
  expect(await selected(`${at(2)}-${at(4)}`)).toEqual([2, 3, 4]);
  expect(await selected(`${at(1)}-${at(10)}:3`)).toEqual([1, 4, 7, 10]);
  expect(await selected(`${at(1)}-${at(3)},${at(7)}`)).toEqual([1, 2, 3, 7]);
  expect(await selected(`${at(9)}`, `${at(2)}`, `${at(9)}`)).toEqual([2, 9]);
  expect(await selected(`${at(9)}-${at(10) + 1000}`)).toEqual([9, 10]);
});

test("last, all, labels, groups and states", async () => {
  expect(await selected("last")).toEqual([10]);
  expect(await selected("last:3")).toEqual([8, 9, 10]);
  expect(await selected("all")).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(await selected("label:first one")).toEqual([1, 2, 3]);
  expect(await selected("group:even")).toEqual([2, 4, 6, 8, 10]);
  expect(await selected("held")).toHaveLength(10);
  expect(await selected("failed")).toEqual([]);
  expect(await selected("label:nobody")).toEqual([]);
  expect(await selected("group:even", "label:first one")).toEqual([1, 2, 3, 4, 6, 8, 10]);
});

test("a label with a comma is one word", async () => {
  const id = await rig.submit("-s", "-l", "a,b", "true");
  expect((await rig.claudine("list", "-q", "label:a,b")).stdout).toBe(`${id}\n`);
});

test.for([
  "first",
  "0",
  "3-1",
  "1-",
  "-3",
  "1:2",
  "1-9:0",
  "label",
  "state:failed",
  "1,,2",
  "",
  "9".repeat(20),
  "1.5",
  "__proto__",
])("%j is no selector", async (word) => {
  const refused = await rig.claudine("cancel", "--", word);
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toContain("Cannot select tasks by");
  expect(refused.stderr).toContain("hint:");
  expect(await selected("held")).toHaveLength(10);
});

describe("half of a list wrong: nothing is changed", () => {
  test.for([
    { verb: "release", wrong: "there is no such task" },
    { verb: "cancel", wrong: "there is no such task" },
    { verb: "remove", wrong: "there is no such task" },
  ])("$verb with an unknown id", async ({ verb, wrong }) => {
    const before = (await rig.status())?.lastSeq;
    const refused = await rig.claudine(verb, `${at(1)}-${at(3)}`, `${at(5)}`, "99999");
    expect(refused).toMatchObject({
      code: 66,
      stdout: "",
      stderr: expect.stringContaining(`Cannot ${verb} task 99999: ${wrong}`),
    });
    expect((await rig.status())?.lastSeq).toBe(before);
  });
  test.for(["hold", "retry", "resume"])("%s with tasks that are not in the right state", async (verb) => {
    await rig.claudine("cancel", `${at(1)}`);
    const before = (await rig.status())?.lastSeq;
    expect(await rig.claudine(verb, `${at(1)}`, `${at(2)}`)).toMatchObject({ code: 1, stdout: "" });
    expect((await rig.status())?.lastSeq).toBe(before);
  });
});

test("last names one task, so it must allow what is asked", async () => {
  const id = await rig.submit("true");
  await rig.ended(id);
  for (const verb of ["kill", "cancel", "pause", "resume", "hold"]) {
    expect(await rig.claudine(verb, "last")).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining(`Cannot ${verb} task ${id}: it has already finished (succeeded)`),
    });
  }
  expect(await rig.claudine("kill", "last:2")).toMatchObject({ code: 0 });
  await rig.claudine("remove", "last");
});

test("of a range or a word, those are taken that allow it", async () => {
  await rig.claudine("cancel", `${at(2)}`);
  const { stdout } = await rig.claudine("cancel", `${at(1)}-${at(3)}`, "--json");
  expect((JSON.parse(stdout) as { id: number }[]).map(({ id }) => id)).toEqual([at(1), at(3)]);
  expect(await rig.claudine("cancel", "failed")).toMatchObject({
    code: 0,
    stdout: "",
    stderr: "No task matches failed in a state that allows it: nothing was done\n",
  });
});

test("who chose tasks some time ago takes those that still allow it", async () => {
  const client = await rig.client();
  await client.call("task.remove", { selector: [`${at(2)}`] });
  await client.call("task.cancel", { selector: [`${at(4)}`] });
  const selector = [2, 3, 4, 5].map((place) => `${at(place)}`);
  await expect(client.call("task.release", { selector })).rejects.toThrow(`Cannot release task ${at(2)}`);
  const { tasks } = await client.call("task.cancel", {
    selector: [...selector, `${at(2)}-${at(2)}`, "90000-90009"],
    skipUnfit: true,
  });
  expect(tasks.map(({ id }) => id)).toEqual([at(3), at(5)]);
  const edits = [5, 6].map((place) => ({ id: at(place), changes: { priority: 7 } }));
  await expect(client.call("task.edit", { edits })).rejects.toThrow(`Cannot change task ${at(5)}`);
  expect((await client.call("task.edit", { edits, skipUnfit: true })).tasks.map(({ id }) => id)).toEqual([at(6)]);
});

test.for(["kill", "cancel", "pause", "resume", "hold", "release", "retry", "remove"])(
  "%s of a label, group or range that no task has is an error",
  async (verb) => {
    const before = (await rig.status())?.lastSeq;
    for (const word of ["label:typo", "group:typo", "90000-90009", "90000-90009:3"]) {
      expect(await rig.claudine(verb, word, "label:first one")).toMatchObject({
        code: 66,
        stdout: "",
        stderr: expect.stringContaining(`Cannot ${verb} ${word}`),
      });
    }
    expect((await rig.status())?.lastSeq).toBe(before);
  },
);

test("a label of what has ended, and a group that was given slots, are no error", async () => {
  await rig.ran("-l", "ended", "true");
  await rig.claudine("parallel", "2", "-g", "set-up");
  for (const word of ["label:ended", "group:set-up"])
    expect(await rig.claudine("kill", word)).toMatchObject({
      code: 0,
      stderr: `No task matches ${word} in a state that allows it: nothing was done\n`,
    });
  expect(await rig.claudine("list", "label:typo")).toMatchObject({ code: 0 });
});

test("a verb that needs tasks does not take all of them when none is named", async () => {
  for (const verb of ["kill", "cancel", "pause", "resume", "hold", "release", "retry", "remove"]) {
    const { code, stdout, stderr } = await rig.claudine(verb);
    expect({ verb, code, stdout, stderr }).toEqual({
      verb,
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("TASK"),
    });
  }
  expect(await selected("held")).toHaveLength(10);
});
