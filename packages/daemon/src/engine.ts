/** The one place where state changes: commands in, events durable, then effects, observers and answers. */
import { ClaudineError, type Task, type TaskEvent, type TaskId } from "@claudine/protocol";
import type { Clock, TimeMark } from "./time/clock.ts";
import type { SpentBy } from "./core/budgets.ts";
import { isReport, isReportOfRun, type Command, type Submit } from "./core/command.ts";
import { wakeAt } from "./core/plan.ts";
import { needsRoom } from "./core/room.ts";
import type { ScheduleChanges } from "./core/schedule-changes.ts";
import type { Entry } from "./core/submit.ts";
import { createTurn, type Change, type Decided, type Fact, type Turn } from "./core/turn.ts";
import type { HostPort } from "./core/capacity.ts";
import { createState, type Seed, type State } from "./core/state.ts";
import { brokenStore, createWriteTrouble, writeRefusal } from "./health/write-trouble.ts";
import { createTurnLoop } from "./turn-loop.ts";

export type { Fact } from "./core/turn.ts";

export type CommitBatch<Attached> = {
  events: readonly TaskEvent[];
  changes: ReadonlyMap<TaskId, Change>;
  schedules: ScheduleChanges;
  attached: readonly Attached[];
  head: { nextId: number; lastSeq: number; counts: State["counts"]; time: TimeMark };
};

export type EnginePorts<Attached> = {
  load(): Seed;
  lookup(id: TaskId): Task | undefined;
  /** A stored task by its key. */
  keyed(key: string): TaskId | undefined;
  /** There is something of that task in the store, and it cannot be read. */
  isUnreadable(id: TaskId): boolean;
  commit(batch: CommitBatch<Attached>): Promise<void>;
  /** Why nothing that takes more space should be written now. */
  room(): ClaudineError | undefined;
  clock: Clock;
  /** Called with what is durable, in order, before anybody is answered. */
  onDurable(facts: readonly Fact[]): void;
  onProblem(problem: ClaudineError | undefined): void;
  /** It cannot go on: the store is unusable, or it has a bug. */
  onFatal(error: unknown): void;
  retryMs: number;
  /** When a running task last wrote something, epoch ms. */
  outputAt(task: Task): number | undefined;
  /** What the run of an agent has spent so far. */
  spentBy: SpentBy;
  /** What the machine has and running tasks use. */
  machine: HostPort;
};

export type Engine<Attached> = {
  /** Resolves with the command's own facts once they are durable. @throws ClaudineError */
  dispatch(command: Command, attached?: readonly Attached[]): Promise<readonly Fact[]>;
  /** Likewise, with what became of each task of the call. @throws ClaudineError */
  submit(command: Submit, attached: readonly Attached[]): Promise<readonly Entry[]>;
  /** Runs `read` when everything in the state is durable. */
  read<T>(read: (state: State) => T): Promise<T>;
  /** Lets queued tasks start, or keeps them from it; nothing is admitted until the first call. */
  admit(on: boolean): void;
  /** Refuses commands of people from now on; resolves when nothing is in flight. */
  close(): Promise<void>;
  /** Why commands are refused now, if they are. */
  problem(): ClaudineError | undefined;
  /** For reports about processes: may be a step ahead of what is durable. */
  live(id: TaskId): Task | undefined;
  liveTasks(): Iterable<Task>;
  inFlight(): Iterable<TaskId>;
  unfinished(): number;
  counts(): State["counts"];
  /** The newest durable event. */
  lastSeq(): number;
};

type Job<Attached> = {
  command: Command;
  attached: readonly Attached[];
  resolve(done: Decided): void;
  reject(error: unknown): void;
};
type Settled<Attached> = { job: Job<Attached>; done: Decided };
type Failed<Attached> = { turn: Turn; settled: readonly Settled<Attached>[]; lack: ClaudineError | undefined };

