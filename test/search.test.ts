/** Finding tasks by what they are called, run and write; and what it costs everybody else. */
import { readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { SearchMatch, SearchProblem } from "@claudine/protocol/search";
import { createRig, type Rig, startDaemon } from "./support/daemon.ts";
import { processesUnder } from "./setup/processes-under.ts";
import { ripgrep } from "./support/ripgrep.ts";
import { until } from "./support/until.ts";

type Page = { matches: readonly SearchMatch[]; next: string | null };
type Printed = { matches: SearchMatch[]; problems: SearchProblem[]; next: string | null };

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
  await rig.ran("--label", "needle in a label", "echo one; echo a needle; echo three");
  await rig.ran("--group", "build", "printf 'first\\nNEEDLE\\r\\nn\\303\\244del' >&2; exit 1");
  await rig.ran("echo 'x.y'; echo xay; printf 'no newline: needle'");
  await rig.submit("--held", "echo held needle");
  return () => rig[Symbol.asyncDispose]();
});

async function search(...words: string[]): Promise<Printed> {
  const { code, stdout, stderr } = await rig.claudine("search", "--json", ...words);
  if (code !== 0 && code !== 1) throw new Error(stderr);
  return JSON.parse(stdout) as Printed;
}
const places = ({ matches }: Pick<Printed, "matches">) =>
  matches.map(({ id, field, attempt, stream, line }) =>
    field === "output" ? `${id}.${attempt} ${stream}:${line}` : `${id} ${field}`,
  );

test("labels, commands and output, the newest tasks first", async () => {
  const found = await search("needle");
  expect(places(found)).toEqual(["4 command", "3 command", "3.1 stdout:3", "1 label", "1 command", "1.1 stdout:2"]);
  expect(found.matches[2]).toEqual({
    id: 3,
    field: "output",
    attempt: 1,
    stream: "stdout",
    line: 3,
    offset: 8,
    text: "no newline: needle",
    spans: [{ from: 12, to: 18 }],
    cut: { before: false, after: false },
  });
  expect(found).toMatchObject({ problems: [], next: null });
});

test.for([
  { words: ["x.y", "--in", "output"], found: ["3.1 stdout:1"] },
  { words: ["-e", "x.y", "--in", "output"], found: ["3.1 stdout:1", "3.1 stdout:2"] },
  { words: ["-e", "^needle$", "-i"], found: ["2.1 stderr:2"] },
  { words: ["NEEDLE", "-i", "--in", "output"], found: ["3.1 stdout:3", "2.1 stderr:2", "1.1 stdout:2"] },
  { words: ["NÄDEL", "-i"], found: ["2.1 stderr:3"] },
  { words: ["needle", "--in", "label", "--in", "command", "-m", "1"], found: ["4 command", "3 command", "1 label"] },
  { words: ["needle", "1", "4"], found: ["4 command", "1 label", "1 command", "1.1 stdout:2"] },
  { words: ["first", "--state", "failed", "-g", "build"], found: ["2 command", "2.1 stderr:1"] },
  { words: ["needle", "--label", "needle in a label", "--in", "output"], found: ["1.1 stdout:2"] },
  { words: ["needle", "--until", "1h"], found: [] },
  { words: ["needle", "--since", "1h", "-m", "1"], found: ["4 command", "3 command", "1 label"] },
])("$words", async ({ words, found }) => {
  expect(places(await search(...words))).toEqual(found);
});

test("for people: where, and the line; -q gives ids; 1 is the exit code when there is nothing", async () => {
  expect(await rig.claudine("search", "needle", "--in", "output")).toMatchObject({
    code: 0,
    stdout: "3.1 stdout:3: no newline: needle\n1.1 stdout:2: a needle\n",
    stderr: "",
  });
  expect((await rig.claudine("search", "-q", "needle")).stdout).toBe("4\n3\n1\n");
  expect(await rig.claudine("search", "nowhere")).toMatchObject({ code: 1, stdout: "", stderr: "" });
});

test.for([1, 2, 3])("pages of %d follow each other without a gap or a double", async (limit) => {
  const found: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: Printed = await search("needle", "-n", `${limit}`, ...(cursor === "" ? [] : ["--cursor", cursor]));
    expect(page.matches.length).toBeLessThanOrEqual(limit);
    found.push(...places(page));
    cursor = page.next;
  }
  expect(found).toEqual(places(await search("needle")));
});

