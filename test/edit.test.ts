/** `claudine edit` and `retry -e`: several tasks in one session of an editor, all of it or nothing. */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { CLIENT, type Ended } from "./support/program.ts";
import { canOpenScreen, openScreen, type Screen } from "./support/screen.ts";
import { createRig, type Rig } from "./support/daemon.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await createRig({ config: "slots: 1\n" });
  return () => rig[Symbol.asyncDispose]();
});

/** What the person does to the text, each time the editor opens; it must not use anything from outside. */
type Step = (text: string) => string;

/** Runs a verb with an editor that takes these steps. */
async function edit(words: readonly string[], ...steps: Step[]): Promise<Ended> {
  return rig.claudineWith({ env: { VISUAL: await editorOf(steps) } }, ...words);
}

/** Likewise on a terminal. */
async function editOnScreen(words: readonly string[], ...steps: Step[]): Promise<Screen> {
  const env = { ...rig.env, VISUAL: await editorOf(steps) };
  const size = { columns: 200, rows: 40 };
  return openScreen([...CLIENT, ...words], { env, cwd: rig.home.work, size });
}

/** It notes what it saw in `seen.N`. */
async function editorOf(steps: readonly Step[]): Promise<string> {
  const editor = rig.file("editor.mjs");
  await writeFile(
    editor,
    `import { readdirSync, readFileSync, writeFileSync } from "node:fs";
const steps = [${steps.map(String).join(",\n")}];
const times = readdirSync(".").filter((name) => name.startsWith("seen.")).length;
const text = readFileSync(process.argv[2], "utf8");
writeFileSync("seen." + (times + 1), text);
writeFileSync(process.argv[2], steps[times]?.(text) ?? text);\n`,
  );
  return `'${process.execPath}' '${editor}'`;
}

const seen = (times: number) => readFile(rig.file(`seen.${times}`), "utf8");

async function keptFile(said: string): Promise<string> {
  const [, file = ""] = /your text is in ([^;\s]+)/.exec(said) ?? [];
  const text = await readFile(file, "utf8");
  await rm(dirname(file), { recursive: true });
  return text;
}

test("key, hook and the failures of a batch, and taken out they are gone", async () => {
  const input = "true\ntrue\n";
  const call = ["submit", "--held", "--max-fails", "1", "--each-line", "-"];
  const [a = 0, b = 0] = (await rig.claudineWith({ input }, ...call)).stdout.trim().split("\n").map(Number);
  await rig.claudine("set", String(a), "--key", "old", "--on-finish", "echo done");
  const words = ["edit", String(a)];
  await edit(words, (text) =>
    text
      .replace('"key": "old"', '"key": "new"')
      .replace('"max-fails": 1', '"max-fails": 0')
      .replace(/,\n *"on-finish": "echo done"/, ""),
  );
  expect(await seen(1)).toContain('"on-finish": "echo done"');
  expect(await rig.show(a)).toMatchObject({ key: "new", onFinish: null, maxFails: 0 });
  expect(await rig.show(b)).toMatchObject({ key: null, maxFails: 0 });
});

test("several tasks at once, and only what was changed is sent", async () => {
  const [a, b, c] = [
    await rig.submit("--held", "-l", "first", "--timeout", "1h30m", "--lock", "repo", "echo old"),
    await rig.submit("--held", "--retries", "2", "--", "echo", "a b", "old"),
    await rig.submit("--held", "true"),
  ];
  const ended = await edit(["edit", "held"], (text) =>
    text
      .replaceAll("old", "new")
      .replace('"1h30m"', '"2h"')
      .replace('"retries": 2', '"retries": 5')
      .replace('"repo"', '"db"'),
  );
  expect(ended).toMatchObject({ code: 0, stdout: "", stderr: `Changed tasks ${a} and ${b}\n` });
  expect(await rig.show(a)).toMatchObject({
    command: "echo new",
    argv: [expect.any(String), "-c", "echo new"],
    limits: { timeoutMs: 7_200_000 },
    needs: { locks: ["db"] },
    label: "first",
  });
  expect(await rig.show(b)).toMatchObject({ argv: ["echo", "a b", "new"], retry: { limit: 5 } });
  expect(await rig.show(c)).toMatchObject({ command: "true", limits: null });
  const { events } = await (await rig.client()).call("event.list", {});
  const sent = events.flatMap((event) =>
    event.type === "task.changed" ? [Object.keys(event.changes).toSorted()] : [],
  );
  expect(sent).toEqual([
    ["argv", "command", "limits", "needs"],
    ["argv", "command", "retry"],
  ]);
});

