/** `claudine top` as it is seen on a terminal. */
import { beforeAll, describe, expect, test } from "vitest";
import { processesUnder } from "./setup/processes-under.ts";
import { createRig, startDaemon, type Rig } from "./support/daemon.ts";
import type { Env } from "./support/home.ts";
import { CLAUDINE, CLIENT } from "./support/program.ts";
import { canOpenScreen, openScreen, type Screen } from "./support/screen.ts";
import { until } from "./support/until.ts";

const DOWN = "\u001b[B";
const ENTER = "\r";
const ESC = "\u001b";

type Size = { columns: number; rows: number };

function openTop(rig: Rig, options: { env?: Env; size?: Size; args?: readonly string[] } = {}): Screen {
  const { env = {}, args = [], ...rest } = options;
  const command = [...CLIENT, "top", ...args];
  return openScreen(command, { env: { ...rig.env, ...env }, cwd: rig.home.work, ...rest });
}

test("needs a terminal, and says what to use instead", async () => {
  const rig = await startDaemon();
  const { code, stdout, stderr } = await rig.claudine("top");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("claudine list");
});

describe.skipIf(!canOpenScreen)("on a terminal", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await createRig({ config: "slots: 2\n" });
    return () => rig[Symbol.asyncDispose]();
  });

  /** Ends and forgets everything, for the next test. */
  async function sweep(): Promise<void> {
    const client = await rig.client();
    await client.call("task.cancel", { selector: ["all"], graceMs: 0 }).catch(() => undefined);
    await client.call("task.clean", {});
  }

  test("the tab of the schedules shows the time left to each", async () => {
    await sweep();
    await rig.claudine("schedule", "add", "yearly", "--cron", "@yearly", "--", "echo", "a year");
    const screen = openTop(rig);
    await screen.shows("No tasks yet");
    screen.type("3");
    await screen.shows(/yearly +\d+d\d\dh +@yearly +echo 'a/);
    await rig.claudine("schedule", "pause", "yearly");
    await screen.shows(/yearly +paused +@yearly/);
    screen.type("1");
    await screen.shows("No tasks yet");
    screen.type("q");
    expect(await screen.ended()).toBe(0);
    await rig.claudine("schedule", "remove", "yearly");
  });

  test("starts empty, shows tasks as they come and go, and leaves the terminal as it was", async () => {
    await sweep();
    const screen = openTop(rig);
    await screen.shows("No tasks yet: claudine submit -- make");
    expect(screen.alternate).toBe(true);
    const id = await rig.submit("-l", "greeter", "echo hello from the task; sleep 600");
    await screen.shows(new RegExp(String.raw`● running +${id} +\d+s .*greeter +echo hello`));
    await screen.shows("1 running · 0 queued · 0 failed");
    await screen.shows(new RegExp(String.raw`─ ${id} greeter · running`));
    await screen.shows("  hello from the task");
    await rig.claudine("kill", String(id));
    await screen.shows(new RegExp(String.raw`− cancelled +${id}`));
    await screen.shows("0 running");
    screen.type("q");
    expect(await screen.ended()).toBe(0);
    expect(screen.alternate).toBe(false);
    expect(screen.text()).toMatch(/^tty .*\nexit 0$/m);
    expect(screen.raw).toContain("\u001b[?25h");
  });

  test("follows the log of the chosen task: stdout and stderr, colours kept, nothing raw", async () => {
    await sweep();
    const nasty = String.raw`\033[31mred\033[0m \033[2J\033]0;owned\007\033[?1049l\033[5;5Hmoved\n`;
    const id = await rig.submit("-l", "\u001b[2Jevil\u0007", `printf '${nasty}'; echo oops >&2; sleep 600`);
    const screen = openTop(rig);
    await screen.shows("  red moved");
    await screen.shows("▎ oops");
    await screen.shows("␛[2Jevil␇");
    expect(screen.alternate).toBe(true);
    expect(screen.raw).toContain("\u001b[31mred");
    for (const sequence of ["\u001b]", "\u0007", "\u001b[2J", "\u001b[5;5H", "\u009b"])
      expect(screen.raw).not.toContain(sequence);
    await rig.claudine("kill", String(id));
    await screen.shows("end ──");
  });

  test("kill asks, and only yes kills", async () => {
    await sweep();
    const id = await rig.submit("sleep 600");
    await rig.started(id);
    const screen = openTop(rig);
    await screen.shows("● running");
    screen.type("K");
    await screen.shows(/Kill .*\?.*y yes.*n no/);
    screen.type("n");
    await screen.shows("? help");
    expect((await rig.show(id)).state).toBe("running");
    screen.type("K");
    await screen.shows(/Kill .*\?/);
    screen.type("y");
    await screen.shows(`Sent SIGTERM to task ${id}`);
    expect(await rig.show(id)).toMatchObject({ state: "cancelled", signal: "SIGTERM" });
    await screen.shows(/killed: ended by SIGTERM/);
  });

  test("pauses and resumes, holds and releases, cancels and retries", async () => {
    await sweep();
    const [one, two] = [await rig.submit("sleep 601"), await rig.submit("sleep 602")];
    const waiting = await rig.submit("sleep 603");
    await rig.started(two);
    const screen = openTop(rig);
    await screen.shows(new RegExp(String.raw`○ queued +${waiting} .*slot`));
    screen.type("p");
    await screen.shows(new RegExp(String.raw`◍ paused +${one}`));
    screen.type("p");
    await screen.shows(`Resumed task ${one}`);
    screen.type("G");
    screen.type("h");
    await screen.shows(new RegExp(String.raw`◌ held +${waiting}`));
    screen.type("h");
    await screen.shows(new RegExp(String.raw`○ queued +${waiting}`));
    screen.type("c");
    await screen.shows(new RegExp(String.raw`− cancelled +${waiting}`));
    screen.type("r");
    await screen.shows(new RegExp(String.raw`○ queued +${waiting}`));
    screen.type("p");
    await screen.shows(`Cannot pause task ${waiting}: it is queued`);
  });

  test("filters while typing, keeps the filter, sorts, and shows its keys", async () => {
    await sweep();
    for (const name of ["alpha", "beta", "gamma"]) await rig.submit("-s", "-l", name, "true");
    const screen = openTop(rig);
    await screen.shows("gamma");
    // A paste presses no keys.
    screen.type(`${ESC}[200~qqq${ESC}[201~`);
    screen.type("/bet");
    await screen.shows("1 of 3");
    screen.type(`a${ENTER}`);
    await screen.until("the filter to stay", (text) => text.includes("filter beta") && !text.includes("alpha"));
    screen.type(ESC);
    await screen.shows("gamma");
    screen.type("s");
    await screen.shows("sort by");
    screen.type("l");
    await screen.shows("LABEL▲");
    screen.type("S");
    await screen.until(
      "the order to turn",
      (text) => text.indexOf("gamma") < text.indexOf("alpha") && text.includes("LABEL▼"),
    );
    screen.type("?");
    await screen.shows("claudine top: keys");
    screen.type(ESC);
    await screen.shows("LABEL▼");
    await screen.until("the cursor to be drawn again", () => screen.isInverse(5));
    screen.type(DOWN);
    await screen.until("the cursor to move", () => screen.isInverse(6) && !screen.isInverse(5));
  });

  test("fits every size, and says so when there is no room", async () => {
    await sweep();
    await rig.submit("-s", "-l", "日本語 e\u0301 שלום", "echo wide");
    await rig.submit("-s", "-l", "plain", "echo plain");
    const screen = openTop(rig);
    const whole = async (size: Size) => {
      await screen.until(`all of ${size.columns}x${size.rows}`, () => {
        const rows = screen.rows();
        // The last row stays free, the one above holds the keys.
        const titles = rows.filter((row) => row.includes("COMMAND"));
        return titles.length === 1 && rows.at(-1) === "" && (rows.at(-2)?.includes("q quit") ?? false);
      });
    };
    await screen.shows("echo wide");
    await whole({ columns: 80, rows: 24 });
    expect(screen.cellOf(6, "echo wide")).toBe(screen.cellOf(7, "echo plain"));
    for (const size of [
      { columns: 200, rows: 60 },
      { columns: 60, rows: 12 },
      { columns: 40, rows: 8 },
      { columns: 132, rows: 43 },
    ]) {
      screen.resize(size);
      await whole(size);
    }
    screen.resize({ columns: 20, rows: 5 });
    await screen.shows("Too small: 20x5");
    screen.resize({ columns: 3, rows: 2 });
    await screen.until("three columns", () => screen.rows()[0] === "Too");
    screen.resize({ columns: 80, rows: 24 });
    await whole({ columns: 80, rows: 24 });
    screen.type("q");
    expect(await screen.ended()).toBe(0);
  });

  test("draws without colours and with ASCII only where it has to", async () => {
    await sweep();
    await rig.submit("-s", "-l", "naïve", "true");
    const screen = openTop(rig, { env: { LANG: "C", NO_COLOR: "1" } });
    await screen.shows(/>o held +\d+ .*na\?ve/);
    await screen.shows("MEM");
    screen.type("q");
    await screen.ended();
    expect([...screen.raw].filter((character) => character > "~")).toEqual([]);
    expect(screen.raw.replaceAll(ESC, "^")).not.toMatch(/\^\[(3[0-7]|4[0-7]|9[0-7]|[34]8;[\d;]*)m/);
  });

  test.for([
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const)("gives the terminal back on %s", async ([signal, code]) => {
    await sweep();
    const screen = openTop(rig);
    await screen.shows("No tasks yet");
    const { pid } = await until("top to be found", async () =>
      (await processesUnder(rig.home.dir)).find(({ command }) => command.endsWith(`${CLAUDINE} top`)),
    );
    process.kill(pid, signal);
    expect(await screen.ended()).toBe(code);
    expect(screen.alternate).toBe(false);
    expect(screen.raw).toContain("\u001b[?25h");
    expect(screen.raw).toContain("\u001b[?2004l");
  });
});

test.skipIf(!canOpenScreen)("goes on by itself when the daemon stops and comes back", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("-l", "survivor", "echo still here; sleep 600");
  const screen = openTop(rig);
  await screen.shows("  still here");
  await rig.down("SIGTERM");
  const away = await screen.shows("daemon not reachable, reconnecting…");
  expect(away).toContain("survivor");
  screen.type("p");
  await screen.shows("Not done: the daemon is not reachable");
  await rig.up();
  await screen.until("the banner to go", (text) => !text.includes("reconnecting"));
  await rig.submit("-l", "newcomer", "true");
  await screen.shows(/✓ succeeded .*newcomer/);
  await screen.shows(new RegExp(String.raw`● running +${id} `));
});
