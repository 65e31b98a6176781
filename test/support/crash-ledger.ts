/** What the journal says must be so, compared with what was acknowledged, what ran, and what the daemon shows. */
import { deepStrictEqual, fail, ok } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "@claudine/client";
import type { TaskEvent } from "@claudine/protocol/event";
import { reduceTask } from "@claudine/protocol/reduce";
import type { Outcome, Task } from "@claudine/protocol/task";
import { checkAdmission, checkRules } from "./crash-rules.ts";
import { expectedOutcome } from "./crash-tasks.ts";

type Finish = Extract<TaskEvent, { type: "run.finished" }>;
type RunFacts = { id: number; attempt: number; started: boolean; stopped: boolean; finish: Finish | undefined };

const PAGE = 10_000;
/** Of finished tasks in a snapshot. */
const SNAPSHOT = 10_000;

export class Ledger {
  /** By uid: what a submit was answered with. */
  readonly submitted = new Map<string, number>();
  /** What was acknowledged besides: so many events of a type about a task there must be at least. */
  readonly #acknowledged = new Map<string, number>();
  readonly tasks = new Map<number, Task>();
  readonly #uids = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  readonly #runs = new Map<string, RunFacts>();
  readonly #labels = new Map<number, string | null>();
  /** Of schedules that are due at intervals: how long these are, and the last due time that the journal accounts for. */
  readonly #dues = new Map<string, { everyMs: number; last: number }>();
  /** Tasks that a schedule became, until they are submitted. */
  readonly #fired = new Set<number>();
  #lastSeq = 0;
  readonly #mayEnd: (outcome: Outcome) => boolean;
  readonly #work: string;

  /** `mayEnd`: how runs may end besides, as when the shim is killed. */
  constructor(work: string, mayEnd: (outcome: Outcome) => boolean = () => false) {
    this.#work = work;
    this.#mayEnd = mayEnd;
  }

  /** This has happened to the task, once at least. */
  acknowledge(type: TaskEvent["type"], id: number): void {
    this.#acknowledged.set(`${type} ${id}`, 1);
  }

  /** This has happened once for each time that it was acknowledged. */
  acknowledgeEach(type: TaskEvent["type"], id: number): void {
    const key = `${type} ${id}`;
    this.#acknowledged.set(key, (this.#acknowledged.get(key) ?? 0) + 1);
  }

  get runs(): Iterable<RunFacts> {
    return this.#runs.values();
  }