test("nothing changed, nothing done", async () => {
  const rules = ["--delay", "3h", "--warn-signal", "USR1@90s", "--timeout", "1h"];
  const id = await rig.submit(
    "--held",
    ...rules,
    "--memory",
    "1536M",
    "--retries",
    "1",
    "--jitter",
    "--retry-delay",
    "1.5s",
    "true",
  );
  const before = await rig.show(id);
  expect(await edit(["edit", String(id)])).toMatchObject({ code: 0, stderr: "Nothing was changed\n" });
  expect(await rig.show(id)).toEqual(before);
});

test("a key that is taken out takes its rule away", async () => {
  const base = await rig.submit("--held", "true");
  const id = await rig.submit("--held", "-l", "x", "--after", String(base), "--delay", "1h", "--timeout", "1h", "true");
  await edit(["edit", String(id)], (text) => {
    const [task] = JSON.parse(text.replaceAll(/^#.*$/gm, "")) as [{ id: number; command: string }];
    return JSON.stringify({ id: task.id, command: task.command, cwd: "/" });
  });
  expect(await rig.show(id)).toMatchObject({ label: null, after: [], notBefore: null, limits: null, cwd: "/" });
});

describe.runIf(canOpenScreen)("on a terminal", () => {
  test("an unparsable text is offered again with what is wrong, and nothing is lost", async () => {
    const id = await rig.submit("--held", "echo old");
    const screen = await editOnScreen(
      ["edit", String(id)],
      (text) => text.replace("old", "new").replace('"id"', "id"),
      (text) => text.replace(/^ +id/m, '"id"'),
    );
    expect(await screen.shows("[Y/n]")).toContain("claudine: This is not JSON: ");
    screen.type("\r");
    expect(await screen.ended()).toBe(0);
    expect(screen.text()).toContain(`Changed task ${id}`);
    expect(await seen(2)).toMatch(/^# Not done: This is not JSON: .*\n/);
    expect(await seen(2)).toContain('"command": "echo new"');
    expect(await rig.show(id)).toMatchObject({ command: "echo new" });
  });

  test("a wrong value, an unknown key, a refusal of the daemon: offered again", async () => {
    const id = await rig.submit("--held", "true");
    const screen = await editOnScreen(
      ["edit", String(id)],
      (text) => text.replace('"priority": 0', '"priority": "very"'),
      (text) => text.replace('"priority": "very"', '"timeot": "1h"'),
      (text) => text.replace('"timeot": "1h"', '"after": "99"'),
      (text) => text.replace('"after": "99"', '"timeout": "1h"'),
    );
    for (const times of [1, 2, 3]) {
      await screen.until("another question", (text) => text.split("[Y/n]").length === times + 1);
      screen.type("y\r");
    }
    expect(await screen.ended()).toBe(0);
    expect(await seen(2)).toContain('# Not done: Cannot edit task 1: --priority "very" is not a priority\n');
    expect(await seen(3)).toContain('# Not done: There is no key "timeot"\n# Did you mean timeout?\n');
    expect(await seen(4)).toContain("# Not done: Cannot change task 1: there is no task 99 to depend on\n");
    expect(await rig.show(id)).toMatchObject({ limits: { timeoutMs: 3_600_000 } });
  });

  test.for([
    ["no", "no\r"],
    ["the end of the input", "\u0004"],
  ])("%s changes nothing, and the text is kept", async ([, keys = ""]) => {
    const id = await rig.submit("--held", "true");
    const screen = await editOnScreen(["edit", String(id)], (text) => `${text}{{{`);
    await screen.shows("[Y/n]");
    screen.type(keys);
    expect(await screen.ended()).toBe(2);
    expect(await keptFile(screen.text())).toContain("{{{");
    expect(await rig.show(id)).toMatchObject({ command: "true" });
  });

  test("whoever leaves the wrong text as it is has had enough; the text is kept", async () => {
    const id = await rig.submit("--held", "true");
    const screen = await editOnScreen(["edit", String(id)], (text) => `${text}{{{`);
    await screen.shows("[Y/n]");
    screen.type("y\r");
    expect(await screen.ended()).toBe(2);
    expect(await keptFile(screen.text())).toContain("{{{");
    expect(await readdir(rig.home.work)).toContain("seen.2");
  });
});

test("without a terminal an editor that writes what makes no sense is opened once", async () => {
  const id = await rig.submit("--held", "true");
  const ended = await edit(["edit", String(id)], ...[1, 2, 3].map(() => (text: string) => `${text}{{{`));
  expect(ended).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("This is not JSON") });
  expect(ended.stderr).toContain("Nothing was changed; your text is in ");
  expect(await keptFile(ended.stderr)).toContain("{{{");
  expect(await readdir(rig.home.work)).not.toContain("seen.2");
  expect(await rig.show(id)).toMatchObject({ command: "true" });
});

test("when one of them cannot be changed any more, none is", async () => {
  const [a, b] = [await rig.submit("--held", "true"), await rig.submit("--held", "true")];
  await rig.claudine("cancel", String(b));
  const client = await rig.client();
  const edits = [a, b].map((id) => ({ id, changes: { label: "both" } }));
  await expect(client.call("task.edit", { edits })).rejects.toThrow(`Cannot change task ${b}: it has already finished`);
  expect((await rig.show(a)).label).toBeNull();
});

test("an editor that fails changes nothing", async () => {
  const id = await rig.submit("--held", "true");
  const ended = await rig.claudineWith({ env: { VISUAL: "false" } }, "edit", String(id));
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining("Cannot edit: false ended with 1") });
  expect(await keptFile(ended.stderr)).toContain(`"id": ${id}`);
});

