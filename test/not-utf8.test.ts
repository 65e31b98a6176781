/** What is not UTF-8 is refused: as text it would be changed, and another file be meant. */
import { writeFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";
import { CLIENT_IN_SHELL, type Ended, start } from "./support/program.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
  return () => rig[Symbol.asyncDispose]();
});

/** Runs a shell script whose bytes are those of `text` as Latin-1; `claudine` is the command line. */
async function shell(text: string): Promise<Ended> {
  const script = `claudine() { ${CLIENT_IN_SHELL} "$@"; }\n${text}\n`;
  await writeFile(rig.file("script"), Buffer.from(script, "latin1"));
  return start("/bin/sh", { args: ["script"], env: rig.env, cwd: rig.home.work }).ended;
}

test.for([
  {
    what: "an argument",
    script: "claudine submit cat caf\xe9.txt",
    says: "the argument caf\\xe9.txt: it is not UTF-8",
  },
  { what: "an option", script: "claudine submit -l caf\xe9 true", says: "the argument caf\\xe9: it is not UTF-8" },
  {
    what: "an argument of another verb",
    script: "claudine backup caf\xe9",
    says: "the argument caf\\xe9: it is not UTF-8",
  },
  {
    what: "a variable",
    script: "NAME=caf\xe9 claudine submit true",
    says: "the variable NAME of this shell is not UTF-8",
  },
  {
    what: "the working directory",
    script: "mkdir -p d\xe9; cd d\xe9; claudine submit true",
    says: "working directory is not UTF-8",
  },
  {
    what: "a line",
    script: "printf 'a\\ncaf\xe9\\n' | claudine submit --each-line - cat",
    says: "line 2 is not UTF-8",
  },
  { what: "input for a task", script: "printf 'caf\xe9' | claudine send 1 -", says: "line 1 is not UTF-8" },
])("$what that is not UTF-8 is refused", async ({ script, says }) => {
  const { code, stdout, stderr } = await shell(script);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(says);
});

test("a replacement character that was really typed is text as any other", async () => {
  const { stdout } = await rig.ran("printf", "%s", "a\uFFFDb");
  expect(stdout).toBe("a\uFFFDb");
});

test("a byte order mark before lines or JSON is no part of them", async () => {
  const lines = await rig.claudineWith({ input: "\uFEFFecho one\n" }, "submit", "--each-line", "-");
  expect(await rig.ended(Number(lines.stdout))).toMatchObject({ command: "echo one" });
  const json = await rig.claudineWith({ input: '\uFEFF["echo two"]' }, "submit", "--from-json", "-");
  expect(await rig.ended(Number(json.stdout))).toMatchObject({ command: "echo two" });
});
