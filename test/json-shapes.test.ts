/** What verbs print with `--json` has the fields that the reference page says. */
import { beforeAll, expect, test } from "vitest";
import { JSON_SHAPES } from "../scripts/docs/cli-json.ts";
import { createRig, type Rig } from "./support/daemon.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig({ config: "slots: 8\ngrace: 10s\n" });
  return () => rig[Symbol.asyncDispose]();
});

/** The fields that the page names for a verb, `{a, b}` by `{a, b}`. */
function fieldsOf(verb: string): string[][] {
  return [...(JSON_SHAPES[verb] ?? "").matchAll(/`\{([\w, ]+)\}`/g)].map(([, names = ""]) => names.split(", "));
}

async function printed(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await rig.claudine("--json", ...words);
  if (code !== 0) throw new Error(`claudine ${words.join(" ")} exited with ${code}: ${stderr}`);
  return stdout;
}

const keysOf = (text: string) => Object.keys(JSON.parse(text) as object);
const lineKeys = (text: string) => text.trimEnd().split("\n").map(keysOf);

test.for([
  { verb: "config path", words: ["config", "path"] },
  { verb: "config check", words: ["config", "check"] },
  { verb: "version", words: ["version"] },
  { verb: "doctor", words: ["doctor"] },
])("$verb", async ({ verb, words }) => {
  expect(keysOf(await printed(...words))).toEqual(fieldsOf(verb)[0]);
});

test("wait", async () => {
  expect(keysOf(await printed("wait"))).toEqual(fieldsOf("wait")[0]);
});

test("submit, on one line also with --wait", async () => {
  const [plain = []] = fieldsOf("submit");
  expect(lineKeys(await printed("submit", "true"))).toEqual([plain]);
  expect(lineKeys(await printed("submit", "--wait", "true"))).toEqual([[...plain, "tasks"]]);
});

test("follow and submit --follow print lines", async () => {
  const { task } = await rig.ran("echo here");
  const lines = fieldsOf("follow");
  expect(lineKeys(await printed("follow", `${task.id}`))).toEqual(lines);
  expect(lineKeys(await printed("submit", "--follow", "echo here"))).toEqual([fieldsOf("submit")[0], ...lines]);
});

test("logs, and lines with -f", async () => {
  const { task } = await rig.ran("echo here");
  const [whole, line] = fieldsOf("logs");
  expect(keysOf(await printed("logs", `${task.id}`))).toEqual(whole);
  expect(lineKeys(await printed("logs", "-f", `${task.id}`))).toEqual([line]);
});

test("config show gives times as texts", async () => {
  expect(JSON.parse(await printed("config", "show"))).toMatchObject({ grace: "10s" });
  expect(JSON_SHAPES["config show"]).toContain("`5s`");
});
