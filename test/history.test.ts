/** What ran when: a row for each run, by time, in pages, as JSON and CSV. */
import { beforeAll, expect, test } from "vitest";
import type { RunInfo } from "@claudine/protocol/task";
import { createRig, type Rig, startDaemon } from "./support/daemon.ts";

type Printed = { runs: RunInfo[]; next: string | null };

let rig: Rig;
/** 1 fails twice, 2 succeeds, 3 cannot start, 4 is killed. */
beforeAll(async () => {
  rig = await createRig();
  await rig.ran("--label", "broken", "exit 3");
  await rig.ran("--group", "build", "true");
  await rig.ran("--", "./no-such-program", "at", "all");
  const id = await rig.submit("exec sleep 1000");
  await rig.started(id);
  await rig.claudine("kill", `${id}`);
  await rig.claudine("retry", "1");
  await rig.ended(1);
  return () => rig[Symbol.asyncDispose]();
});

async function history(...words: string[]): Promise<Printed> {
  const { code, stdout, stderr } = await rig.claudine("history", "--json", ...words);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Printed;
}
const names = ({ runs }: Printed) => runs.map(({ id, attempt }) => `${id}.${attempt}`);

test("one row for each run, the last to end first", async () => {
  const found = await history();
  expect(names(found)).toEqual(["1.2", "4.1", "3.1", "2.1", "1.1"]);
  expect(found.next).toBeNull();
  expect(found.runs).toMatchObject([
    { state: "failed", exitCode: 3, reason: "exit code 3", label: "broken", waitedMs: expect.any(Number) },
    { state: "cancelled", exitCode: null, signal: "SIGTERM", usage: { peakRssBytes: expect.any(Number) } },
    { state: "failed", startedAt: null, exitCode: null, reason: expect.stringContaining("ENOENT") },
    { state: "succeeded", exitCode: 0, reason: null, group: "build" },
    { state: "failed", exitCode: 3, command: "exit 3" },
  ]);
});

test.for([
  { words: ["--state", "failed"], runs: ["1.2", "3.1", "1.1"] },
  { words: ["--label", "broken"], runs: ["1.2", "1.1"] },
  { words: ["-g", "build"], runs: ["2.1"] },
  { words: ["--text", "SLEEP"], runs: ["4.1"] },
  { words: ["1", "4"], runs: ["1.2", "4.1", "1.1"] },
  { words: ["label:broken", "--state", "succeeded"], runs: [] },
  { words: ["--since", "1h"], runs: ["1.2", "4.1", "3.1", "2.1", "1.1"] },
  { words: ["--until", "1h"], runs: [] },
])("filters: $words", async ({ words, runs }) => {
  expect(names(await history(...words))).toEqual(runs);
});

test("a time range takes its two ends in", async () => {
  const [, , third, second] = (await history()).runs;
  const at = (run: RunInfo | undefined) => new Date(run?.finishedAt ?? 0).toISOString();
  expect(names(await history("--since", at(second), "--until", at(third)))).toEqual(["3.1", "2.1"]);
});

test("pages follow each other without a gap or a double, and the last one says so", async () => {
  const first = await history("-n", "2");
  expect(names(first)).toEqual(["1.2", "4.1"]);
  const second = await history("-n", "2", "--cursor", first.next ?? "");
  expect(names(second)).toEqual(["3.1", "2.1"]);
  expect(await history("-n", "1", "--cursor", second.next ?? "")).toMatchObject({
    runs: [{ id: 1, attempt: 1 }],
    next: null,
  });
});

test("a table has the columns that are asked for, and says how to see more", async () => {
  const { stdout } = await rig.claudine("history", "-c", "id,run,state,exit,command");
  expect(stdout.split("\n")).toEqual([
    expect.stringMatching(/^ID +RUN +STATE +EXIT +COMMAND$/),
    expect.stringMatching(/^ 1 +2 +failed +3 +exit 3$/),
    expect.stringMatching(/^ 4 +1 +cancelled +TERM +exec sleep 1000$/),
    expect.stringMatching(/^ 3 +1 +failed +\.\/no-such-program at all$/),
    expect.stringMatching(/^ 2 +1 +succeeded +0 +true$/),
    expect.stringMatching(/^ 1 +1 +failed +3 +exit 3$/),
    "",
  ]);
  expect((await rig.claudine("history", "-n", "1")).stderr).toMatch(/^There are more: --all, or --cursor \d+-1-2\n$/);
  expect((await rig.claudine("history", "-q")).stdout).toBe("1\n4\n3\n2\n");
  expect(await rig.claudine("history", "--label", "none")).toMatchObject({ code: 0, stdout: "", stderr: "No runs\n" });
});

test("CSV has numbers in units that their titles name, and times that any program reads", async () => {
  const { stdout } = await rig.claudine("history", "--csv", "2");
  const [titles = "", row = "", end] = stdout.split("\r\n");
  expect(titles).toBe(
    "id,run,state,exit,label,group,queuedAt,startedAt,finishedAt,waitedMs,wallMs,cpuMs,peakRssBytes,reason,cwd,uid,command",
  );
  expect(row).toMatch(
    /^2,1,succeeded,0,,build,\d{4}-\d\d-\d\dT[\d:.]+Z,[^,]+Z,[^,]+Z,\d+,[\d.]+,[\d.]+,\d*,,[^,]+,[^,]+,true$/,
  );
  expect(end).toBe("");
});

test("CSV quotes what a command holds, and no spreadsheet runs it", async () => {
  const own = await startDaemon();
  await own.ran("--label", "=cmd()", "echo 'a,\"b\"\n'");
  const { stdout } = await own.claudine("history", "--csv", "-c", "label,command");
  expect(stdout).toBe('label,command\r\n\'=cmd(),"echo \'a,""b""\n\'"\r\n');
});

test("what is removed is gone from the history, also after a restart", async () => {
  const own = await startDaemon();
  for (const command of ["true", "false", "true"]) await own.ran(command);
  await own.claudine("remove", "2");
  await own.down();
  await own.up();
  expect((await own.claudine("history", "-c", "id")).stdout).toBe("ID\n 3\n 1\n");
});

test.for([
  { words: ["--since", "soon"], says: "--since soon: that is no time" },
  { words: ["--since", "1h", "--until", "2h"], says: "--since is after --until" },
  { words: ["--cursor", "x"], says: "use `next` of an earlier answer" },
  { words: ["--limit", "0"], says: "--limit" },
  { words: ["--columns", "id,tiem"], says: "Did you mean time?" },
  { words: ["--csv", "--json"], says: "does not go with" },
  { words: ["--state", "running"], says: "--state" },
])("refuses $words", async ({ words, says }) => {
  const { code, stderr } = await rig.claudine("history", ...words);
  expect(code).toBe(2);
  expect(stderr).toContain(says);
  expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
});
