/** One LMDB transaction per batch of events: entities, indexes and journal together. */
import { statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  AgentLimit,
  ClaudineError,
  isFinished,
  type AgentTexts,
  type Run,
  type Task,
  type TaskEvent,
  type TaskId,
  type TaskState,
} from "@claudine/protocol";
import type { ScheduleChanges } from "../core/schedule-changes.ts";
import type { Tables } from "./open.ts";
import { type Attached, isTexts } from "../environment/attached.ts";
import { createEnvUses } from "./env-uses.ts";
import { readFirstSeq } from "./journal.ts";
import type { GroupRecord, Head } from "./records.ts";
import { forgetRunEnd, noteRunEnd } from "./run-ends.ts";
import { accountsAfter, forgetReached, writeReached } from "./budgets.ts";
import { limitKey } from "./limits.ts";
import { writeSchedules } from "./schedules.ts";
import { textUses } from "./text-uses.ts";

export type Batch = {
  events: readonly TaskEvent[];
  /** Each changed task as it was before the batch and is after it. */
  changes: ReadonlyMap<TaskId, { before: Task | undefined; after: Task | undefined }>;
  schedules: ScheduleChanges;
  /** Environments and texts that tasks and schedules of this batch refer to; known ones are skipped. */
  attached: readonly Attached[];
  head: Omit<Head, "env">;
};

/** With less the disk counts as full; a commit writes a few pages. */
const ROOM_BYTES = 1024 * 1024;

/**
 * A small commit is written and flushed at once: handing it to LMDB's writer and being told of its end takes longer than
 * a quick disk needs. Where the disk is slow nothing else should wait for it, so for a while the writer does it.
 */
const SMALL_EVENTS = 64;
const SMALL_TEXT = 65_536;
const SLOW_MS = 5;
const SLOW_FOR_MS = 1000;

export type Committer = (batch: Batch) => Promise<void>;

export type CommitOptions = {
  journalKeep: number;
  historyKeep: number;
  /** The folder of the store. */
  path: string;
};

/** Resolves when the batch is on the disk (both ways end after lmdb's fdatasync).
 *  @throws ClaudineError storage; then nothing of the batch is stored */
export function createCommitter(tables: Tables, { journalKeep, historyKeep, path }: CommitOptions): Committer {
  const usesAfter = createEnvUses(tables);
  let firstSeq = readFirstSeq(tables);
  const file = join(path, "data.mdb");
  const own = statSync(file).ino;
  let slowUntil = 0;

  const inTransaction = async (small: boolean, write: () => void): Promise<void> => {
    const startedAt = performance.now();
    if (!small || startedAt < slowUntil) return void (await tables.root.batch(write));
    tables.root.transactionSync(write);
    const endedAt = performance.now();
    if (endedAt - startedAt > SLOW_MS) slowUntil = endedAt + SLOW_FOR_MS;
  };

  return async (batch) => {
    // LMDB would go on writing to a file without a name, and all of it would be gone with the daemon.
    if (statSync(file, { throwIfNoEntry: false })?.ino !== own) throw replaced(path);
    const texts = batch.attached.filter(isTexts);
    const envs = batch.attached.filter((one) => "plain" in one);
    const uses = usesAfter({ ...batch, envs });
    const usesOfTexts = textUses(tables, batch, texts);
    const accounts = accountsAfter(tables, batch.events);
    const writeChangedSchedules = writeSchedules(tables, batch.schedules, historyKeep);
    const trimTo = Math.min(batch.head.lastSeq - journalKeep, firstSeq + 2 * batch.events.length + 8);
    try {
      await inTransaction(isSmall(batch, texts), () => {
        uses.write();
        usesOfTexts?.write();
        for (const [id, change] of batch.changes) writeTask(tables, { id, ...change });
        writeChangedSchedules();
        accounts.write();
        writeKeys(tables, batch.changes);
        for (const event of batch.events) writeEvent(tables, event);
        for (let seq = firstSeq; seq < trimTo; seq += 1) void tables.journal.remove(seq);
        void tables.root.put("head", uses.latest === undefined ? batch.head : { ...batch.head, env: uses.latest });
      });
    } catch (cause) {
      throw new ClaudineError("storage", `Cannot write the state: ${await whyOf(cause, path)}`, {
        hint: "Free some space on the disk of the state folder; nothing was changed and running tasks go on",
        cause,
      });
    }
    firstSeq = Math.max(firstSeq, trimTo);
    uses.done();
  };
}

