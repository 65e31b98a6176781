/** State folders that real daemons of each schema version left: they must keep loading, whole. */
import { existsSync } from "node:fs";
import { chmod, cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { open } from "lmdb";
import { describe, expect, test } from "vitest";
import { SCHEMA } from "../packages/daemon/src/store/schema.ts";
import { checkState } from "./support/crash-rig.ts";
import { installAgent } from "./support/agents.ts";
import { type Rig, startDaemon } from "./support/daemon.ts";

/** How the store encodes records. */
const PLAIN = { encoder: { useRecords: false } } as const;
const VERSIONS = Array.from({ length: SCHEMA }, (_, index) => index + 1);
/** Besides one for each version: what a version came to store only after its folder was made. */
const RULES = "2-rules";
const AGENTS = 4;
const WORKTREES = "4-worktrees";
const FOLDERS = [...VERSIONS.map(String), RULES, WORKTREES];
const folderOf = (version: number | string) => join(import.meta.dirname, `data/state-v${version}`);

async function rigWith(version: number | string): Promise<Rig> {
  const rig = await startDaemon({ daemon: false, config: "resources: { gpu: 2 }\nautoscale: off\n" });
  for (const part of ["store", "runs"])
    await cp(join(folderOf(version), part), join(rig.home.stateDir, part), { recursive: true });
  for (const part of ["", "store", "runs"]) await chmod(join(rig.home.stateDir, part), 0o700);
  return rig;
}

type Row = [id: number, label: string, state: string];

/** As it was when the folder was made. */
async function rows(version: number | string): Promise<Row[]> {
  return JSON.parse(await readFile(join(folderOf(version), "tasks.json"), "utf8")) as Row[];
}

test("there is one for each schema version (`node scripts/make-golden.ts` makes that of a new one)", () => {
  expect(VERSIONS.filter((version) => !existsSync(folderOf(version)))).toEqual([]);
});

describe.for(FOLDERS)("version %s", (version) => {
  test("every task is listed in its state; what ran in another boot or vanished is lost", async () => {
    const rig = await rigWith(version);
    await rig.up();
    const client = await rig.client();
    await client.call("task.wait", { selector: ["label:running", "label:running too", "label:paused"] });
    await client.call("task.wait", { selector: ["label:queued"] });
    if ((await rows(version)).some(([, label]) => label === "lock waiter"))
      await client.call("task.wait", { selector: ["label:lock waiter", "label:dependent on any end"] });
    const { tasks } = await client.call("task.list", {});
    // In the boot in which the folder was made its time goes on.
    const isOver = (label: string | null, state: string) => label === "warned" && state === "timed-out";
    const now = tasks.map(({ id, label, state }) => [id, label, isOver(label, state) ? "lost" : state]).toReversed();
    const then = new Map<string, string>([
      ["running", "lost"],
      ["running too", "lost"],
      ["paused", "lost"],
      ["queued", "succeeded"],
      // Its key stayed in a runtime folder that is no more.
      ["queued sealed", "held"],
      ["lock holder", "lost"],
      ["warned", "lost"],
      ["lock waiter", "succeeded"],
      ["dependent", "skipped"],
      ["dependent on any end", "succeeded"],
    ]);
    expect(now).toEqual((await rows(version)).map(([id, label, state]) => [id, label, then.get(label) ?? state]));
  });

  test("tasks, runs, output, journal and groups are all there", async () => {
    const rig = await rigWith(version);
    await rig.up();
    const client = await rig.client();
    for (const [id, label] of await rows(version)) {
      const { task, runs, environment } = await client.call("task.get", { id });
      expect(task.label).toBe(label);
      expect(environment.sealed).toEqual(label.includes("sealed") ? ["API_TOKEN"] : []);
      expect(runs.map(({ attempt }) => attempt)).toEqual(runs.map((_, index) => index + 1));
    }
    const shown = async (label: string) => (await client.call("task.list", { label })).tasks[0];
    expect(await shown("retried")).toMatchObject({ attempt: 2, exitCode: 2 });
    expect(await shown("signalled")).toMatchObject({ signal: "SIGTERM" });
    expect(await shown("not started")).toMatchObject({ reason: expect.stringContaining("ENOENT") });
    expect(await shown("with everything")).toMatchObject({ group: "wide", priority: 5, stdin: true, arrayIndex: 4 });
    expect(await client.call("log.read", { id: 1 })).toMatchObject({ data: "hello\n", eof: true });
    expect(await client.call("log.read", { id: 1, stream: "stderr" })).toMatchObject({ data: "problems\n" });
    const { events, firstSeq } = await client.call("event.list", { limit: 10_000 });
    expect(firstSeq).toBe(1);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect((await client.call("group.list", {})).groups).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: "default", slots: 3 }),
        expect.objectContaining({ name: "wide", slots: 7 }),
      ]),
    );
  });

  test("finished tasks can be retried, held ones released, and the state is sound in the end", async () => {
    const rig = await rigWith(version);
    await rig.up();
    const client = await rig.client();
    await client.call("task.retry", { selector: ["label:succeeded", "label:failed", "label:not started"] });
    await client.call("task.release", { selector: ["label:held", "label:with everything"] });
    const selector = ["label:succeeded", "label:failed", "label:not started", "label:held", "label:with everything"];
    const { tasks } = await client.call("task.wait", { selector });
    expect(tasks.map(({ label, attempt, state }) => [label, attempt, state])).toEqual([
      ["succeeded", 2, "succeeded"],
      ["failed", 2, "failed"],
      ["not started", 2, "failed"],
      ["held", 1, "succeeded"],
      ["with everything", 1, "succeeded"],
    ]);
    await rig.down();
    expect((await checkState(rig)).filter(({ level }) => level === "error")).toEqual([]);
  });
});

