/** Reads a whole store and says what in it does not fit together. */
import {
  isFinished,
  STATES,
  type Schedule,
  type StateCounts,
  type Task,
  type TaskEvent,
  type TaskId,
  type TaskState,
} from "@claudine/protocol";
import { accountsFrom, lostAccounts } from "./budgets.ts";
import type { Damage } from "./damage.ts";
import { emptyHead, type Tables } from "./open.ts";
import { tableOf } from "./table-of.ts";
import type { EnvUse, Head } from "./records.ts";
import { READABLE, readHead, readRecord, readUses } from "./valid.ts";
import { textsOf } from "./text-uses.ts";

export type StoreReport = { tasks: number; events: number; damages: Damage[] };

/** `whyNot`: why nobody could tell when a schedule is due; undefined when that is clear. */
export type CheckOptions = { whyNot?: (schedule: Schedule) => string | undefined };

export function checkStore(tables: Tables, options: CheckOptions = {}): StoreReport {
  const damages: Damage[] = [];
  const tasks = new Map<TaskId, Known>();
  const schedules: Schedule[] = [];
  const seqs: number[] = [];
  const spending: TaskEvent[] = [];
  for (const table of READABLE) {
    for (const key of tableOf(tables, table).getKeys()) {
      const record = readRecord(tables, table, key);
      if (typeof record === "string") damages.push({ kind: "unreadable", table, key, name: `${table}/${String(key)}` });
      else if (table === "live" || table === "finished") {
        const { id, status, envId, key: own, agent, feedback } = record.value as Task;
        tasks.set(id, { state: status.state, envId, key: own, texts: textsOf({ agent, feedback }) });
        if (isFinished(status.state) !== (table === "finished"))
          damages.push({ kind: "misplaced", name: `${table}/${id}`, id, from: table });
      }
      if (table === "journal") seqs.push(key as number);
      if (table === "journal" && typeof record === "object" && isOfAccounts(record.value as TaskEvent))
        spending.push(record.value as TaskEvent);
      if (table === "schedules" && typeof record === "object") schedules.push(record.value as Schedule);
    }
  }
  const strange = schedules.flatMap((schedule) => checkSchedule(options, schedule));
  const names = new Set(strange.map(({ key }) => key));
  // As with what cannot be read: a repair sets them aside, and then they have no environment.
  const understood = schedules.filter(({ name }) => !names.has(name));
  // It is made anew when it does not fit the runs; a page of it that ends whoever reads it has to show here.
  for (const _ of tables.runEnds.getKeys()) continue;
  damages.push(
    ...strange,
    ...checkIndex(tables, tasks),
    ...checkKeys(tables, tasks),
    ...checkEnvironments(tables, tasks, understood),
    ...checkTexts(tables, tasks, understood),
    ...checkAccounts(tables, spending),
    ...checkHead(tables, tasks, seqs),
    ...gaps(seqs),
  );
  return { tasks: tasks.size, events: seqs.length, damages };
}

type Known = { state: TaskState; envId: string; key: string | undefined; texts: readonly string[] };
type Tasks = ReadonlyMap<TaskId, Known>;

type Strange = Extract<Damage, { kind: "not-understood" }>;

function checkSchedule({ whyNot = () => undefined }: CheckOptions, schedule: Schedule): Strange[] {
  const { name: key } = schedule;
  const why = whyNot(schedule);
  return why === undefined ? [] : [{ kind: "not-understood", table: "schedules", key, name: `schedules/${key}`, why }];
}

function checkIndex(tables: Tables, tasks: Tasks): Damage[] {
  const damages: Damage[] = [];
  const indexed = new Set<string>();
  for (const [state, id] of tables.byState.getKeys()) {
    const known = tasks.get(id)?.state;
    if (known === state && isFinished(known)) indexed.add(`${state}/${id}`);
    else damages.push({ kind: "index", name: `by-state/${state},${id}`, missing: false, state, id });
  }
  for (const [id, { state }] of tasks) {
    if (isFinished(state) && !indexed.has(`${state}/${id}`))
      damages.push({ kind: "index", name: `by-state/${state},${id}`, missing: true, state, id });
  }
  return damages;
}

