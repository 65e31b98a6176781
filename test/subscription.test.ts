/** Events as clients get them: everything that happens, once and in order, whatever becomes of the daemon. */
import type { TaskEvent } from "@claudine/protocol/event";
import { beforeAll, expect, test } from "vitest";
import { createRig, startDaemon, type Rig } from "./support/daemon.ts";
import { until } from "./support/until.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await createRig();
  return () => rig[Symbol.asyncDispose]();
});

function parse(stdout: string): TaskEvent[] {
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as TaskEvent);
}

/** That every number comes once and in order. */
function expectGapless(events: readonly TaskEvent[]): void {
  expect(events.map(({ seq }, index) => seq - index)).toEqual(events.map(() => events[0]?.seq));
}

test("the life of a task, one JSON object a line", async () => {
  const { task } = await rig.ran("-l", "lived", "exit 3");
  await rig.claudine("retry", String(task.id));
  await rig.ended(task.id);
  await rig.claudine("remove", String(task.id));
  const events = parse((await rig.claudine("events", "--since", "0", "--json")).stdout);
  expectGapless(events);
  const own = events.filter((event) => "id" in event && event.id === task.id && event.type !== "run.started");
  expect(own).toMatchObject([
    { type: "task.submitted", spec: { uid: task.uid, command: "exit 3", label: "lived" }, held: false },
    { type: "run.admitted", attempt: 1 },
    { type: "run.finished", attempt: 1, state: "failed", outcome: { kind: "exited", exitCode: 3 } },
    { type: "task.retried" },
    { type: "run.admitted", attempt: 2 },
    { type: "run.finished", attempt: 2, state: "failed" },
    { type: "task.removed", attempts: 2 },
  ]);
  expect(own.map(({ at }) => at)).toEqual(own.map(({ at }) => at).toSorted((a, b) => a - b));
});

test("events --follow goes on over a kill -9 and a stop of the daemon without a gap or a duplicate", async () => {
  const own = await startDaemon();
  await own.ran("true");
  const follow = own.open(["events", "--since", "0", "-f", "--json", "--no-autostart"]);
  await until("the old ones", () => follow.stdout().includes("\n"));
  await own.down("SIGKILL");
  await own.up();
  await own.ran("true");
  await own.down();
  await own.up();
  await own.ran("true");
  const last = (await own.status())?.lastSeq;
  await until("the new ones", () => parse(follow.stdout()).at(-1)?.seq === last);
  const events = parse(follow.stdout());
  expectGapless(events);
  expect(events.filter(({ type }) => type === "daemon.started")).toHaveLength(3);
  follow.child.kill("SIGINT");
  expect((await follow.ended).stderr).toBe("");
});

test("a subscription with a snapshot starts with the tasks as they are", async () => {
  const held = await rig.submit("--held", "-l", "in the snapshot", "true");
  const client = await rig.client();
  const stop = new AbortController();
  const seen: TaskEvent[] = [];
  for await (const { snapshot, events } of client.events({ snapshot: true, signal: stop.signal })) {
    if (snapshot !== undefined) {
      expect(snapshot.tasks.find(({ id }) => id === held)).toMatchObject({ status: { state: "held" } });
      expect(snapshot.seq).toBe((await rig.status())?.lastSeq);
      await rig.claudine("cancel", String(held));
    }
    seen.push(...events);
    if (seen.some(({ type }) => type === "task.cancelled")) stop.abort();
  }
  expect(seen).toMatchObject([{ type: "task.cancelled", id: held }]);
});

test("many events reach a reader that is slow", async () => {
  const since = (await rig.status())?.lastSeq ?? 0;
  const client = await rig.client();
  const lines = Array.from({ length: 3000 }, () => "true").join("\n");
  await rig.claudineWith({ input: lines }, "submit", "-s", "-g", "slow", "--each-line", "-");
  await rig.claudine("cancel", "group:slow");
  const stop = new AbortController();
  const seen: TaskEvent[] = [];
  for await (const { events } of client.events({ since, signal: stop.signal })) {
    seen.push(...events);
    await new Promise((resolve) => setImmediate(resolve));
    if (seen.length >= 6000) stop.abort();
  }
  expect(seen).toHaveLength(6000);
  expectGapless(seen);
});

test("the snapshot keeps room for failures that are older than the newest ended tasks", async () => {
  const own = await startDaemon();
  const failed = await own.submit("false");
  await own.ended(failed);
  for (let count = 0; count < 4; count += 1) await own.ran("true");
  const client = await own.client();
  for await (const { snapshot } of client.events({ snapshot: true, snapshotLimit: 4 })) {
    expect(snapshot?.tasks.map(({ id }) => id)).toEqual([failed + 4, failed + 3, failed + 2, failed]);
    break;
  }
});