test("what the scheduler has to remember is remembered", async () => {
  const rig = await rigWith(RULES);
  await rig.up();
  const client = await rig.client();
  const shown = async (label: string) => {
    const { tasks } = await client.call("task.list", { label });
    return tasks[0] ?? expect.fail(`there is no task ${label}`);
  };
  const idOf = async (label: string) => (await shown(label)).id;
  await client.call("task.wait", { selector: ["label:lock waiter", "label:dependent"] });
  expect(await client.call("log.read", { id: await idOf("lock waiter") })).toMatchObject({ data: "0,1\n" });
  expect(await shown("dependent")).toMatchObject({ reason: expect.stringContaining("ended as lost") });
  expect(await shown("retrying")).toMatchObject({
    state: "queued",
    attempt: 1,
    retry: { limit: 5, backoff: "exponential", maxDelayMs: 3e11, onExit: [{ from: 3, to: 3 }] },
    reason: expect.stringContaining("starts in"),
  });
  expect(await shown("in a paused group")).toMatchObject({
    state: "queued",
    reason: expect.stringContaining("resumed"),
  });
  expect(await shown("warned")).toMatchObject({ limits: { idleTimeoutMs: 9e6, warnSignal: { signal: "SIGURG" } } });
  expect((await client.call("group.list", {})).total).toMatchObject({ slots: 50 });
  const again = { command: "true", key: "nightly" };
  const { existing } = await client.call("task.submit", { env: {}, cwd: "/", umask: 0o22, tasks: [again] });
  expect(existing).toEqual([await idOf("keyed")]);
  // The first has failed already, and one may.
  await client.call("task.release", { selector: ["label:batch b"] });
  const { tasks } = await client.call("task.wait", { selector: ["label:batch b", "label:batch c"] });
  expect(tasks.map(({ state }) => state)).toEqual(["failed", "cancelled"]);
});

test("schedules, their histories and environments are all there", async () => {
  const rig = await rigWith(3);
  await rig.up();
  const client = await rig.client();
  const { schedules } = await client.call("schedule.list", {});
  expect(schedules).toMatchObject([
    {
      name: "everything",
      state: "active",
      when: "30 2 L * MON#2",
      zone: "Europe/Berlin",
      problem: expect.stringContaining("API_TOKEN"),
      overlap: "queue",
      afterSchedules: ["once"],
    },
    { name: "once", state: "ended", fired: 1, lastSuccess: { task: expect.any(Number) } },
    { name: "paused", state: "paused", rule: { kind: "every", everyMs: 900_000 } },
  ]);
  const { firings } = await client.call("schedule.history", { name: "once" });
  expect(firings).toMatchObject([{ number: 1, cause: "due", state: "succeeded" }]);
  await rig.down();
  expect((await checkState(rig)).filter(({ level }) => level === "error")).toEqual([]);
});