test("control characters are shown and not obeyed, and what matches is coloured", async () => {
  const own = await startDaemon();
  await own.ran("printf 'red \\033[31mneedle\\007\\n'");
  const { stdout } = await own.claudineWith({ env: { FORCE_COLOR: "1" } }, "search", "needle", "--in", "output");
  expect(stdout).toBe("\u001b[1m1.1\u001b[0m \u001b[2mstdout:1:\u001b[0m red ␛[31m\u001b[31mneedle\u001b[0m␇\n");
});

test("all runs, packed output, and around what is left out", async () => {
  const own = await startDaemon({ config: "output: { maxBytes: 64K, compressAfter: 0s }\n" });
  const { task } = await own.ran("seq 1 100000; exit 1");
  await own.claudine("retry", "1");
  await own.ended(task.id);
  await until("both runs to be packed", async () => {
    const names = await readdir(join(own.home.stateDir, "runs/0"));
    return ["1.1.stdout.zst", "1.2.stdout.zst"].every((name) => names.includes(name)) && !names.includes("1.2.stdout");
  });
  const { stdout } = await own.claudine("search", "-e", "^(7|50000|99999)$", "--json");
  const { matches } = JSON.parse(stdout) as Printed;
  // 32 KiB of head hold 6,775 lines and the beginning of one, where the gap ends it.
  expect(matches.map(({ attempt, text, line }) => [attempt, text, line])).toEqual([
    [2, "7", 7],
    [2, "99999", expect.any(Number)],
    [1, "7", 7],
    [1, "99999", expect.any(Number)],
  ]);
  const last = matches[1]?.offset ?? 0;
  const client = await own.client();
  expect((await client.call("log.read", { id: 1, offset: last, maxBytes: 6 })).data).toBe("99999\n");
});

test("what is no text, long lines, and a task that still writes", async () => {
  const own = await startDaemon();
  await own.ran("printf 'a\\0b\\377needle\\n'; head -c 5000000 /dev/zero | tr '\\0' x; printf 'needle\\nlast needle'");
  const id = await own.submit("echo needle so far; exec sleep 1000");
  await until("the task to have written", async () => (await own.output(id)) !== "");
  const { stdout } = await own.claudine("search", "needle", "--in", "output", "--json");
  const { matches } = JSON.parse(stdout) as Printed;
  expect(places({ matches })).toEqual(["2.1 stdout:1", "1.1 stdout:1", "1.1 stdout:2", "1.1 stdout:3"]);
  expect(matches[1]?.text).toBe("a\0b\ufffdneedle");
  expect(matches[2]).toMatchObject({
    cut: { before: true, after: false },
    text: expect.stringMatching(/x{100}needle$/),
  });
});

test("what cannot be read is told, and the rest is searched", async () => {
  const own = await startDaemon();
  for (const _ of [1, 2, 3]) await own.ran("echo needle");
  const file = (name: string) => join(own.home.stateDir, "runs/0", name);
  await rm(file("1.1.stdout"));
  await rename(file("2.1.stdout"), file("elsewhere"));
  await symlink("/", file("2.1.stdout"));
  const { code, stdout, stderr } = await own.claudine("search", "needle", "--in", "output");
  expect({ code, stdout }).toEqual({ code: 0, stdout: "3.1 stdout:1: needle\n" });
  expect(stderr).toBe("Not searched: the stdout of run 1 of task 2: EISDIR\n");
  expect(await own.claudine("search", "none of it", "2")).toMatchObject({ code: 71, stdout: "" });
  expect((await own.claudine("search", "none of it", "3")).code).toBe(1);
});

/** So many tasks, and more output than one answer may take the time for. */
test("much output comes in pages, each in its time, and others are served meanwhile", async () => {
  const own = await startDaemon();
  const id = (await own.ran("yes 'some line of output' | head -c 24000000; echo needle")).task.id;
  const client = await own.client();
  let cursor: string | null = "";
  let pages = 0;
  const found: SearchMatch[] = [];
  while (cursor !== null) {
    // Without a fixed text in it each line is looked at.
    const wanted = { text: "n[e]{2}d[l]e", regex: true, fields: ["output" as const], maxMs: 50 };
    const [page, status]: [Page, unknown] = await Promise.all([
      client.call("task.search", cursor === "" ? wanted : { ...wanted, cursor }),
      client.call("daemon.status", {}),
    ]);
    expect(status).toMatchObject({ pid: own.daemon?.pid });
    found.push(...page.matches);
    cursor = page.next;
    pages += 1;
  }
  expect(found).toMatchObject([{ id, text: "needle", line: 1_200_001 }]);
  expect(pages).toBeGreaterThan(1);
});

