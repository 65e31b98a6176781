/**
 * Damaged state: flipped, cut and replaced bytes in every kind of file. The daemon neither ends nor allocates without
 * bound, and serves all other records; where LMDB itself ends the process, the next starts bring the rest back.
 */
import { readFileSync } from "node:fs";
import { cp, mkdtemp, open as openFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { asBinary, type Key } from "lmdb";
import type { TaskInfo } from "@claudine/protocol";
import { describe, expect, inject, test } from "vitest";
import { parseRecord } from "../packages/daemon/src/runner/record.ts";
import { openTables } from "../packages/daemon/src/store/open.ts";
import { SCHEMA } from "../packages/daemon/src/store/schema.ts";
import { openStore, type Store } from "../packages/daemon/src/store/store.ts";
import { tableOf } from "../packages/daemon/src/store/table-of.ts";
import { damagePages, storeFile } from "./support/crash-damage.ts";
import { type Random, seeded, seedFrom } from "./support/crash-random.ts";
import { checkState, expectSoundState } from "./support/crash-rig.ts";
import { taskOf } from "./support/crash-tasks.ts";
import { type Rig, startDaemon } from "./support/daemon.ts";
import { until } from "./support/until.ts";

const GOLDEN = join(import.meta.dirname, `data/state-v${SCHEMA}`);
const seed = seedFrom("CLAUDINE_FUZZ_SEED");

/** Flips bits, cuts, or writes something else. */
function damage(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  switch (random.int(4)) {
    case 0:
      return copy.subarray(0, random.int(copy.length));
    case 1:
      return Buffer.from(Array.from({ length: random.int(2 * copy.length + 1) }, () => random.int(256)));
    default:
      for (let flips = 1 + random.int(8); flips > 0; flips -= 1) {
        const at = random.int(copy.length);
        copy[at] = (copy[at] ?? 0) ^ (1 << random.int(8));
      }
      return copy;
  }
}

describe("one record of the store", () => {
  const NAMES = [
    "live",
    "finished",
    "runs",
    "journal",
    "groups",
    "schedules",
    "envs",
    "envUses",
    "meta",
    "root",
  ] as const;

  test(`is damaged in 1,000 ways, and the others are served (CLAUDINE_FUZZ_SEED=${seed})`, async () => {
    const random = seeded(seed);
    const dir = await mkdtemp(join(inject("testRoot"), "f"));
    await cp(join(GOLDEN, "store"), dir, { recursive: true });
    const tables = openTables(dir);
    const store = openStore({ path: dir, journalKeep: 1000, historyKeep: 10, onUnreadable: () => {} });
    const expected = everything(store);
    for (let round = 0; round < 1000; round += 1) {
      const name = random.pick(NAMES) ?? "live";
      const table = tableOf(tables, name);
      const keys = name === "root" ? ["head"] : [...table.getKeys()].filter((one) => one !== "schema");
      const key = random.pick(keys) ?? "";
      const good = Buffer.from(table.getBinary(key) ?? "");
      await table.put(key, asBinary(damage(good, random)));
      const found = everything(store);
      for (const [what, value] of expected)
        if (!ofRecord(name, key).includes(what))
          expect(found.get(what), `${what} while ${name}/${String(key)} is damaged, round ${round}`).toEqual(value);
      expect(store.load()).toMatchObject({ nextId: expect.any(Number), lastSeq: expect.any(Number) });
      expect(store.load().nextId).toBeGreaterThan(LAST_ID);
      await table.put(key, asBinary(good));
    }
    await store.close();
    await tables.root.close();
    await rm(dir, { recursive: true });
  });
});

/** [id, label, state] of each task there. */
const GOLDEN_TASKS = JSON.parse(readFileSync(join(GOLDEN, "tasks.json"), "utf8")) as [number, string, string][];
const GOLDEN_SCHEDULES = 3;
const LAST_ID = Math.max(...GOLDEN_TASKS.map(([id]) => id));

/** All that the store serves, by name. */
function everything(store: Store): Map<string, unknown> {
  const { tasks, groups, schedules } = store.load();
  const served = new Map<string, unknown>();
  for (const task of tasks) served.set(`live ${task.id}`, task);
  for (const { name, slots } of groups) served.set(`group ${name}`, slots);
  for (const schedule of schedules) served.set(`schedule ${schedule.name}`, schedule);
  const envs = new Set<string>();
  for (let id = 1; id <= LAST_ID; id += 1) {
    const task = store.task(id);
    served.set(`task ${id}`, task);
    if (task !== undefined) envs.add(task.envId);
    for (const run of store.runs(id)) served.set(`run ${id},${run.attempt}`, run);
  }
  for (const id of envs) served.set(`env ${id}`, store.env(id));
  for (const event of store.events(0, 10_000)) served.set(`event ${event.seq}`, event);
  return served;
}

/** What of that may miss or differ when this record is damaged. */
function ofRecord(table: string, key: Key): string[] {
  switch (table) {
    case "live":
    case "finished":
      return [`task ${String(key)}`, `live ${String(key)}`];
    case "runs":
      return [`run ${String(key)}`];
    case "journal":
      return [`event ${String(key)}`];
    case "groups":
      return [`group ${String(key)}`];
    case "schedules":
      return [`schedule ${String(key)}`];
    default:
      return [`env ${String(key)}`];
  }
}

describe("pages of the store", () => {
  /** 182 held tasks, two of them on pages that will be zeros. */
  async function rigWithDamage(): Promise<Rig> {
    const rig = await startDaemon();
    const client = await rig.client();
    const call = { env: {}, cwd: rig.home.work, umask: 0o22 };
    for (const [label, count] of [
      ["front", 60],
      ["spoilt", 1],
      ["middle", 60],
      ["spoilt", 1],
      ["rear", 60],
    ] as const) {
      const tasks = Array.from({ length: count }, () => taskOf("exit", { held: true, label }));
      await client.call("task.submit", { ...call, tasks });
    }
    client.close();
    await rig.down();
    expect(await damagePages(rig, "spoilt")).toBeGreaterThan(1);
    return rig;
  }

  test("a daemon that dies of them at each start comes up at the third, with all the rest, and says so", async () => {
    const rig = await rigWithDamage();
    for (const _ of [1, 2]) {
      const { code, signal } = await rig.spawnDaemon().ended;
      expect(code === 0, `it ended with ${code ?? signal}`).toBe(false);
    }
    await rig.up();
    expect(rig.daemon?.stderr()).toContain("The last starts came to nothing");
    expect(rig.daemon?.stderr()).toContain("What could be read was copied into a new store");
    const client = await rig.client();
    const { tasks } = await client.call("task.list", { limit: 1000 });
    const labels = tasks.map(({ label }) => label);
    const found = (place: string) => labels.filter((label) => label === place).length;
    for (const count of ["front", "middle", "rear"].map(found)) expect(count).toBeGreaterThan(30);
    const again = await client.call("task.submit", { env: {}, cwd: "/", umask: 0o22, tasks: [{ command: ["true"] }] });
    expect(Math.min(...again.ids)).toBeGreaterThan(182);
    expect((await readdir(rig.home.stateDir)).filter((name) => name.startsWith("store.damaged-"))).toHaveLength(1);
    client.close();
    await rig.down();
    await expectSoundState(rig);
  });

  test("starts that were merely killed leave the store as it is", async () => {
    const rig = await startDaemon();
    await rig.submit("true");
    await rig.down("SIGKILL");
    await writeFile(join(rig.home.stateDir, "starting"), "...");
    await rig.up();
    expect(rig.daemon?.stderr()).toContain("The last starts came to nothing");
    expect(await readdir(rig.home.stateDir)).not.toContain("starting");
    expect((await readdir(rig.home.stateDir)).filter((name) => name.startsWith("store"))).toEqual(["store"]);
  });

  const ROUNDS = Number(process.env["CLAUDINE_FUZZ_ROUNDS"] ?? 6);
  test(
    `damaged at random: with --fix it serves again (CLAUDINE_FUZZ_SEED=${seed})`,
    { timeout: 180_000 + ROUNDS * 60_000 },
    async () => {
      const random = seeded(seed);
      for (let round = 0; round < ROUNDS; round += 1) {
        // In a home of its own: what the tasks of another round still write is not in its way.
        const rig = await startDaemon({ daemon: false });
        await cp(join(GOLDEN, "store"), join(rig.home.stateDir, "store"), { recursive: true });
        await damageFile(storeFile(rig), random, HEADER_BYTES);
        await checkState(rig, "--fix");
        await rig.up();
        const client = await rig.client();
        // One page of this small store holds all tasks.
        const { tasks } = await client.call("task.list", {});
        expectNoTooMany(tasks);
        await client.call("task.submit", { env: {}, cwd: "/", umask: 0o22, tasks: [{ command: ["true"] }] });
        client.close();
        await rig.down();
      }
    },
  );
});

/** Of each schedule as many as are made up for at once, and the one that may be due meanwhile; none of them twice. */
const OF_SCHEDULE_AT_MOST = 101;

/** Damage makes no tasks: those that there were, and what their schedules may add. */
function expectNoTooMany(tasks: readonly TaskInfo[]): void {
  const links = tasks.flatMap(({ schedule }) => schedule ?? []);
  expect(tasks.length - links.length).toBeLessThanOrEqual(LAST_ID);
  const names = new Set(links.map(({ name }) => name));
  expect(names.size).toBeLessThanOrEqual(GOLDEN_SCHEDULES);
  for (const name of names) {
    const firings = links.filter((link) => link.name === name).map(({ firing }) => firing);
    expect(firings.length).toBeLessThanOrEqual(OF_SCHEDULE_AT_MOST);
    expect(new Set(firings).size, `each firing of ${name} is one task`).toBe(firings.length);
  }
}

/** The two first pages tell where everything is; without them a store is refused, see file-check.test.ts. */
const HEADER_BYTES = 8192;

async function damageFile(path: string, random: Random, from = 0): Promise<void> {
  const bytes = await readFile(path);
  await writeFile(path, Buffer.concat([bytes.subarray(0, from), damage(bytes.subarray(from), random)]));
}

describe("the record of a run", () => {
  test(`is read whatever its bytes are, and never says what it did not (CLAUDINE_FUZZ_SEED=${seed})`, async () => {
    const random = seeded(seed);
    const good = await readFile(join(GOLDEN, "runs/0/2.1.record"));
    const ended = parseRecord(good);
    expect(ended).toMatchObject({ state: "ended", exit: { kind: "exited", exitCode: 3 } });
    const usage = "usage" in ended ? ended.usage : undefined;
    const withoutCalls = { ...ended, usage: { ...usage, readOps: undefined, writeOps: undefined } };
    for (let round = 0; round < 20_000; round += 1) {
      const read = parseRecord(damage(good, random));
      // The calls of the system have a line of their own: when only that is damaged they are unknown, and nothing else.
      if (read.state === "ended") expect([ended, withoutCalls]).toContainEqual(read);
      else expect(["starting", "torn", "started"]).toContain(read.state);
    }
  });

  test("damaged while no daemon was there: that run is lost at most, and the others have their outcomes", async () => {
    const random = seeded(seed);
    const rig = await startDaemon({ config: "slots: 20\n" });
    const client = await rig.client();
    const command = ["/bin/sh", "-c", "until [ -e go ]; do sleep 0.05; done; exit $((CLAUDINE_TASK_ID % 7))"];
    const tasks = Array.from({ length: 12 }, () => ({ command }));
    const call = { env: { PATH: process.env["PATH"] ?? "" }, cwd: rig.home.work, umask: 0o22 };
    const { ids } = await client.call("task.submit", { ...call, tasks });
    await client.call("task.wait", { selector: ["all"], for: "running" });
    await rig.down("SIGKILL");
    await writeFile(rig.file("go"), "");
    const path = (id: number) => join(rig.home.stateDir, `runs/0/${id}.1.record`);
    for (const id of ids)
      await until(`record ${id}`, async () => parseRecord(await readFile(path(id))).state === "ended");
    const damaged = ids.filter((id) => id % 2 === 0);
    for (const id of damaged) await damageFile(path(id), random);
    await rig.up();
    const { tasks: found } = await client.call("task.wait", { selector: ["all"] });
    for (const { id, exitCode, state } of found) {
      if (state === "lost") expect(damaged).toContain(id);
      else expect(exitCode).toBe(id % 7);
    }
    expect(found).toHaveLength(12);
  });
});

describe("small files", () => {
  test(`the key, the locks and the note of starts in any state do not keep it from starting (CLAUDINE_FUZZ_SEED=${seed})`, async () => {
    const random = seeded(seed);
    const rig = await startDaemon();
    const client = await rig.client();
    const env = { API_TOKEN: "secret", PATH: process.env["PATH"] ?? "" };
    const tasks = [{ command: ["true"], held: true }];
    await client.call("task.submit", { env, cwd: "/", umask: 0o22, tasks });
    for (let round = 0; round < 6; round += 1) {
      await rig.down("SIGKILL");
      const locks = (await readdir(join(rig.home.stateDir, "lock"))).map((name) =>
        join(rig.home.stateDir, "lock", name),
      );
      await damageFile(random.pick([join(rig.home.runtimeDir, "env.key"), ...locks]) ?? "", random);
      await writeFile(join(rig.home.stateDir, "starting"), "x".repeat(random.int(3)));
      await rig.up();
      expect((await client.call("task.list", {})).tasks).toHaveLength(1);
    }
  });

  test("garbage in the FIFO by which shims wake the daemon is no news", async () => {
    const random = seeded(seed);
    const rig = await startDaemon();
    const client = await rig.client();
    const id = await rig.submit("sleep 1000");
    await rig.started(id);
    const fifo = await openFile(join(rig.home.runtimeDir, "wake.fifo"), "w");
    const lines = [
      `${id}.1`,
      `ended ${id}.1 E 1 x 0`,
      `nostart ${id}.1 EAGAIN`,
      `${id}.9`,
      "0.0",
      "-1.-1",
      "nostart",
      "ended",
    ];
    for (let round = 0; round < 300; round += 1) {
      const line = Buffer.from(`${random.pick(lines)}\n`);
      await fifo.write(random.chance(0.5) ? line : damage(Buffer.concat([line, Buffer.alloc(700, 0x61)]), random));
    }
    await fifo.write("\n");
    expect(await client.call("daemon.status", {})).toMatchObject({ counts: { running: 1 } });
    expect(await rig.claudine("submit", "--wait", "exit 3")).toMatchObject({ code: 3 });
    await fifo.close();
    await rig.claudine("kill", String(id));
    expect(await rig.show(id)).toMatchObject({ state: "cancelled", attempt: 1 });
  });
});

test.for(["perl", "node"])("no task is handed the open store (%s)", async (kind) => {
  const rig = await startDaemon({ env: { CLAUDINE_SHIM: kind } });
  const { stdout } = await rig.ran("for fd in /proc/self/fd/*; do readlink $fd; done");
  expect(stdout).toContain(".stdout");
  expect(stdout).not.toContain("data.mdb");
});
