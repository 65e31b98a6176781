import { ClaudineError, type Task, type TaskId, noCounts } from "@claudine/protocol";
import { NO_USAGE } from "@claudine/protocol/info";
import { expect, test } from "vitest";
import { createClock } from "./time/clock.ts";
import { PLAIN_CALENDAR, SETTINGS, spec } from "./core/fixtures.ts";
import type { Seed } from "./core/state.ts";
import { createEngine, type CommitBatch, type Fact } from "./engine.ts";

const counts = noCounts();

/** A store in memory whose commits finish when the test says so. */
function bench() {
  const tasks = new Map<TaskId, Task>();
  const durable: Fact[] = [];
  const problems: (string | undefined)[] = [];
  const fatal: unknown[] = [];
  const pending: { batch: CommitBatch<never>; finish(error?: Error, isShown?: boolean): void }[] = [];
  let head: Pick<Seed, "nextId" | "lastSeq" | "counts"> = { nextId: 1, lastSeq: 0, counts };
  const keep = (batch: CommitBatch<never>) => {
    for (const [id, { after }] of batch.changes)
      if (after === undefined) tasks.delete(id);
      else tasks.set(id, after);
    head = batch.head;
  };
  let noRoom: ClaudineError | undefined;
  let isPrompt = false;
  const engine = createEngine<never>({
    load: () => ({
      ...head,
      settings: SETTINGS,
      groups: [],
      schedules: [],
      unreadSchedules: [],
      calendar: PLAIN_CALENDAR,
      history: [],
      tasks: [...tasks.values()].filter((task) => !("finishedAt" in task.status)),
    }),
    lookup: (id) => tasks.get(id),
    keyed: () => undefined,
    isUnreadable: () => false,
    commit: (batch) => {
      return new Promise((resolve, reject) => {
        pending.push({
          batch,
          finish(error, isShown = false) {
            if (error === undefined || isShown) keep(batch);
            if (error === undefined) resolve();
            else reject(error);
          },
        });
        if (isPrompt) pending.at(-1)?.finish();
      });
    },
    clock: createClock({ wall: Date.now, monotonic: () => performance.now(), bootId: "b" }, undefined),
    room: () => noRoom,
    onDurable: (facts) => durable.push(...facts),
    onFatal: (error) => fatal.push(error),
    onProblem: (problem) => problems.push(problem?.message),
    // What is tried again at once must be tried within it.
    retryMs: 100,
    outputAt: () => undefined,
    spentBy: () => undefined,
    machine: { host: () => undefined, used: () => undefined },
  });
  const finish = async (index: number, error?: Error, isShown?: boolean) => {
    await expect.poll(() => pending.length).toBeGreaterThan(index);
    pending[index]?.finish(error, isShown);
  };
  /** All that are waiting and those to come. */
  const finishRest = (from: number) => {
    isPrompt = true;
    for (const one of pending.slice(from)) one.finish();
  };
  const setRoom = (problem: ClaudineError | undefined) => {
    noRoom = problem;
  };
  const typesOf = (index: number) => pending[index]?.batch.events.map(({ type }) => type);
  return { engine, durable, fatal, pending, problems, tasks, finish, finishRest, setRoom, typesOf };
}

const ENDED = {
  type: "report-ended",
  attempt: 1,
  outcome: { kind: "exited", exitCode: 0 },
  startedAt: 1,
  finishedAt: 2,
  usage: NO_USAGE,
} as const;
const submit = { type: "submit", tasks: [{ spec: spec(), held: false }] } as const;

test("neither acts nor answers nor shows before the commit is done", async () => {
  const { engine, durable, pending } = bench();
  let answered = false;
  let seen: number | undefined;
  const answer = engine.dispatch(submit).then(() => {
    answered = true;
  });
  const read = engine.read((state) => {
    seen = state.live.size;
  });
  await expect.poll(() => pending.length).toBe(1);
  expect([answered, seen, durable.length, engine.lastSeq()]).toEqual([false, undefined, 0, 0]);
  pending[0]?.finish();
  await Promise.all([answer, read]);
  expect([answered, seen, durable.length, engine.lastSeq()]).toEqual([true, 1, 1, 1]);
});

