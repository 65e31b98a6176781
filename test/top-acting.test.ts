/** What one does on the screen of `claudine top` beyond one task and one key. */
import { writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";
import type { Env } from "./support/home.ts";
import { CLIENT } from "./support/program.ts";
import { canOpenScreen, openScreen, type Screen } from "./support/screen.ts";
import { until } from "./support/until.ts";

const ENTER = "\r";
const ESC = "\u001b";

function openTop(rig: Rig, args: readonly string[] = [], env: Env = {}): Screen {
  const command = [...CLIENT, "top", ...args];
  return openScreen(command, { env: { ...rig.env, ...env }, cwd: rig.home.work });
}

describe.skipIf(!canOpenScreen)("on a terminal", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await createRig({ config: "slots: 4\n" });
    return () => rig[Symbol.asyncDispose]();
  });

  async function sweep(): Promise<void> {
    const client = await rig.client();
    await client.call("task.cancel", { selector: ["all"], graceMs: 0 }).catch(() => undefined);
    await client.call("task.clean", {});
  }
  const stateOf = async (id: number) => (await rig.show(id)).state;

  test("tags several, and acts on all of them", async () => {
    await sweep();
    const ids = [await rig.submit("-s", "true"), await rig.submit("-s", "true"), await rig.submit("-s", "true")];
    const screen = openTop(rig);
    await screen.shows("waiting 3");
    screen.type("  ");
    await screen.shows("2 tagged");
    screen.type("+");
    await screen.shows("Raised the priority of 2 tasks");
    screen.type("h");
    await screen.shows("Released 2 tasks");
    await until("two to have ended", async () => (await stateOf(ids[1]!)) === "succeeded");
    expect(await stateOf(ids[2]!)).toBe("held");
  });

  test("forgets a task after a while, and not when it is undone", async () => {
    await sweep();
    const id = await rig.submit("-l", "leaving", "true");
    await rig.claudine("wait", String(id));
    const screen = openTop(rig);
    await screen.shows("leaving");
    screen.type("D");
    await screen.shows("u undoes it");
    screen.type("u");
    await screen.shows("Nothing was removed");
    screen.type("Dq");
    expect(await screen.ended()).toBe(0);
    expect((await rig.claudine("show", String(id))).code).toBe(66);
  });

  test("edits in the person's editor, and gives the screen back", async () => {
    await sweep();
    const editor = rig.file("editor.sh");
    await writeFile(editor, `#!/bin/sh\necho "the editor has it" > /dev/tty\nsed -i 's/echo old/echo new/' "$1"\n`, {
      mode: 0o700,
    });
    const id = await rig.submit("-s", "echo old");
    const screen = openTop(rig, [], { EDITOR: editor });
    await screen.shows("echo old");
    screen.type("e");
    await screen.shows("echo new");
    await screen.shows(`Changed task ${id}`);
    expect(screen.raw).toContain("the editor has it");
    expect(screen.alternate).toBe(true);
    screen.type("j");
    await screen.shows("? help");
  });

  test("a verb of the palette that opens an editor gets the terminal for it", async () => {
    await sweep();
    const editor = rig.file("palette-editor.sh");
    await writeFile(editor, '#!/bin/sh\necho "the editor has it" > /dev/tty\n', { mode: 0o700 });
    const id = await rig.submit("true");
    await rig.ended(id);
    const screen = openTop(rig, [], { EDITOR: editor });
    await screen.shows("succeeded");
    screen.type(":retry -e");
    screen.type(ENTER);
    await screen.shows(`Queued again: task ${id}`);
    expect(screen.raw).toMatch(/\?1049l[^]*the editor has it[^]*\?1049h/);
    expect(screen.alternate).toBe(true);
  });

  test("the palette knows every verb, acts on the chosen task, and shows what is printed", async () => {
    await sweep();
    const id = await rig.submit("-l", "target", "sleep 600");
    await rig.started(id);
    const screen = openTop(rig);
    await screen.shows("target");
    screen.type(":canc");
    await screen.shows(`claudine cancel ${id}`);
    screen.type(ENTER);
    await screen.shows(`Cancelled task ${id}`);
    screen.type(":groups");
    screen.type(ENTER);
    await screen.shows(/claudine groups .*exit code 0/);
    await screen.shows(/default +4/);
    screen.type(ESC);
    await screen.shows("target");
    screen.type(":follow x");
    screen.type(ENTER);
    await screen.shows(/Cannot select tasks by "x"/);
  });

  test("read-only shows everything and changes nothing", async () => {
    await sweep();
    const id = await rig.submit("-s", "true");
    const screen = openTop(rig, ["--read-only"]);
    await screen.shows("read-only");
    screen.type("h");
    await screen.shows("Not done: this screen is read-only");
    screen.type(":rele");
    await screen.shows("no such verb");
    screen.type(ESC);
    expect(await stateOf(id)).toBe("held");
  });

  test("tabs, and the group that one opens there", async () => {
    await sweep();
    await rig.submit("-g", "gpu", "-l", "in gpu", "sleep 600");
    await rig.submit("-s", "-l", "elsewhere", "true");
    const screen = openTop(rig);
    await screen.shows("elsewhere");
    screen.type("2");
    await screen.shows(/gpu .*1\/4/);
    screen.type("j+");
    await screen.shows("Group gpu runs 5 at once");
    screen.type(ENTER);
    await screen.until("only that group", (text) => text.includes("in gpu") && !text.includes("elsewhere"));
    screen.type("5");
    await screen.shows("submitted, held: true");
    screen.type("4");
    await screen.shows("memory");
    screen.type("1");
    await screen.shows("in group gpu");
  });

  test("opens with a filter and a group, and prints one frame as text", async () => {
    await sweep();
    await rig.submit("-s", "-l", "first", "echo a");
    await rig.submit("-s", "-l", "second", "-g", "gpu", "echo b");
    const { code, stdout, stderr } = await rig.claudine("top", "--plain", "--filter", "held", "--group", "gpu");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("second");
    expect(stdout).not.toContain("first");
    // oxlint-disable-next-line no-control-regex -- none may be there
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    const narrow = await rig.claudineWith({ env: { COLUMNS: "60", LINES: "20" } }, "top", "--plain");
    expect(Math.max(...narrow.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  test("a terminal that cannot move its cursor gets one frame and no sequences", async () => {
    await sweep();
    await rig.submit("-s", "-l", "naïve", "true");
    const screen = openTop(rig, [], { TERM: "dumb" });
    await screen.shows("This terminal cannot move its cursor");
    expect(await screen.ended()).toBe(0);
    expect(screen.raw).toContain("na?ve");
    expect(screen.raw).not.toContain(ESC);
  });

  test("what failed stays on top until it is read, also on the next screen", async () => {
    await sweep();
    const id = await rig.submit("-l", "broken", "exit 3");
    await rig.claudine("wait", String(id));
    const first = openTop(rig);
    await first.shows("failed, not yet seen 1");
    first.type("m");
    await first.shows("done 1");
    first.type("q");
    await first.ended();
    const { stdout } = await rig.claudine("top", "--plain");
    expect(stdout).toContain("done 1");
    expect(stdout).not.toContain("not yet seen");
  });
});