function isSmall({ events }: Batch, texts: readonly AgentTexts[]): boolean {
  return events.length <= SMALL_EVENTS && texts.reduce((sum, { prompt }) => sum + prompt.length, 0) <= SMALL_TEXT;
}

function replaced(path: string): ClaudineError {
  return new ClaudineError("storage", `Cannot write the state: the store ${path} was moved or removed`, {
    hint: "Put it back, or `claudine daemon restart` begins with what is there now; running tasks go on",
  });
}

/** LMDB gives the reason as a promise beside the error, which fails a moment later. */
async function whyOf(cause: unknown, path: string): Promise<string> {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const why =
    "commitError" in error ? await Promise.resolve(error.commitError).catch((reason: unknown) => reason) : error;
  // A write that finds room for a part only is an input/output error to LMDB.
  if (isFull(path)) return "No space left on device";
  return why instanceof Error ? why.message : String(why);
}

function isFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize < ROOM_BYTES;
  } catch {
    return false;
  }
}

type Change = { id: TaskId; before: Task | undefined; after: Task | undefined };

function writeTask(tables: Tables, { id, before, after }: Change): void {
  const [was, is] = [finishedState(before), finishedState(after)];
  if (was !== is) {
    if (was !== undefined) void tables.byState.remove([was, id]);
    if (is !== undefined) void tables.byState.put([is, id], true);
  }
  const table = is === undefined ? tables.live : tables.finished;
  const other = is === undefined ? tables.finished : tables.live;
  if (before !== undefined && (was === undefined) !== (is === undefined)) void other.remove(id);
  if (after !== undefined) return void table.put(id, after);
  void table.remove(id);
  if (before !== undefined) removeRest(tables, before);
}

/** One task may get the key that another gives up. */
function writeKeys({ keys }: Tables, changes: Batch["changes"]): void {
  const changed = [...changes].filter(([, { before, after }]) => before?.key !== after?.key);
  for (const [, { before }] of changed) if (before?.key !== undefined) void keys.remove(before.key);
  for (const [id, { after }] of changed) if (after?.key !== undefined) void keys.put(after.key, id);
}

function finishedState(task: Task | undefined): TaskState | undefined {
  return task !== undefined && isFinished(task.status.state) ? task.status.state : undefined;
}

/** What the event does not say stays; null is the configuration's again. */
function writeGroup(
  tables: Tables,
  { name, slots, paused, budget }: Extract<TaskEvent, { type: "group.changed" }>,
): void {
  const known: GroupRecord = tables.groups.get(name) ?? {};
  void tables.groups.put(name, {
    ...known,
    ...(slots === undefined ? {} : { slots: slots ?? undefined }),
    ...(paused === undefined ? {} : { paused }),
    ...(budget === undefined ? {} : { budget: budget ?? undefined }),
  });
}

function removeRest(tables: Tables, task: Task): void {
  if (task.agent !== undefined) forgetReached(tables, { kind: "task", id: task.id });
  for (let attempt = 1; attempt <= task.attempt; attempt += 1) {
    forgetRunEnd(tables, task.id, attempt);
    void tables.runs.remove([task.id, attempt]);
    void tables.courses.remove([task.id, attempt]);
  }
}

function writeEvent(tables: Tables, event: TaskEvent): void {
  void tables.journal.put(event.seq, event);
  if (event.type === "group.changed") writeGroup(tables, event);
  if (event.type === "group.removed") void tables.groups.remove(event.name);
  writeReached(tables, event);
  if (event.type === "agent.limited") void tables.meta.put(limitKey(event.agent), AgentLimit.parse(event));
  if (event.type === "agent.freed") void tables.meta.remove(limitKey(event.agent));
  if (event.type === "daemon.started") void tables.meta.put("boot", event.bootId);
  if (event.type !== "run.finished") return;
  const { attempt, startedAt, finishedAt, state, outcome, usage, queuedAt, agent, goesOn } = event;
  const waited = queuedAt === undefined ? {} : { queuedAt };
  const run: Run = {
    attempt,
    startedAt,
    finishedAt,
    state,
    outcome,
    usage,
    ...waited,
    ...(agent === undefined ? {} : { agent }),
    ...(goesOn === undefined ? {} : { goesOn }),
  };
  void tables.runs.put([event.id, attempt], run);
  noteRunEnd(tables, event.id, run);
}