  /** Compares everything; throws at the first contradiction. */
  async check(client: Client): Promise<void> {
    const ranBefore = await this.ran();
    const snapshot = await snapshotOf(client);
    await this.#readJournal(client, snapshot.seq);
    this.#checkAcknowledged();
    this.#checkTasks(snapshot.tasks);
    checkRules(this.tasks);
    for (const key of ranBefore) ok(this.#runs.has(key), `run ${key} ran, and the journal has not admitted it`);
    const ranAfter = await this.ran();
    for (const run of this.#runs.values()) this.#checkRun(run, ranAfter);
  }

  /** Keys of the runs that began. */
  async ran(): Promise<ReadonlySet<string>> {
    const text = await readFile(join(this.#work, "ran"), "utf8").catch(() => "");
    const lines = text.split("\n").slice(0, -1);
    const seen = new Set<string>();
    for (const line of lines) {
      ok(/^\d+\.\d+$/.test(line), `a torn line in ran: ${line}`);
      ok(!seen.has(line), `run ${line} ran twice`);
      seen.add(line);
    }
    return seen;
  }

  async #readJournal(client: Client, until: number): Promise<void> {
    while (this.#lastSeq < until) {
      const { events } = await client.call("event.list", { since: this.#lastSeq, limit: PAGE });
      ok(events.length > 0, `the journal ends with ${this.#lastSeq}, not with ${until}`);
      for (const event of events) if (event.seq <= until) this.#apply(event);
    }
  }

  #apply(event: TaskEvent): void {
    deepStrictEqual(event.seq, this.#lastSeq + 1, `the journal has a gap before ${event.seq}`);
    this.#lastSeq = event.seq;
    this.#applySchedule(event);
    if (!("id" in event)) return;
    // What nobody asked for was not acknowledged.
    const isAutomatic = event.type === "task.retried" && event.automatic === true;
    const key = `${isAutomatic ? "automatic " : ""}${event.type} ${event.id}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    if (event.type === "task.submitted") {
      ok(!this.#uids.has(event.spec.uid), `task ${event.id} is there twice`);
      this.#uids.set(event.spec.uid, event.id);
      this.#labels.set(event.id, event.spec.label);
      deepStrictEqual(this.#fired.delete(event.id), event.spec.schedule !== undefined, `task ${event.id} was due`);
    }
    if (event.type === "run.admitted") checkAdmission(event, this.tasks);
    const task = reduceTask(this.tasks.get(event.id), event);
    if (task === undefined) this.tasks.delete(event.id);
    else this.tasks.set(event.id, task);
    if ("attempt" in event) this.#applyRun(event);
  }

  /** Each due time is accounted for once, and none is left out. */
  #applySchedule(event: TaskEvent): void {
    if (event.type === "schedule.added" && event.spec.when.kind === "every") {
      const { everyMs, from } = event.spec.when;
      this.#dues.set(event.name, { everyMs, last: from + Math.floor((event.at - from) / everyMs) * everyMs });
    }
    if (event.type === "schedule.fired") this.#fired.add(event.task);
    if ((event.type !== "schedule.fired" || event.cause === "run") && event.type !== "schedule.skipped") return;
    const known = this.#dues.get(event.name);
    if (known === undefined) return;
    deepStrictEqual(event.due, known.last + known.everyMs, `the due time of ${event.name} after ${known.last}`);
    known.last = event.type === "schedule.skipped" ? event.to : event.due;
  }

  #applyRun(event: Extract<TaskEvent, { attempt: number }>): void {
    const { id, attempt } = event;
    const key = `${id}.${attempt}`;
    if (event.type === "run.admitted") {
      ok(!this.#runs.has(key), `run ${key} was admitted twice`);
      ok(attempt === 1 || this.#runs.get(`${id}.${attempt - 1}`)?.finish, `run ${key} began before the one before`);
      this.#runs.set(key, { id, attempt, started: false, stopped: false, finish: undefined });
      return;
    }
    const run = this.#runs.get(key) ?? fail(`${event.type} of run ${key}, which was not admitted`);
    ok(run.finish === undefined, `${event.type} of run ${key} after its end`);
    if (event.type === "run.started") {
      ok(!run.started, `run ${key} was started twice`);
      run.started = true;
    }
    if (event.type === "run.stopping") run.stopped = true;
    if (event.type === "run.finished") run.finish = event;
  }

  #checkAcknowledged(): void {
    for (const [uid, id] of this.submitted) deepStrictEqual(this.#uids.get(uid), id, `task ${id} was acknowledged`);
    for (const [key, times] of this.#acknowledged) {
      const count = this.#counts.get(key) ?? 0;
      ok(count >= times, `${key} was acknowledged ${times} times, the journal has it ${count} times`);
    }
  }

  #checkTasks(shown: readonly Task[]): void {
    const finished = [...this.tasks.values()].filter(({ status }) => "finishedAt" in status);
    const expected = finished.length > SNAPSHOT ? undefined : this.tasks.size;
    if (expected !== undefined) deepStrictEqual(shown.length, expected, "as many tasks as the journal has");
    for (const task of shown) deepStrictEqual(task, this.tasks.get(task.id), `task ${task.id} is as the journal says`);
  }

  #checkRun(run: RunFacts, ran: ReadonlySet<string>): void {
    const { id, attempt, stopped, finish } = run;
    if (finish === undefined) return;
    const key = `${id}.${attempt}`;
    const { outcome, state } = finish;
    ok(finish.startedAt === null || finish.finishedAt >= finish.startedAt, `run ${key} ended before it began`);
    if (this.#mayEnd(outcome)) return;
    if (stopped) return ok(["cancelled", "timed-out"].includes(state), `run ${key} was told to end, and is ${state}`);
    deepStrictEqual(outcome, expectedOutcome(this.#labels.get(id) ?? null, id, attempt), `how run ${key} ended`);
    ok(ran.has(key), `run ${key} has an exit code and did not run`);
  }
}

async function snapshotOf(client: Client): Promise<{ seq: number; tasks: readonly Task[] }> {
  for await (const { snapshot } of client.events({ snapshot: true, snapshotLimit: SNAPSHOT })) {
    if (snapshot !== undefined) return snapshot;
  }
  return fail("no snapshot came");
}
