/** What of schedules and their histories a check finds, a repair mends and a salvage brings over. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { asBinary, type Key } from "lmdb";
import type { Schedule } from "@claudine/protocol";
import { add, MINUTE, scheduled } from "../core/schedule-fixtures.ts";
import type { Turn } from "../core/turn.ts";
import { checkStore } from "./check.ts";
import { describeDamage } from "./damage-words.ts";
import { openTables, type Tables } from "./open.ts";
import { repairStore } from "./repair.ts";
import { salvageStore, type CopyJob } from "./salvage.ts";
import { openStore } from "./store.ts";
import { tableOf } from "./table-of.ts";

const NAMES = Array.from({ length: 40 }, (_, index) => `s${String(index).padStart(2, "0")}`);

let dir = "";
let tables: Tables;
/** Forty schedules that were due three times each. */
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "schedules-"));
  const store = openStore({ path: join(dir, "store"), journalKeep: 9, historyKeep: 9, onUnreadable: expect.fail });
  const world = scheduled({}, 200);
  world.do({ type: "remove-schedules", names: ["s"] });
  const commit = async (action: (turn: Turn) => void) => {
    let turn: Turn | undefined;
    const events = world.turn((one) => {
      turn = one;
      action(one);
    });
    const { changes, schedules } = turn ?? expect.fail("there was no turn");
    const { nextId, lastSeq, counts } = world.state;
    const envs = [{ id: "env", plain: { A: "a" }, sealed: null }];
    await store.commit({
      events,
      changes,
      schedules,
      attached: envs,
      head: { nextId, lastSeq, counts: { ...counts } },
    });
  };
  const model = scheduled();
  for (const name of NAMES) add(model, name, { overlap: "all" });
  await commit((turn) => {
    for (const name of NAMES) {
      const { spec } = model.state.schedules.all.get(name) ?? expect.fail(name);
      turn.decide({ type: "declare-schedules", declare: { kind: "add", schedule: { name, spec } } });
    }
  });
  for (let minute = 1; minute <= 3; minute += 1) {
    world.now = minute * MINUTE;
    await commit((turn) => turn.plan(true));
  }
  await store.close();
  tables = openTables(join(dir, "store"));
});
afterEach(async () => {
  await tables.root.close();
  rmSync(dir, { recursive: true, force: true });
});

function spoil(table: "schedules" | "firings", key: Key): void {
  tableOf(tables, table).putSync(key, asBinary(Buffer.from([0xc1, 0x00])));
}

const named = (damages: ReturnType<typeof checkStore>["damages"]) => damages.map(({ name }) => name);

/** What a start would serve. */
async function served(): Promise<{ schedules: Schedule[]; numbersOf: (name: string) => number[] }> {
  await tables.root.close();
  const store = openStore({ path: join(dir, "store"), journalKeep: 9, historyKeep: 9, onUnreadable: () => {} });
  const schedules = [...store.load().schedules];
  const numbers = new Map(
    NAMES.map((name) => [name, store.firings(name, { before: 9, limit: 9 }).map(({ number }) => number)]),
  );
  await store.close();
  tables = openTables(join(dir, "store"));
  return { schedules, numbersOf: (name) => numbers.get(name) ?? [] };
}

test("a schedule that cannot be read is set aside with its bytes; its environment is counted anew, the others stay", async () => {
  spoil("schedules", "s07");
  const { damages } = checkStore(tables);
  expect(named(damages)).toEqual(["schedules/s07", "env-uses/env"]);
  expect(repairStore(tables, damages)).toEqual([]);
  expect(checkStore(tables).damages).toEqual([]);
  expect(tables.setAside.get("schedules/s07")).toEqual(Buffer.from([0xc1, 0x00]));
  const { schedules } = await served();
  expect(schedules.map(({ name }) => name)).toEqual(NAMES.filter((name) => name !== "s07"));
});

test("an entry of a history that cannot be read is set aside, and the history goes on", async () => {
  spoil("firings", ["s03", 2]);
  const { damages } = checkStore(tables);
  expect(named(damages)).toEqual(["firings/s03,2"]);
  expect(repairStore(tables, damages)).toEqual([]);
  expect(checkStore(tables).damages).toEqual([]);
  const { schedules, numbersOf } = await served();
  expect(numbersOf("s03")).toEqual([3, 1]);
  expect(schedules).toHaveLength(NAMES.length);
});

test("a schedule that is not understood is found with the reason, and a repair sets it aside", () => {
  const whyNot = ({ name }: Schedule) => (name === "s05" ? 'There is no time zone "Europe/Atlantis"' : undefined);
  const bytes = Buffer.from(tableOf(tables, "schedules").getBinary("s05") ?? []);
  expect(checkStore(tables).damages).toEqual([]);
  const { damages } = checkStore(tables, { whyNot });
  expect(damages.map(describeDamage)).toEqual([
    'Schedule s05 is not understood: There is no time zone "Europe/Atlantis"',
    `An environment does not know that ${4 * NAMES.length - 1} tasks and schedules have it`,
  ]);
  expect(repairStore(tables, damages)).toEqual([]);
  expect(tables.setAside.get("schedules/s05")).toEqual(bytes);
  expect(tables.schedules.doesExist("s05")).toBe(false);
  expect(checkStore(tables, { whyNot }).damages).toEqual([]);
});

/** Salvages with copies that die when they come to one of these keys, and lose what is not yet in a whole piece. */
async function salvage(table: "schedules" | "firings", isDeadly: (key: string) => boolean): Promise<string[]> {
  const source = tables;
  const copy = (job: CopyJob) => {
    const target = openTables(job.to, { upgrade: false });
    const [from, to] = [tableOf(source, job.table), tableOf(target, job.table)];
    const keys = [...from.getKeys({ reverse: job.reverse, ...job.range })];
    const deadly = job.table === table ? keys.findIndex((key) => isDeadly(String(key))) : -1;
    for (const key of deadly === -1 ? keys : keys.slice(0, deadly - (deadly % job.piece)))
      if (!to.doesExist(key)) to.putSync(key, asBinary(Buffer.from(from.getBinary(key) ?? [])));
    if (job.table === "meta") target.root.putSync("head", source.root.get("head") ?? expect.fail("no head"));
    void target.root.close();
    return deadly === -1;
  };
  const { broken } = await salvageStore(dir, copy);
  await source.root.close();
  tables = openTables(join(dir, "store"));
  return broken;
}

test("of schedules with a damaged page those before and behind it are brought over, with their anchors", async () => {
  const before = tables.schedules.get("s30");
  expect(await salvage("schedules", (key) => key >= "s10" && key < "s14")).toEqual(["schedules"]);
  expect([...tables.schedules.getKeys()]).toEqual(NAMES.filter((name) => name < "s10" || name >= "s14"));
  expect(tables.schedules.get("s30")).toEqual(before);
  repairStore(tables, checkStore(tables).damages);
  expect(checkStore(tables).damages).toEqual([]);
  const { schedules, numbersOf } = await served();
  expect(schedules).toHaveLength(NAMES.length - 4);
  expect(numbersOf("s30")).toEqual([3, 2, 1]);
});

test("of histories with a damaged page what is before and behind it is brought over", async () => {
  expect(await salvage("firings", (key) => key.startsWith("s20,"))).toEqual(["firings"]);
  expect(checkStore(tables).damages).toEqual([]);
  const { schedules, numbersOf } = await served();
  expect(schedules).toHaveLength(NAMES.length);
  expect(NAMES.filter((name) => numbersOf(name).length !== 3)).toEqual(["s20"]);
});
