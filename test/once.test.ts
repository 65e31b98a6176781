/** Tasks that are there already: by key, or as one of a kind; and batches that give up. */
import { expect, test } from "vitest";
import { startDaemon } from "./support/daemon.ts";

test("the same key gives the same task, also after a restart of the daemon", async () => {
  const rig = await startDaemon();
  const id = await rig.submit("--key", "nightly", "true");
  expect(await rig.submit("--key", "nightly", "true")).toBe(id);
  await rig.ended(id);
  await rig.down("SIGKILL");
  await rig.up();
  expect(await rig.submit("--key", "nightly", "true")).toBe(id);
  const { stdout } = await rig.claudine("submit", "--json", "--key", "nightly", "true");
  expect(JSON.parse(stdout)).toMatchObject({ ids: [id], existing: [id] });
  expect(await rig.claudine("remove", String(id))).toMatchObject({ code: 0 });
  expect(await rig.submit("--key", "nightly", "true")).toBe(id + 1);
});

test("of a label one runs at a time: skipped, queued or replaced", async () => {
  const rig = await startDaemon({ config: "slots: 9\nautoscale: off\n" });
  const first = await rig.submit("-l", "sync", "exec sleep 1000");
  await rig.started(first);
  expect(await rig.submit("-l", "sync", "--if-running", "skip", "true")).toBe(first);
  const second = await rig.submit("-l", "sync", "--if-running", "queue", "exec sleep 1000");
  expect(await rig.show(second)).toMatchObject({ state: "queued", reason: `waits for task ${first} to end` });
  const third = await rig.submit("-l", "sync", "--if-running", "replace", "true");
  expect(await rig.ended(third)).toMatchObject({ state: "succeeded" });
  expect(await rig.show(first)).toMatchObject({ state: "cancelled", reason: "replaced: ended by SIGTERM" });
  expect(await rig.show(second)).toMatchObject({ state: "cancelled", reason: "replaced" });
});

test("those that queue run one after the other, whoever is cancelled in the middle, also after a restart", async () => {
  const rig = await startDaemon({ config: "slots: 9\nautoscale: off\n" });
  const queue = (command: string) => rig.submit("-l", "sync", "--if-running", "queue", command);
  const [first, second, third] = [await queue("exec sleep 1000"), await queue("true"), await queue("exec sleep 1000")];
  await rig.started(first);
  await rig.claudine("cancel", String(second));
  await rig.down("SIGKILL");
  await rig.up();
  const fourth = await queue("true");
  expect(await rig.show(third)).toMatchObject({ state: "queued", reason: `waits for task ${first} to end` });
  await rig.claudine("kill", String(first));
  await rig.started(third);
  expect(await rig.show(fourth)).toMatchObject({ state: "queued", reason: `waits for task ${third} to end` });
});

test("a batch is given up when more of it have failed than may", async () => {
  const rig = await startDaemon({ config: "slots: 1\n" });
  const submitted = await rig.claudine("submit", "--array", "1-9", "--max-fails", "1", "exit 1");
  const ids = submitted.stdout.trim().split("\n").map(Number);
  const states = await Promise.all(ids.map(async (id) => (await rig.ended(id)).state));
  expect(states).toEqual(["failed", "failed", ...Array.from({ length: 7 }, () => "cancelled")]);
  expect(await rig.show(ids[8] ?? 0)).toMatchObject({ reason: "more than 1 of its batch failed" });
});

test("what cannot be meant is refused", async () => {
  const rig = await startDaemon();
  for (const [words, message] of [
    [["--key", "a", "--if-running", "skip", "true"], "--key does not go with --if-running"],
    [["--if-running", "wait", "true"], "skip, replace"],
    [["--max-fails", "-1", "true"], "max-fails"],
  ] as const) {
    const answer = await rig.claudine("submit", ...words);
    expect(answer.code).toBe(2);
    expect(answer.stderr).toContain(message);
  }
});