test("what arrives at once shares a commit, and what arrives while it is in flight forms the next one", async () => {
  const { engine, pending, finish } = bench();
  const first = [engine.dispatch(submit), engine.dispatch(submit)];
  await expect.poll(() => pending.length).toBe(1);
  const later = [engine.dispatch(submit), engine.dispatch(submit), engine.dispatch(submit)];
  pending[0]?.finish();
  await Promise.all(first);
  await finish(1);
  await Promise.all(later);
  expect(pending.map(({ batch }) => batch.events.length)).toEqual([2, 3]);
});

test("a read sees what was asked before it", async () => {
  const { engine, finish } = bench();
  const answer = engine.dispatch(submit);
  const seen = engine.read((state) => state.live.size);
  await finish(0);
  expect(await seen).toBe(1);
  await answer;
});

test("an end and the start that it makes room for share one commit", async () => {
  const { engine, pending, finish } = bench();
  engine.admit(true);
  const first = engine.dispatch({ type: "submit", tasks: [1, 2, 3].map(() => ({ spec: spec(), held: false })) });
  await finish(0);
  await first;
  const end = engine.dispatch({ ...ENDED, id: 1 });
  await expect.poll(() => pending.length).toBe(2);
  expect(pending[1]?.batch.events.map(({ type }) => type)).toEqual(["run.finished", "run.admitted"]);
  pending[1]?.finish();
  await end;
});

const started = {
  type: "report-started",
  id: 1,
  attempt: 1,
  process: { pid: 1, startTicks: "1", bootId: "b" },
  startedAt: 1,
} as const;
const kill = {
  type: "stop",
  targets: { named: [1], matched: [] },
  cause: "kill",
  signal: "SIGTERM",
  graceMs: 3_600_000,
  note: null,
} as const;
const diskFull = new ClaudineError("storage", "Cannot write the state: disk full");

test("a failed commit refuses people, keeps reports, and goes on by itself", async () => {
  const { engine, problems, tasks, finish, finishRest } = bench();
  engine.admit(true);
  const first = engine.dispatch(submit);
  await finish(0);
  await first;

  const refused = engine.dispatch(submit);
  const report = engine.dispatch(started);
  await finish(1, diskFull);
  await expect(refused).rejects.toThrow("disk full");
  await finish(2, new Error("still full"));
  await expect.poll(() => problems.length).toBe(2);
  await expect(engine.dispatch(kill)).rejects.toMatchObject({ code: "storage" });
  expect(await engine.read((state) => state.live.size)).toBe(1);

  await finish(3);
  await report;
  expect(tasks.get(1)?.status).toMatchObject({ run: { started: { pid: 1 } } });
  finishRest(4);
  await expect.poll(() => engine.problem()).toBeUndefined();
  expect(problems).toEqual([
    "Cannot write the state: disk full",
    "Cannot write the state: Error: still full",
    undefined,
  ]);
  expect((await engine.dispatch(submit)).map(({ event }) => event.type)).toEqual(["task.submitted"]);
});

test("when a commit fails, what needs no room is tried again without what does", async () => {
  const { engine, finish, typesOf } = bench();
  engine.admit(true);
  const first = engine.dispatch(submit);
  await finish(0);
  await first;
  const [refused, ended] = [engine.dispatch(submit), engine.dispatch(kill)];
  await finish(1, diskFull);
  await expect(refused).rejects.toThrow("disk full");
  await finish(2);
  expect((await ended).map(({ event }) => event.type)).toEqual(["run.stopping"]);
  expect([typesOf(1), typesOf(2)]).toEqual([["task.submitted", "run.stopping", "run.admitted"], ["run.stopping"]]);
});

test("without room nothing new is taken or started, but what runs can be ended; then it goes on by itself", async () => {
  const { engine, durable, problems, finish, setRoom, typesOf } = bench();
  engine.admit(true);
  const first = engine.dispatch({ type: "submit", tasks: [1, 2, 3].map(() => ({ spec: spec(), held: false })) });
  await finish(0);
  await first;
  setRoom(diskFull);
  await expect(engine.dispatch(submit)).rejects.toThrow("disk full");
  const ended = engine.dispatch(kill);
  await finish(1);
  await ended;
  const end = engine.dispatch({ ...ENDED, id: 1 });
  await finish(2);
  await end;
  expect([typesOf(1), typesOf(2)]).toEqual([["run.stopping"], ["run.finished"]]);
  setRoom(undefined);
  await finish(3);
  await expect.poll(() => durable.at(-1)?.event).toMatchObject({ type: "run.admitted", id: 3 });
  expect(problems).toEqual(["Cannot write the state: disk full", undefined]);
});

