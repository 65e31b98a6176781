import { ClaudineError, type Task, type TaskId, noCounts } from "@claudine/protocol";
import { expect, test } from "vitest";
import { SETTINGS, spec } from "./core/fixtures.ts";
import type { Seed } from "./core/state.ts";
import { createEngine, type CommitBatch, type Fact } from "./engine.ts";

const counts = noCounts();

/** A store in memory whose commits finish when the test says so. */
function bench() {
  const tasks = new Map<TaskId, Task>();
  const durable: Fact[] = [];
  const problems: (string | undefined)[] = [];
  const pending: { batch: CommitBatch<never>; finish(error?: Error): void }[] = [];
  let head: Pick<Seed, "nextId" | "lastSeq" | "counts"> = { nextId: 1, lastSeq: 0, counts };
  const keep = (batch: CommitBatch<never>) => {
    for (const [id, { after }] of batch.changes)
      if (after === undefined) tasks.delete(id);
      else tasks.set(id, after);
    head = batch.head;
  };
  const engine = createEngine<never>({
    load: () => ({
      ...head,
      settings: SETTINGS,
      groups: [],
      history: [],
      tasks: [...tasks.values()].filter((task) => !("finishedAt" in task.status)),
    }),
    lookup: (id) => tasks.get(id),
    commit: (batch) => {
      return new Promise((resolve, reject) =>
        pending.push({ batch, finish: (error) => (error === undefined ? (keep(batch), resolve()) : reject(error)) }),
      );
    },
    clock: { wall: Date.now, steady: Date.now },
    onDurable: (facts) => durable.push(...facts),
    onProblem: (problem) => problems.push(problem?.message),
    retryMs: 5,
    outputAt: () => undefined,
    machine: { host: () => undefined, used: () => undefined },
  });
  const finish = async (index: number, error?: Error) => {
    await expect.poll(() => pending.length).toBeGreaterThan(index);
    pending[index]?.finish(error);
  };
  return { engine, durable, pending, problems, tasks, finish };
}

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
  const end = engine.dispatch({
    type: "report-ended",
    id: 1,
    attempt: 1,
    outcome: { kind: "exited", exitCode: 0 },
    startedAt: 1,
    finishedAt: 2,
    usage: {
      cpuMs: 0,
      userMs: 0,
      systemMs: 0,
      peakRssBytes: 0,
      avgRssBytes: 0,
      readBytes: 0,
      writeBytes: 0,
      wallMs: 0,
    },
  });
  await expect.poll(() => pending.length).toBe(2);
  expect(pending[1]?.batch.events.map(({ type }) => type)).toEqual(["run.finished", "run.admitted"]);
  pending[1]?.finish();
  await end;
});

test("a failed commit refuses people, keeps reports, and goes on by itself", async () => {
  const { engine, problems, tasks, finish } = bench();
  engine.admit(true);
  const first = engine.dispatch(submit);
  await finish(0);
  await first;

  const refused = engine.dispatch(submit);
  await finish(1, new ClaudineError("storage", "Cannot write the state: disk full"));
  await expect(refused).rejects.toThrow("disk full");
  await expect(engine.dispatch(submit)).rejects.toMatchObject({ code: "storage" });
  const report = engine.dispatch({
    type: "report-started",
    id: 1,
    attempt: 1,
    process: { pid: 1, startTicks: "1", bootId: "b" },
    startedAt: 1,
  });
  expect(await engine.read((state) => state.live.size)).toBe(1);

  await finish(2, new Error("still full"));
  await finish(3);
  await report;
  expect(tasks.get(1)?.status).toMatchObject({ run: { started: { pid: 1 } } });
  expect(problems).toEqual([
    "Cannot write the state: disk full",
    "Cannot write the state: Error: still full",
    undefined,
  ]);
  const again = engine.dispatch(submit);
  await finish(4);
  expect((await again).map(({ event }) => event.type)).toEqual(["task.submitted"]);
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
