/** Finds programs as a shell does, and asks each for its version once. */
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADAPTERS, type AgentAdapter } from "@claudine/agents";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compareVersions, createTools, tooOld } from "./tools.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tools-"));
  for (const folder of ["a", "b", "work"]) await mkdir(join(dir, folder));
});
afterEach(() => rm(dir, { recursive: true }));

const adapter: AgentAdapter = { ...(ADAPTERS["claude"] as AgentAdapter), login: { signs: [], hint: "" } };

async function program(path: string, mode = 0o755): Promise<string> {
  await writeFile(join(dir, path), "");
  await chmod(join(dir, path), mode);
  return join(dir, path);
}

const asked: string[] = [];
const tools = () => {
  asked.length = 0;
  return createTools((path) => {
    asked.push(path);
    return Promise.resolve({ code: 0, text: "2.3.4 (Claude Code)" });
  });
};
const place = (path: string) => ({ env: { PATH: path }, cwd: join(dir, "work") });

test("the first program on the PATH, whatever else has its name", async () => {
  await mkdir(join(dir, "a/claude"));
  await program("work/claude", 0o644);
  const path = await program("b/claude");
  expect(await tools().find(adapter, place(`${dir}/a:${dir}/work:relative:${dir}/b`))).toEqual({
    path,
    version: "2.3.4",
  });
  expect(await tools().find(adapter, place(`${dir}/a`))).toBeUndefined();
  await symlink(path, join(dir, "work/linked"));
  expect(await tools().find({ ...adapter, program: "./linked" }, place(""))).toMatchObject({
    path: `${dir}/work/linked`,
  });
});

test("a version is asked for once, and again when the file was changed", async () => {
  const path = await program("b/claude");
  const all = tools();
  for (let count = 0; count < 3; count += 1) await all.find(adapter, place(`${dir}/b`));
  expect(asked).toEqual([path]);
  await utimes(path, 1, 1);
  await all.find(adapter, place(`${dir}/b`));
  expect(asked).toEqual([path, path]);
});

test("what could not be told is asked again; the tool is used all the same", async () => {
  await program("b/claude");
  let times = 0;
  const silent = createTools(() => Promise.resolve(void (times += 1)));
  for (let count = 0; count < 2; count += 1)
    expect(await silent.find(adapter, place(`${dir}/b`))).toMatchObject({ version: undefined });
  expect(times).toBe(2);
  expect(tooOld(adapter, undefined)).toBeUndefined();
});

test.for([
  ["1.2.3", "1.2.3", 0],
  ["1.10.0", "1.9.9", 1],
  ["0.50.0-alpha.3", "0.50.0", 0],
  ["2", "2.0.1", -1],
] as const)("%s against %s", ([a, b, sign]) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
});

test.for([
  ["a variable", { signs: [{ type: "environment", name: "KEY" }] }, { KEY: "x" }, true],
  ["an empty variable", { signs: [{ type: "environment", name: "KEY" }] }, { KEY: "" }, false],
  ["a file at home", { signs: [{ type: "file", path: "~/b/claude" }] }, {}, true],
  ["no file", { signs: [{ type: "file", path: "~/none" }] }, {}, false],
  [
    "a file that is elsewhere",
    { signs: [{ type: "file", path: "~/none", relocatedBy: { variable: "OWN", path: "$OWN/claude" } }] },
    { OWN: "b" },
    false,
  ],
  ["a command", { signs: [{ type: "command", args: ["status"], no: 1 }] }, {}, true],
  ["nothing that tells", { signs: [] }, {}, null],
] as const)("logged in: %s", async ([, login, env, expected]) => {
  await program("b/claude");
  const one: AgentAdapter = { ...adapter, login: { hint: "log in", ...login } };
  const { loggedIn, note } = await tools().describe(one, { env: { PATH: `${dir}/b`, HOME: dir, ...env }, cwd: dir });
  expect({ loggedIn, note }).toEqual({ loggedIn: expected, note: expected === false ? "log in" : null });
});
