/** What `claudine top` writes: whole frames that a terminal shows as one, no more than has changed, nothing raw. */
import xterm from "@xterm/headless";
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";
import { CLIENT } from "./support/program.ts";
import { canOpenScreen, openScreen, type Screen } from "./support/screen.ts";
import { until } from "./support/until.ts";

const BEGIN = "\u001b[?2026h";
const END = "\u001b[?2026l";
const NASTY = ["\u001b[2J\u001b]0;owned\u0007", "👩‍💻 שלום \u202eabc", "a\nb\tc", "日本語 e\u0301", "x".repeat(60_000)];

/** What a terminal shows that has read `bytes` from the beginning. */
async function replayed(bytes: string, size: { columns: number; rows: number }): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols: size.columns, rows: size.rows, allowProposedApi: true });
  await new Promise<void>((resolve) => {
    terminal.write(bytes, resolve);
  });
  const { active } = terminal.buffer;
  const rows = Array.from({ length: size.rows }, (_, row) =>
    (active.getLine(active.baseY + row)?.translateToString(true) ?? "").trimEnd(),
  );
  terminal.dispose();
  return rows;
}

/** Every moment at which a terminal would show something, and what has been written until then. */
function framesOf(raw: string): number[] {
  const ends: number[] = [];
  for (let at = raw.indexOf(END); at >= 0; at = raw.indexOf(END, at + 1)) ends.push(at + END.length);
  return ends;
}

test.skipIf(!canOpenScreen)("every frame is whole, whatever tasks are called", async () => {
  const rig = await startDaemon();
  for (const text of NASTY) await rig.submit("-s", "-l", text.slice(0, 4000), `: ${text}`);
  const size = { columns: 100, rows: 30 };
  const screen = openTop(size);
  await screen.shows("waiting 5");
  for (const keys of ["j", "\t", "\t", "?", "\u001b", "2", "5", "1", "v", "s", "l", "/x", "\u001b"]) {
    const before = screen.raw.length;
    screen.type(keys);
    await until("the screen to be drawn", () => screen.raw.length > before && screen.raw.endsWith(END));
  }
  const { raw } = screen;
  const start = raw.indexOf(BEGIN);
  expect(start).toBeGreaterThan(0);
  for (const end of framesOf(raw)) {
    const rows = await replayed(raw.slice(raw.indexOf("\u001b[?1049h"), end), size);
    // The last row is never written to, the first always names the program or the page.
    expect(rows.at(-1)).toBe("");
    expect(rows[0]).toMatch(/claudine/);
    expect(rows.filter((row) => row.includes("slots")).length).toBeLessThanOrEqual(1);
  }
  for (const sequence of ["\u001b]0", "\u0007", "\u202e", "\u009b"]) expect(raw).not.toContain(sequence);

  function openTop({ columns, rows }: { columns: number; rows: number }): Screen {
    const command = [...CLIENT, "top"];
    return openScreen(command, { env: rig.env, cwd: rig.home.work, size: { columns, rows } });
  }
});

test.skipIf(!canOpenScreen)("writes no more than what has changed", async () => {
  const rig = await startDaemon();
  for (let task = 0; task < 20; task += 1) await rig.submit("-s", "-l", `task ${task}`, "true");
  const command = [...CLIENT, "top"];
  const screen = openScreen(command, { env: rig.env, cwd: rig.home.work, size: { columns: 120, rows: 40 } });
  await screen.shows("waiting 20");
  await until("the frame to be whole", () => screen.raw.endsWith(END));
  const whole = screen.text().length;
  const start = screen.raw.length;
  screen.type("j");
  await until("the cursor to move", () => screen.raw.length > start && screen.raw.endsWith(END));
  const [frame = ""] = screen.raw.slice(start).split(END);
  // Two rows of the table and perhaps a line of the header; the rest of 39 is stepped over.
  expect(frame.length).toBeLessThan(whole);
  expect(frame).not.toContain("STATE");
});

test.skipIf(!canOpenScreen)("is whole again after any number of sizes", async () => {
  const rig = await startDaemon();
  await rig.submit("-s", "-l", "日本語", "true");
  const screen = openScreen([...CLIENT, "top"], { env: rig.env, cwd: rig.home.work });
  await screen.shows("waiting 1");
  for (const [columns, rows] of [
    [200, 60],
    [40, 8],
    [159, 12],
    [160, 13],
    [61, 50],
    [10, 3],
    [80, 24],
  ] as const) {
    screen.resize({ columns, rows });
    screen.type("jk");
  }
  await screen.until("one whole screen", () => {
    const rows = screen.rows();
    return (
      rows.filter((row) => row.includes("COMMAND")).length === 1 && rows.at(-1) === "" && rows[22]!.includes("q quit")
    );
  });
});
