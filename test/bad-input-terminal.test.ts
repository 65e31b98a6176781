/** Nothing that somebody else wrote reaches a terminal raw: not as output, label, command, folder, variable or error. */
import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { createRig, type Rig } from "./support/daemon.ts";
import { CLIENT } from "./support/program.ts";
import { RawClient, submission } from "./support/raw-client.ts";
import { canOpenScreen, openScreen } from "./support/screen.ts";

/** Sets the title, clears the screen, colours by one byte, reverses, returns, deletes. */
const evil = (what: string) => `${what}\u001b]0;title\u0007\u001b[2J\u009b31m\u202e\u0085\r\b\u007f\ufeff\u2028`;
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const ACTS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
// oxlint-disable-next-line no-control-regex -- as above
const COLOUR = /\u001b\[[\d;]*m/g;

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
  const folder = rig.file(evil("folder"));
  await mkdir(folder);
  const client = await RawClient.open(rig.home.socket);
  const env = { PATH: "/usr/bin:/bin", [evil("NAME")]: "x", [evil("TOKEN")]: "x" };
  const print = String.raw`printf '\033]0;t\007\033[2J\302\233\342\200\256\r\b\033[31mred\033[0m plain\n'; printf '\033[5n\302\205err\n' >&2`;
  const tasks = [
    { command: print, label: evil("label") },
    { command: [evil("program"), evil("word")] },
    { command: `sleep 1000 # ${evil("comment")}`, label: evil("other") },
  ];
  await client.get("task.submit", submission(tasks, { env, cwd: folder }));
  await client.get("task.wait", { selector: ["1", "2"] });
  await client.get("task.cancel", { selector: ["3"], note: evil("note") });
  client.destroy();
  return () => rig[Symbol.asyncDispose]();
});

/** What a terminal gets when a person types this. */
function typed(...words: string[]): Promise<string> {
  const line = [...CLIENT, ...words].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(" ");
  const child = spawn("script", ["--quiet", "--flush", "--command", line, "/dev/null"], {
    cwd: rig.home.work,
    env: { ...rig.env, TERM: "xterm-256color" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  return new Promise((resolve) => child.once("close", () => resolve(text)));
}

/** Without line ends, and without the colours that are the program's own or that logs may have. */
const withoutColours = (text: string) => text.replaceAll("\r\n", "\n").replace(COLOUR, "");

describe.runIf(canOpenScreen)("on a terminal", () => {
  test.for([
    "list --all",
    "list --all --json",
    "list --columns id,label,cwd,reason,command all",
    "show 1",
    "show 2",
    "show 3",
    "show 1 --json",
    "logs 1",
    "logs 1 --json",
    "follow 1",
    "follow 1 2",
    "follow 1 --json",
    "wait --for success 2 3",
    "events",
    "events --json",
    "retry 2",
  ])("claudine %s", async (words) => {
    const text = await typed(...words.split(" "));
    expect(text).not.toBe("");
    expect(withoutColours(text)).not.toMatch(ACTS);
  });

  test("claudine top", async () => {
    const command = [...CLIENT, "top"];
    const screen = openScreen(command, { env: rig.env, cwd: rig.home.work, size: { columns: 320, rows: 40 } });
    await screen.shows("label");
    await screen.shows("comment");
    screen.type("q");
    expect(await screen.ended()).toBe(0);
    for (const sequence of ["\u001b]", "\u0007", "\u009b", "\u0085", "\u202e", "\u2028", "\ufeff", "\b"]) {
      expect(screen.raw).not.toContain(sequence);
    }
  });

  test("logs keep the colours of the task, and end them", async () => {
    const text = await typed("logs", "1");
    expect(text).toContain("\u001b[31mred\u001b[0m plain");
    expect(text.trimEnd().endsWith("\u001b[0m")).toBe(true);
  });

  test.for([
    { what: "a verb", words: [evil("verb")] },
    { what: "a verb to be helped with", words: ["help", evil("verb")] },
    { what: "a part of a verb", words: ["daemon", evil("what")] },
    { what: "an option", words: ["list", `--${evil("option")}`] },
    { what: "a selector", words: ["list", evil("selector")] },
    { what: "a label", words: ["retry", `label:${evil("none")}`] },
    { what: "a column", words: ["list", "--sort", evil("column")] },
    { what: "a task", words: ["show", evil("id")] },
    { what: "a signal", words: ["kill", "1", "--signal", evil("signal")] },
    { what: "a time, in JSON", words: ["kill", "1", "--grace", evil("time"), "--json"] },
    { what: "a file", words: ["submit", "--each-line", evil("/no/such/file")] },
    { what: "a group", words: ["submit", "--group", evil("group"), "true"] },
    { what: "a variable", words: ["submit", "--env", evil("=x"), "true"] },
    { what: "a command that is not there", words: ["submit", "--wait", evil("new"), "x"] },
    { what: "a socket", words: ["--socket", evil("/no/such/socket"), "--no-autostart", "list"] },
  ])("what is wrong with $what", async ({ words }) => {
    const text = (await typed(...words)).replaceAll("\r\n", "\n");
    expect(text).not.toBe("");
    expect(text).not.toMatch(ACTS);
    expect(text).not.toMatch(/^ +at /m);
  });
});

test("JSON says exactly what was written", async () => {
  const { stdout } = await rig.claudine("show", "1", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ label: evil("label"), cwd: rig.file(evil("folder")) });
  expect(stdout).not.toMatch(ACTS);
});

test("a file or a pipe gets the bytes that the task wrote", async () => {
  const { stdoutBytes } = await rig.claudine("logs", "1", "--stdout");
  const written = "\u001b]0;t\u0007\u001b[2J\u009b\u202e\r\b\u001b[31mred\u001b[0m plain\n";
  expect(stdoutBytes).toEqual(Buffer.from(written));
});
