/** Faults that such daemons shipped: clients, and what reaches their terminals. */
import { connect } from "node:net";
import { expect, test } from "vitest";
import { type Rig, startDaemon } from "../support/daemon.ts";
import { CLIENT } from "../support/program.ts";
import { canOpenScreen, openScreen } from "../support/screen.ts";
import { until } from "../support/until.ts";

const line = (id: number, method: string, params: object) =>
  `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`;

test("fault 10: a client that is cut off or stops reading disturbs neither the daemon nor other clients", async () => {
  const rig = await startDaemon({ config: "slots: 4\n" });
  await rig.ran("head -c 5000000 /dev/zero | tr '\\0' x");
  const deaf = connect(rig.home.socket);
  deaf.on("error", () => {});
  deaf.pause();
  deaf.write(line(1, "event.subscribe", { since: 0 }));
  for (let id = 2; id < 40; id += 1) deaf.write(line(id, "log.read", { id: 1, stream: "stdout", maxBytes: 4_194_304 }));
  const cut = rig.open(["wait", "--no-autostart", "all"]);
  const half = connect(rig.home.socket);
  await new Promise<void>((resolve) => half.write('{"jsonrpc":"2.0","id":1,"meth', () => resolve()));
  half.destroy();
  cut.child.kill("SIGKILL");
  const { code } = await rig.claudine("submit", "--array", "1-1000", "true");
  expect(code).toBe(0);
  expect(await rig.claudine("wait", "all")).toMatchObject({ code: 0 });
  expect((await rig.status())?.pid).toBe(rig.daemon?.pid);
  deaf.destroy();
  await until("all of them to be forgotten", async () => ((await rig.status())?.connections ?? 9) <= 2);
});

/** Sets the window's title, clears the screen, moves the cursor, and the C1 form of the first. */
const EVIL = "x\u001b]0;pwned\u0007\u001b[2J\u001b[Hy\u009d0;pwned\u009cz";
const CONTROLS = ["\u001b]0;", "\u009d", "\u001b[2J\u001b[Hy"];

async function submitEvil(rig: Rig): Promise<number> {
  const id = await rig.submit("-l", EVIL, `echo '${EVIL}'; exec sleep 1000`);
  await rig.started(id);
  await until("its output", async () => (await rig.output(id)) !== "");
  return id;
}

test("fault 12: control bytes of a task do not reach who lists or looks at it", async () => {
  const rig = await startDaemon();
  const id = await submitEvil(rig);
  for (const words of [["list"], ["show", String(id)], ["events"], ["list", "--columns", "id,label,command"]]) {
    const { stdout, stderr } = await rig.claudine(...words);
    expect((stdout + stderr).match(/\p{Cc}/gu)?.filter((char) => char !== "\n") ?? []).toEqual([]);
    expect(stdout).toContain("x");
  }
});

test.skipIf(!canOpenScreen)("fault 12: nor the terminal of who watches claudine top or list", async () => {
  const rig = await startDaemon();
  await submitEvil(rig);
  const screen = (verb: string) =>
    openScreen([...CLIENT, verb], {
      env: rig.env,
      cwd: rig.home.work,
      size: { columns: 120, rows: 40 },
    });
  const list = screen("list");
  await list.ended();
  expect(list.raw).toContain("running");
  for (const bytes of CONTROLS) expect(list.raw).not.toContain(bytes);
  const top = screen("top");
  await top.until("the task's output", (text) => text.includes("1 running") && /^ *│? *x.*y/m.test(text));
  for (const bytes of CONTROLS) expect(top.raw).not.toContain(bytes);
  top.type("q");
  await top.ended();
});