test("a task's worktree is known; when the repository is gone another run says so", async () => {
  const rig = await rigWith(WORKTREES);
  await rig.up();
  const client = await rig.client();
  const selector = ["label:in a worktree"];
  const { tasks } = await client.call("task.list", { selector });
  expect(tasks).toMatchObject([
    {
      state: "succeeded",
      checkpoint: { everyMs: 60_000 },
      worktree: {
        setup: "echo prepared >&2",
        copy: [".env*"],
        commitOnFinish: true,
        checkout: { branch: expect.stringMatching(/^claudine\/\d+-in-a-worktree$/), base: "main", isNewBranch: true },
      },
    },
  ]);
  await client.call("task.retry", { selector });
  expect((await client.call("task.wait", { selector })).tasks).toMatchObject([
    { state: "failed", reason: expect.stringContaining("no worktree: there is no repository at") },
  ]);
});

test("agents' tasks are there with their prompts and answers", async () => {
  const rig = await rigWith(AGENTS);
  await rig.up();
  const client = await rig.client();
  const shown = async (label: string) => {
    const { tasks } = await client.call("task.list", { label });
    return tasks[0] ?? expect.fail(`there is no task ${label}`);
  };
  const done = await shown("agent done");
  expect(done).toMatchObject({ agent: { agent: "claude", headline: "42", costUsd: 0.25, ok: true } });
  expect(await client.call("agent.result", { id: done.id })).toMatchObject({ attempt: 1, agent: { result: "42" } });
  const held = await shown("agent held");
  expect(held).toMatchObject({
    agent: { model: "opus", fallback: [{ agent: "claude", model: "haiku" }], budgetUsd: 2.5, maxTurns: 7 },
  });
  const bin = rig.file("../bin");
  await installAgent(bin, "claude");
  await client.call("task.release", { selector: [String(held.id)], env: { PATH: `${bin}:/usr/bin:/bin` } });
  expect(await rig.ended(held.id)).toMatchObject({ state: "succeeded", agent: { headline: "what is asked" } });
  await rig.down();
  expect((await checkState(rig)).filter(({ level }) => level === "error")).toEqual([]);
});

test("fields that a later version has added survive what this one does with their records", async () => {
  const rig = await rigWith(SCHEMA);
  const added = { fromTheFuture: { deep: [1, "two", null] } };
  const tables = async <T>(use: (table: (name: string, keys?: "uint32") => Table) => T | Promise<T>): Promise<T> => {
    const root = open({ path: join(rig.home.stateDir, "store"), maxDbs: 16, noSubdir: false });
    try {
      return await use((name, keyEncoding) =>
        root.openDB({ name, ...PLAIN, ...(keyEncoding === undefined ? {} : { keyEncoding }) }),
      );
    } finally {
      await root.close();
    }
  };
  const [held = 0, done = 0] = (await rows(SCHEMA))
    .flatMap(([id, label]) => (["held", "succeeded"].includes(label) ? [id] : []))
    .toReversed();
  await tables(async (table) => {
    await extend(table("live", "uint32"), held, added);
    // Finished tasks are in the table that once held all.
    await extend(table("tasks", "uint32"), done, added);
    await extend(table("runs"), [done, 1], added);
    await extend(table("journal"), 3, added);
    for (const key of table("envs").getKeys()) await extend(table("envs"), key, added);
  });
  await rig.up();
  const client = await rig.client();
  await client.call("task.release", { selector: [String(held)] });
  await client.call("task.retry", { selector: [String(done)] });
  await client.call("task.wait", { selector: [String(held), String(done)] });
  await rig.down();
  await tables((table) => {
    expect(table("tasks", "uint32").get(held)).toMatchObject({ attempt: 1, ...added });
    expect(table("tasks", "uint32").get(done)).toMatchObject({ attempt: 2, ...added });
    expect(table("runs").get([done, 1])).toMatchObject(added);
    expect(table("journal").get(3)).toMatchObject(added);
    for (const key of table("envs").getKeys()) expect(table("envs").get(key)).toMatchObject(added);
  });
});

type Table = {
  get(key: unknown): unknown;
  put(key: never, value: unknown): Promise<boolean>;
  getKeys(): Iterable<unknown>;
};

async function extend(table: Table, key: unknown, added: object): Promise<void> {
  const value: unknown = table.get(key);
  expect(value).toBeTypeOf("object");
  await table.put(key as never, { ...(value as object), ...added });
}