test("an expression that never ends is ended, and so is a search that nobody waits for", async () => {
  const own = await startDaemon();
  await own.ran(`echo ${"a".repeat(60)}`);
  const searching = async () =>
    (await processesUnder(own.home.dir)).filter(({ command }) => command.includes("claudine-search"));
  const stuck = own.open(["search", "-e", "(a+)+b", "--in", "output"]);
  await until("the search to run", async () => (await searching()).length > 0);
  process.kill(stuck.pid, "SIGKILL");
  await until("nobody to search", async () => (await searching()).length === 0);
  const client = await own.client();
  await expect(
    client.call("task.search", { text: "(a+)+b", regex: true, fields: ["output"], maxMs: 10 }),
  ).rejects.toThrow("the regular expression does not come to an end");
});

test("a daemon that is killed leaves no search behind", async () => {
  const own = await startDaemon();
  await own.ran("yes | head -c 200000000");
  const searching = async () =>
    (await processesUnder(own.home.dir)).filter(({ command }) => command.includes("claudine-search"));
  const asking = own.open(["search", "-e", "[z]", "--in", "output", "--no-autostart"]);
  await until("the search to run", async () => (await searching()).length > 0);
  await own.down("SIGKILL");
  await until("nobody to search", async () => (await searching()).length === 0);
  process.kill(asking.pid, "SIGKILL");
});

/** A daemon that finds this script under the name `rg`. */
async function withProgram(script: string): Promise<Rig> {
  const own = await startDaemon({ daemon: false });
  await writeFile(own.file("rg"), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  await own.up({ PATH: `${own.home.work}:${own.env["PATH"]}` });
  return own;
}

test.skipIf(ripgrep === undefined)("with ripgrep and without the same is found", async () => {
  const without = await withProgram("exit 2");
  const withIt = await withProgram(`echo asked >> "$HOME/asked"; exec ${ripgrep} "$@"`);
  const commands = [
    "echo Straße; echo STRASSE; echo 'ſharp Kelvin'",
    "printf '\\377\\376needle\\0\\n'; echo needle",
    "printf '\\376\\377\\0n\\0e'; echo 'needle.*'",
    "echo '-e needle --x'; echo Needle >&2",
    "printf 'needle'",
    "true",
    "seq 1 1500000; echo 'a needle'; echo NEEDLE",
    "head -c 9000000 /dev/zero | tr '\\0' x; echo needle; seq 1 10; echo needle",
    "yes | head -c 9000000",
  ];
  for (const own of [without, withIt]) for (const command of commands) await own.ran(command);
  const searches = [
    ["needle"],
    ["NEEDLE", "-i"],
    ["straße", "-i"],
    ["sharp", "-i"],
    ["-e", "need.e"],
    ["kelvin", "-i"],
    ["-e", "-i", "K.LVIN"],
    ["--", "-e needle"],
    ["nothing of that"],
  ];
  for (const words of searches) {
    const [own, other] = await Promise.all([without, withIt].map((one) => one.claudine("search", "--json", ...words)));
    expect({ words, ...other }).toEqual({ words, ...own });
  }
  expect((await readFile(join(withIt.home.env["HOME"] ?? "", "asked"), "utf8")).length).toBeGreaterThan(0);
  // In the middle of the long line the time of many pages is over.
  const [own, other] = await Promise.all([without, withIt].map((one) => pagesOf(one, "needle", "8")));
  expect(own).toMatchObject([{ field: "command" }, { line: 1, offset: 0 }, { line: 12 }]);
  expect(other).toEqual(own);
});

/** What is found in pages that have hardly any time. */
async function pagesOf(own: Rig, text: string, id: string): Promise<SearchMatch[]> {
  const client = await own.client();
  const matches: SearchMatch[] = [];
  let cursor: { cursor?: string } | undefined = {};
  while (cursor !== undefined) {
    const page: Page = await client.call("task.search", { text, selector: [id], maxMs: 10, ...cursor });
    matches.push(...page.matches);
    cursor = page.next === null ? undefined : { cursor: page.next };
  }
  return matches;
}

test.for([
  { words: ["-e", "("], says: "Cannot search: Invalid regular expression" },
  { words: [""], says: "text" },
  { words: ["a\nb"], says: "one line" },
  { words: ["x", "--in", "soup"], says: "--in" },
  { words: ["x", "--cursor", "y"], says: "use `next` of an earlier answer" },
  { words: ["x", "--since", "1h", "--until", "2h"], says: "--since is after --until" },
  { words: ["x", "--since", "soon"], says: "that is no time" },
  { words: [], says: "TEXT" },
])("refuses $words", async ({ words, says }) => {
  const { code, stderr } = await rig.claudine("search", ...words);
  expect(code).toBe(2);
  expect(stderr).toContain(says);
  expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
});
