/** `claudine top --at` and `--replay`: the screen of the past. */
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";
import { CLIENT } from "./support/program.ts";
import { canOpenScreen, openScreen } from "./support/screen.ts";
import { until } from "./support/until.ts";

test("shows what was going on then, and changes nothing", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("-l", "long gone", "sleep 600");
  await rig.started(id);
  const then = new Date();
  await rig.claudine("kill", String(id));
  await until("a second to have passed", () => Date.now() > then.getTime() + 1100);
  const now = await rig.claudine("top", "--plain");
  expect(now.stdout).toMatch(/cancelled +1 /);
  const past = await rig.claudine("top", "--plain", "--at", then.toISOString());
  expect({ code: past.code, stderr: past.stderr }).toEqual({ code: 0, stderr: "" });
  expect(past.stdout).toMatch(/● running +1 .*long gone/);
  expect(past.stdout).toContain("read-only");
});

test("says when it is asked for what cannot be", async () => {
  const rig = await startDaemon();
  for (const [args, words] of [
    [["--at", "soon"], 'Cannot show top: --at "soon" is not a time'],
    [["--at", "2999-01-01"], "has not been yet"],
    [["--replay", "10m..20m"], "no stretch of time"],
    [["--at", "5m", "--replay", "9m..5m"], "--at does not go with --replay"],
    [["--at", "5m", "--json"], "--json tells of now"],
  ] as const) {
    const { code, stderr } = await rig.claudine("top", "--plain", ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  }
});

test.skipIf(!canOpenScreen)("plays, stands still and goes back", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("-l", "replayed", "true");
  await rig.claudine("wait", String(id));
  const ended = (await rig.show(id)).finishedAt ?? 0;
  await until("three seconds to have passed", () => Date.now() > ended + 3000);
  const command = [...CLIENT, "top", "--replay", "60s..now", "--speed", "2"];
  const screen = openScreen(command, { env: rig.env, cwd: rig.home.work });
  const clockOf = (text: string) => /▶ (\d\d:\d\d:\d\d)/.exec(text)?.[1];
  const first = clockOf(await screen.shows(/▶ \d\d:\d\d:\d\d/));
  await screen.until("its clock to go on", (text) => ![undefined, first].includes(clockOf(text)));
  screen.type("]");
  await screen.shows(/■ \d\d:\d\d:\d\d/);
  await screen.shows(/✓ succeeded +1 .*replayed/);
  screen.type("[");
  await screen.shows("There were no tasks then");
  screen.type("D");
  await screen.shows("read-only");
  screen.type("]");
  await screen.shows("replayed");
  screen.type("q");
  expect(await screen.ended()).toBe(0);
});