test("what the store shows of a commit whose flush failed is acted on once a flush has succeeded", async () => {
  const { engine, durable, finish, finishRest, typesOf } = bench();
  engine.admit(true);
  const refused = engine.dispatch(submit);
  await finish(0, new Error("EIO"), true);
  await expect(refused).rejects.toThrow("(it was written, but not flushed)");
  const seen = engine.read((state) => state.live.get(1)?.status.state);
  await finish(1, new Error("EIO"));
  expect(await seen).toBe("running");
  expect([durable.length, engine.lastSeq()]).toEqual([0, 0]);
  await finish(2);
  await expect.poll(() => durable.map(({ event }) => event.type)).toEqual(["task.submitted", "run.admitted"]);
  expect([typesOf(2), engine.lastSeq()]).toEqual([[], 2]);
  finishRest(3);
  await expect.poll(() => engine.problem()).toBeUndefined();
  await engine.dispatch(submit);
  expect(durable.map(({ event }) => event.seq)).toEqual([1, 2, 3, 4]);
});

test("a store that cannot be read any more is the end", async () => {
  const { engine, fatal, finish, tasks } = bench();
  const values = () => {
    throw new Error("MDB_PANIC");
  };
  void engine.dispatch(submit);
  Object.assign(tasks, { values });
  await finish(0, diskFull);
  await expect.poll(() => fatal).toEqual([expect.objectContaining({ code: "storage" })]);
});

test("takes no commands of people once closed, but what was taken becomes durable", async () => {
  const { engine, durable, finish } = bench();
  const answer = engine.dispatch(submit);
  const closed = engine.close();
  await expect(engine.dispatch(submit)).rejects.toMatchObject({ code: "shutting_down" });
  await finish(0);
  await Promise.all([answer, closed]);
  expect(durable.length).toBe(1);
});

test("tasks may start from then on, also when that is said while a commit is in flight", async () => {
  const { engine, pending, finish } = bench();
  const answer = engine.dispatch(submit);
  await expect.poll(() => pending.length).toBe(1);
  engine.admit(true);
  await finish(0);
  await answer;
  await finish(1);
  await expect.poll(() => pending[1]?.batch.events.map(({ type }) => type)).toEqual(["run.admitted"]);
});

test("an end that is told while it closes has its consequences: nobody would draw them later", async () => {
  const { engine, durable, finish } = bench();
  engine.admit(true);
  const tasks = [
    { spec: spec(), held: false },
    { spec: spec(), held: true },
  ] as const;
  void engine.dispatch({ type: "submit", tasks, maxFails: 0 });
  await finish(0);
  await expect.poll(() => durable.at(-1)?.event.type).toBe("run.admitted");
  void engine.dispatch({ ...ENDED, id: 1, outcome: { kind: "exited", exitCode: 1 } });
  const closed = engine.close();
  await finish(1);
  await closed;
  expect(durable.slice(-2).map(({ event }) => event.type)).toEqual(["run.finished", "task.cancelled"]);
});

const BEGUN = { type: "report-daemon", started: true, pid: 1, version: "", bootId: "b" } as const;

test("a daemon that can write nothing at all while it comes up is told so, and does not wait for room", async () => {
  const { engine, finish } = bench();
  const noted = engine.dispatch(BEGUN);
  void engine.dispatch({ ...ENDED, id: 1 });
  await finish(0, diskFull);
  await finish(1, diskFull);
  await expect(noted).rejects.toMatchObject({ code: "storage" });
});

test("one that only lacks room for more comes up: what ended is noted, and what runs can be ended", async () => {
  const { engine, finish, durable, setRoom } = bench();
  setRoom(diskFull);
  const noted = engine.dispatch(BEGUN);
  await finish(0);
  await noted;
  expect(durable.map(({ event }) => event.type)).toEqual(["daemon.started"]);
  await expect(engine.dispatch(submit)).rejects.toMatchObject({ code: "storage" });
});