export function createEngine<Attached>(ports: EnginePorts<Attached>): Engine<Attached> {
  let state = createState(ports.load());
  let inbox: Job<Attached>[] = [];
  let durableSeq = state.lastSeq;
  /** Something besides the inbox gives a reason for another turn. */
  let planAgain = false;
  let admitting = false;
  let closed = false;
  const trouble = createWriteTrouble(ports);
  /** What the store shows although its flush failed: acted on when a later one has succeeded. */
  let shown: readonly Fact[] = [];

  async function commit(turn: Turn, attached: readonly Attached[], isProof: boolean): Promise<void> {
    if (turn.facts.length === 0 && !isProof) return;
    const { nextId, lastSeq, counts } = state;
    const events = turn.facts.map(({ event }) => event);
    const head = { nextId, lastSeq, counts: { ...counts }, time: ports.clock.mark() };
    await ports.commit({ events, changes: turn.changes, schedules: turn.schedules, attached, head });
  }

  /**
   * Nothing of the turn is durable: goes back to what is stored and refuses people. What needs room is left out then, and
   * when the rest fails too, reports are kept until it goes.
   */
  function fail({ turn, settled, lack }: Failed<Attached>, error: unknown): void {
    const { lastSeq } = state;
    state = reload();
    const isShown = turn.facts.length > 0 && state.lastSeq === lastSeq;
    if (isShown) shown = [...shown, ...turn.facts];
    const refusal = writeRefusal(error, isShown);
    trouble.failed(refusal, lack !== undefined);
    planAgain = !trouble.stuck;
    for (const { job } of settled) {
      const isInnocent = !trouble.stuck && !isShown && !needsRoom(job.command);
      if (isReportOfRun(job.command) || isInnocent) inbox.push(job);
      else job.reject(refusal);
    }
  }

  function reload(): State {
    try {
      return createState(ports.load());
    } catch (cause) {
      throw brokenStore(cause);
    }
  }

  /** Decides what came in, plans what follows from it, and acts once all of that is durable. */
  async function turnOnce(): Promise<void> {
    planAgain = false;
    const lack = trouble.lack();
    const isProof = shown.length > 0 || (trouble.problem !== undefined && lack === undefined);
    const jobs = inbox;
    inbox = [];
    const turn = createTurn({
      state,
      lookup: ports.lookup,
      keyed: ports.keyed,
      isUnreadable: ports.isUnreadable,
      clock: ports.clock,
      outputAt: ports.outputAt,
      spentBy: ports.spentBy,
      machine: ports.machine,
    });
    const settled = decideAll(turn, jobs, lack);
    turn.plan(admitting && !closed && lack === undefined);
    try {
      await commit(
        turn,
        settled.flatMap(({ job }) => job.attached),
        isProof,
      );
    } catch (error) {
      return fail({ turn, settled, lack }, error);
    }
    trouble.written(lack);
    durableSeq = state.lastSeq;
    const facts = shown.length === 0 ? turn.facts : [...shown, ...turn.facts];
    shown = [];
    if (facts.length > 0) ports.onDurable(facts);
    for (const { job, done } of settled) job.resolve(done);
  }

  // What arrives before its turn goes into the same commit.
  const loop = createTurnLoop({
    turn: turnOnce,
    again: () => (inbox.length > 0 || planAgain) && !trouble.stuck,
    dueAt(now) {
      const isPlanned = admitting && trouble.problem === undefined;
      const at = trouble.stuck ? undefined : wakeAt(state, { now, wall: ports.clock.wall() }, isPlanned);
      return Math.min(at ?? Infinity, trouble.againAt ?? Infinity);
    },
    now: () => ports.clock.steady(),
    onFatal: ports.onFatal,
  });

  function ask(command: Command, attached: readonly Attached[]): Promise<Decided> {
    if (closed && !isReport(command)) return Promise.reject(stopping());
    if (trouble.stuck && !isReport(command)) return Promise.reject(trouble.problem ?? stopping());
    return new Promise((resolve, reject) => {
      inbox.push({ command, attached, resolve, reject });
      if (!trouble.stuck) loop.wake();
    });
  }

  return {
    dispatch: async (command, attached = []) => (await ask(command, attached)).facts,
    submit: async (command, attached) => (await ask(command, attached)).entries,
    read(read) {
      return new Promise((resolve, reject) => {
        loop.between(() => {
          try {
            resolve(read(state));
          } catch (error) {
            reject(error);
          }
        });
      });
    },
    admit(on) {
      admitting = on;
      planAgain = on;
      if (on) loop.pump();
    },
    close() {
      closed = true;
      return loop.close();
    },
    problem: () => trouble.problem,
    live: (id) => state.live.get(id),
    liveTasks: () => state.live.values(),
    inFlight: () => state.inFlight.values(),
    unfinished: () => state.live.size,
    counts: () => state.counts,
    lastSeq: () => durableSeq,
  };
}

function decideAll<Attached>(
  turn: Turn,
  jobs: readonly Job<Attached>[],
  lack: ClaudineError | undefined,
): Settled<Attached>[] {
  return jobs.flatMap((job) => {
    try {
      if (lack !== undefined && needsRoom(job.command)) throw lack;
      return [{ job, done: turn.decide(job.command) }];
    } catch (error) {
      job.reject(error);
      return [];
    }
  });
}

function stopping(): ClaudineError {
  return new ClaudineError("shutting_down", "Cannot take commands: the daemon is stopping", {
    hint: "Try again in a moment",
  });
}
