/** What many runs used together. */
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";

test("runs of the last hours are added up, by label too", async () => {
  const rig = await startDaemon({ config: "history: { every: 1s }\n" });
  await rig.ran("--label", "nightly", "--memory", "400M", "sleep 0.05");
  for (let run = 0; run < 4; run += 1) await rig.ran("--label", "nightly", "--memory", "400M", "true");
  await rig.ran("--label", "broken", "exit 3");
  await rig.ran("true");
  const { stdout } = await rig.claudine("stats", "--by", "label");
  expect(stdout).toMatch(/^Since .*: 7 runs ended, 85\.7% succeeded, 0\.3 an hour\n/);
  expect(stdout).toMatch(/\nEnded +6 succeeded, 1 failed\n/);
  expect(stdout).toMatch(/\nnightly +5 +100% /);
  expect(stdout).toMatch(/\nbroken +1 +0% /);
  expect(stdout).toMatch(/\n\(none\) +1 +100% /);
  expect(stdout).toMatch(/\nnightly: --memory 400M asked, \S+ used at p95: try \S+M\n/);
  const found = JSON.parse((await rig.claudine("stats", "--json", "--by", "hour", "--since", "2h")).stdout) as {
    rows: { runs: number }[];
    total: { runs: number; states: object; waitMs: object };
  };
  expect(found.total).toMatchObject({
    runs: 7,
    states: { succeeded: 6, failed: 1 },
    waitMs: { p50: expect.any(Number) },
  });
  expect(found.rows.reduce((sum, { runs }) => sum + runs, 0)).toBe(7);
});

test("a retry counts as a run of its own; what was removed does not", async () => {
  const rig = await startDaemon();
  const { task } = await rig.ran("exit 1");
  await rig.claudine("retry", String(task.id));
  await rig.ended(task.id);
  expect((await rig.claudine("stats")).stdout).toContain("2 runs ended, 0% succeeded");
  await rig.claudine("remove", String(task.id));
  expect((await rig.claudine("stats")).stdout).toContain("nothing has ended");
});

test.for([
  { words: ["--since", "soon"], says: '"soon" is not a duration' },
  { words: ["--since", "0"], says: "Cannot show what happened since 0: give a time up to 3650d" },
  { words: ["--since", "99999999d"], says: "give a time up to 3650d" },
  { words: ["--by", "colour"], says: "--by" },
])("refuses $words", async ({ words, says }) => {
  const rig = await startDaemon();
  const { code, stderr } = await rig.claudine("stats", ...words);
  expect(code).toBe(2);
  expect(stderr).toContain(says);
  expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
});