/** A key that nobody knows any more would let its task be submitted, and run, a second time. */
function checkKeys(tables: Tables, tasks: Tasks): Damage[] {
  const damages: Damage[] = [];
  const known = new Set<string>();
  for (const key of tables.keys.getKeys()) {
    const id = tables.keys.get(key) ?? 0;
    if (tasks.get(id)?.key === key) known.add(key);
    else damages.push({ kind: "key", name: `keys/${key}`, missing: false, key, id });
  }
  for (const [id, { key }] of tasks) {
    if (key === undefined || known.has(key)) continue;
    known.add(key);
    damages.push({ kind: "key", name: `keys/${key}`, missing: true, key, id });
  }
  return damages;
}

function checkEnvironments(tables: Tables, tasks: Tasks, schedules: readonly Schedule[]): Damage[] {
  const damages: Damage[] = [];
  const uses = new Map<string, number>();
  for (const envId of tables.envUses.getKeys()) uses.set(envId, 0);
  for (const [id, { envId }] of tasks) {
    uses.set(envId, (uses.get(envId) ?? 0) + 1);
    if (!tables.envs.doesExist(envId))
      damages.push({ kind: "environment", name: `envs/${envId}`, owner: `task ${id}`, envId });
  }
  for (const { name, spec } of schedules) {
    const { envId } = spec.task;
    uses.set(envId, (uses.get(envId) ?? 0) + 1);
    if (!tables.envs.doesExist(envId))
      damages.push({ kind: "environment", name: `envs/${envId}`, owner: `schedule ${name}`, envId });
  }
  const latest = latestOf(tables);
  if (latest !== undefined && !uses.has(latest.id)) uses.set(latest.id, 0);
  for (const [envId, count] of uses) {
    if ((latest?.id === envId ? latest.uses : readUses(tables, envId)) !== count)
      damages.push({ kind: "uses", name: `env-uses/${envId}`, envId, uses: count });
  }
  return damages;
}

function checkTexts(tables: Tables, tasks: Tasks, schedules: readonly Schedule[]): Damage[] {
  const uses = new Map([...tables.textUses.getKeys()].map((id) => [id, 0]));
  const damages: Damage[] = [];
  const count = (owner: string, texts: readonly string[]): void => {
    for (const textsId of texts) {
      uses.set(textsId, (uses.get(textsId) ?? 0) + 1);
      if (!tables.texts.doesExist(textsId)) damages.push({ kind: "texts", name: `texts/${textsId}`, owner });
    }
  };
  for (const [id, { texts }] of tasks) count(`task ${id}`, texts);
  for (const { name, spec } of schedules) count(`schedule ${name}`, textsOf(spec.task));
  for (const [textsId, count] of uses)
    if (tables.textUses.get(textsId) !== count)
      damages.push({ kind: "text-uses", name: `text-uses/${textsId}`, textsId, uses: count });
  return damages;
}

function isOfAccounts(event: TaskEvent): boolean {
  return event.type === "group.removed" || (event.type === "run.finished" && event.spent !== undefined);
}

/** Without it its budgets would begin anew. */
function checkAccounts(tables: Tables, events: readonly TaskEvent[]): Damage[] {
  const counted = accountsFrom(events);
  return lostAccounts(tables, counted).map((group) => ({
    kind: "account",
    name: `meta/spent/${group}`,
    group,
    account: counted.get(group),
  }));
}

function latestOf(tables: Tables): EnvUse | undefined {
  const head = readHead(tables);
  return typeof head === "object" ? head.env : undefined;
}

function checkHead(tables: Tables, tasks: Tasks, seqs: readonly number[]): Damage[] {
  const counts: StateCounts = emptyHead().counts;
  for (const { state } of tasks.values()) for (const name of STATES) if (name === state) counts[name] += 1;
  const read = readHead(tables);
  const stored = typeof read === "object" ? read : undefined;
  const highest = [...tasks.keys()].reduce((most, id) => Math.max(most, id), 0);
  const head: Omit<Head, "env"> = {
    nextId: Math.max(stored?.nextId ?? 1, highest + 1),
    lastSeq: Math.max(stored?.lastSeq ?? 0, seqs.at(-1) ?? 0),
    counts,
  };
  const isEmpty = read === "missing" && tasks.size === 0;
  const isSame =
    stored?.nextId === head.nextId &&
    stored.lastSeq === head.lastSeq &&
    STATES.every((name) => stored.counts[name] === counts[name]);
  return isEmpty || isSame ? [] : [{ kind: "head", name: "head", head }];
}

function gaps(seqs: readonly number[]): Damage[] {
  return seqs.flatMap((seq, index) => {
    const before = seqs[index - 1];
    return before === undefined || seq === before + 1
      ? []
      : [{ kind: "gap", name: `journal/${before + 1}`, after: before, before: seq } as const];
  });
}
