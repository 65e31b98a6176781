/** Data on stdout, messages on stderr; colours, --json and --quiet; errors and their exit codes. */
import { access } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
  await rig.ran("exit 3");
  return () => rig[Symbol.asyncDispose]();
});

const ESCAPE = "\u001b";

test("no colours into a pipe, colours on demand, and none with NO_COLOR or --no-color", async () => {
  expect((await rig.claudine("list")).stdout).not.toContain(ESCAPE);
  const color = { FORCE_COLOR: "1" };
  expect((await rig.claudineWith({ env: color }, "list")).stdout).toContain(`${ESCAPE}[`);
  expect((await rig.claudineWith({ env: { ...color, NO_COLOR: "1" } }, "list")).stdout).not.toContain(ESCAPE);
  expect((await rig.claudineWith({ env: color }, "list", "--no-color")).stdout).not.toContain(ESCAPE);
  expect((await rig.claudineWith({ env: color }, "--no-color", "list")).stdout).not.toContain(ESCAPE);
});

test.for([
  { words: ["show", "99"], code: 66, error: "not_found" },
  { words: ["kill", "1"], code: 1, error: "wrong_state" },
  { words: ["submit"], code: 2, error: "invalid_params" },
  { words: ["cancel", "nonsense"], code: 2, error: "invalid_params" },
  { words: ["list", "--no-autostart", "--socket", "/nowhere/x.sock"], code: 69, error: "unavailable" },
  { words: ["wait", "1", "--timeout", "x"], code: 2, error: "invalid_params" },
  { words: ["list", "--statte", "x"], code: 2, error: "invalid_params" },
  { words: ["lisst"], code: 2, error: "invalid_params" },
])("$words fails with $code, as text and as JSON", async ({ words, code, error }) => {
  const text = await rig.claudine(...words);
  expect(text).toMatchObject({ code, stdout: "" });
  expect(text.stderr).toMatch(/^claudine: [A-Z"].*[^.]\n( {2}hint: .*[^.]\n)?/);
  const [verb = "", ...rest] = words;
  const json = await rig.claudine(verb, "--json", ...rest);
  expect(json).toMatchObject({ code, stdout: "" });
  expect(JSON.parse(json.stderr)).toEqual({
    error: {
      code: error,
      message: expect.any(String),
      hint: expect.toSatisfy((hint) => hint === null || typeof hint === "string"),
    },
  });
});

test("an unknown verb and an unknown option suggest the nearest", async () => {
  expect((await rig.claudine("lisst")).stderr).toContain("list");
  expect((await rig.claudine("list", "--gruop", "x")).stderr).toContain("--group");
  expect((await rig.claudine("daemon", "sttatus")).stderr).toContain("status");
});

test("--quiet says nothing but ids, and keeps the exit code", async () => {
  expect(await rig.claudine("submit", "-q", "true")).toMatchObject({ code: 0, stdout: "2\n", stderr: "" });
  expect(await rig.claudine("submit", "-q", "--wait", "exit 4")).toMatchObject({ code: 4, stdout: "3\n", stderr: "" });
  expect(await rig.claudine("retry", "-q", "1")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(await rig.claudine("cancel", "-q", "99")).toMatchObject({ code: 66, stdout: "" });
});

test("every verb that changes tasks prints them as JSON", async () => {
  const id = await rig.submit("--held", "exec sleep 1000");
  const states: unknown[] = [];
  for (const verb of ["release", "pause", "resume", "kill", "retry", "cancel"]) {
    const { stdout, code, stderr } = await rig.claudine(verb, String(id), "--json");
    expect({ verb, code, stderr }).toEqual({ verb, code: 0, stderr: "" });
    const [task] = JSON.parse(stdout) as { id: number; state: string }[];
    expect(task?.id).toBe(id);
    states.push(task?.state);
  }
  expect(states.map((state) => (state === "running" ? "queued" : state))).toEqual([
    "queued",
    "paused",
    "queued",
    "cancelled",
    "queued",
    "cancelled",
  ]);
  expect(JSON.parse((await rig.claudine("remove", String(id), "--json")).stdout)).toEqual([id]);
});

test("help goes to stdout with exit code 0, for every verb", async () => {
  for (const words of [
    ["--help"],
    ["help"],
    ["submit", "--help"],
    ["help", "kill"],
    ["daemon", "--help"],
    ["daemon", "stop", "--help"],
  ]) {
    const { stdout, stderr, code } = await rig.claudine(...words);
    expect({ words, code, stderr, help: stdout.includes("claudine") }).toEqual({
      words,
      code: 0,
      stderr: "",
      help: true,
    });
  }
});

test("help and versions need no daemon", async () => {
  const env = { XDG_RUNTIME_DIR: rig.file("elsewhere"), XDG_STATE_HOME: rig.file("elsewhere") };
  for (const words of [["--help"], ["--version"], ["version"], ["config", "path"], ["completion", "bash"]]) {
    expect(await rig.claudineWith({ env }, ...words)).toMatchObject({ code: 0 });
  }
  await expect(access(rig.file("elsewhere"))).rejects.toThrow("ENOENT");
});
