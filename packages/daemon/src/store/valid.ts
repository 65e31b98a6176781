/** Whether what was read is what should be there. Fields that this version does not know pass. */
import {
  AgentTexts,
  Firing,
  GroupBudget,
  Run,
  Schedule,
  STATES,
  Task,
  TaskEvent,
  type TaskId,
} from "@claudine/protocol";
import type { Key } from "lmdb";
import type { Tables } from "./open.ts";
import { tableOf } from "./table-of.ts";
import type { Head } from "./records.ts";

export const READABLE = [
  "live",
  "finished",
  "runs",
  "journal",
  "envs",
  "groups",
  "schedules",
  "firings",
  "texts",
] as const;
export type ReadableTable = (typeof READABLE)[number];

const VALID: Readonly<Record<ReadableTable, (value: Fields, key: Key) => boolean>> = {
  live: isTask,
  finished: isTask,
  runs: (value, key) => Array.isArray(key) && value["attempt"] === key[1] && Run.safeParse(value).success,
  journal: (value, key) => value["seq"] === key && TaskEvent.safeParse(value).success,
  envs: (value, key) => value["id"] === key && isEnv(value),
  schedules: (value, key) => value["name"] === key && Schedule.safeParse(value).success,
  firings: (value, key) => Array.isArray(key) && value["number"] === key[1] && Firing.safeParse(value).success,
  texts: (value, key) => value["id"] === key && AgentTexts.safeParse(value).success,
  groups: ({ slots, budget }) =>
    (slots === undefined || (isCount(slots) && slots > 0)) &&
    (budget === undefined || GroupBudget.loose().safeParse(budget).success),
};

type Fields = Readonly<Record<string, unknown>>;
type Damaged = "missing" | "unreadable";

/** A record whose bytes decode to something else is unreadable too. */
export function readRecord(tables: Tables, table: ReadableTable, key: Key): { value: unknown } | Damaged {
  try {
    const value: unknown = tableOf(tables, table).get(key);
    if (value === undefined) return "missing";
    return isFields(value) && VALID[table](value, key) ? { value } : "unreadable";
  } catch {
    return "unreadable";
  }
}

/** Undefined when there is none that can be read. */
export function readTask(tables: Tables, id: TaskId): Task | undefined {
  for (const table of ["live", "finished"] as const) {
    const record = readRecord(tables, table, id);
    if (typeof record === "object") return record.value as Task;
  }
  return undefined;
}

/** How many tasks have an environment; undefined also when that cannot be read. */
export function readUses(tables: Tables, envId: string): number | undefined {
  try {
    const uses: unknown = tables.envUses.get(envId);
    return isCount(uses) ? uses : undefined;
  } catch {
    return undefined;
  }
}

export function readHead(tables: Tables): Head | Damaged {
  try {
    const head: unknown = tables.root.get("head");
    if (head === undefined) return "missing";
    return isHead(head) ? head : "unreadable";
  } catch {
    return "unreadable";
  }
}

function isTask(value: Fields, key: Key): boolean {
  return value["id"] === key && Task.safeParse(value).success;
}

function isHead(value: unknown): value is Head {
  if (!isFields(value)) return false;
  const { nextId, lastSeq, counts, env, time } = value;
  if (env !== undefined && !(isFields(env) && isText(env["id"]) && isCount(env["uses"]))) return false;
  if (time !== undefined && !isTimeMark(time)) return false;
  return isCount(nextId) && isCount(lastSeq) && isFields(counts) && STATES.every((state) => isCount(counts[state]));
}

function isTimeMark(value: unknown): boolean {
  if (!isFields(value) || !isText(value["bootId"])) return false;
  return [value["wallAt"], value["monotonicMs"], value["steadyAt"], value["evenSince"] ?? 0].every(Number.isFinite);
}

function isEnv({ plain, sealed }: Fields): boolean {
  if (!isFields(plain) || !Object.values(plain).every(isText)) return false;
  if (sealed === null) return true;
  if (!isFields(sealed) || !isText(sealed["keyId"]) || !Array.isArray(sealed["names"])) return false;
  const pieces = [sealed["iv"], sealed["tag"], sealed["data"]];
  return sealed["names"].every(isText) && pieces.every((piece) => piece instanceof Uint8Array);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