test("an editor that takes the file away changes nothing", async () => {
  const id = await rig.submit("--held", "true");
  const ended = await rig.claudineWith({ env: { VISUAL: "rm" } }, "edit", String(id));
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining("Cannot edit: rm left no file") });
});

test("only what waits is edited", async () => {
  const { task } = await rig.ran("true");
  expect(await rig.claudine("edit", String(task.id))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Cannot edit task ${task.id}: it is succeeded`),
  });
  expect(await rig.claudine("edit", "99")).toMatchObject({ code: 66 });
  expect(await rig.claudine("edit", "queued")).toMatchObject({ code: 66 });
});

test("retry -e changes what has ended and runs it again; what is taken out stays", async () => {
  const [one, two, three] = [await rig.ran("echo old; exit 1"), await rig.ran("exit 1"), await rig.ran("exit 1")];
  const ended = await edit(["retry", "-e", "--failed"], (text) => {
    const tasks = JSON.parse(text.replaceAll(/^#.*$/gm, "").replaceAll("exit 1", "exit 0")) as { id: number }[];
    return JSON.stringify(tasks.slice(0, 2)).replace("old", "new");
  });
  expect(ended).toMatchObject({ code: 0, stderr: `Queued again: tasks ${one.task.id} and ${two.task.id}\n` });
  expect(await rig.ended(one.task.id)).toMatchObject({ state: "succeeded", attempt: 2 });
  expect(await rig.output(one.task.id)).toBe("new\n");
  expect(await rig.ended(two.task.id)).toMatchObject({ state: "succeeded", attempt: 2 });
  expect(await rig.show(three.task.id)).toMatchObject({ state: "failed", attempt: 1 });
});
