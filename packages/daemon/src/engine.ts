/** The one place where state changes: commands in, events durable, then effects, observers and answers. */
import { ClaudineError, type Task, type TaskEvent, type TaskId } from "@claudine/protocol";
import type { Clock } from "./clock.ts";
import { isReport, type Command } from "./core/command.ts";
import { wakeAt } from "./core/plan.ts";
import { createTurn, type Change, type Fact, type Turn } from "./core/turn.ts";
import type { HostPort } from "./core/capacity.ts";
import { createState, type Seed, type State } from "./core/state.ts";

export type { Fact } from "./core/turn.ts";

export type CommitBatch<Env> = {
  events: readonly TaskEvent[];
  changes: ReadonlyMap<TaskId, Change>;
  envs: readonly Env[];
  head: { nextId: number; lastSeq: number; counts: State["counts"] };
};

export type EnginePorts<Env> = {
  load(): Seed;
  lookup(id: TaskId): Task | undefined;
  commit(batch: CommitBatch<Env>): Promise<void>;
  clock: Clock;
  /** Called with what is durable, in order, before anybody is answered. */
  onDurable(facts: readonly Fact[]): void;
  onProblem(problem: ClaudineError | undefined): void;
  retryMs: number;
  /** When a running task last wrote something, epoch ms. */
  outputAt(task: Task): number | undefined;
  /** What the machine has and running tasks use. */
  machine: HostPort;
};

export type Engine<Env> = {
  /** Resolves with the command's own facts once they are durable. @throws ClaudineError */
  dispatch(command: Command, envs?: readonly Env[]): Promise<readonly Fact[]>;
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
  /** The newest durable event. */
  lastSeq(): number;
};

/** A timer knows nothing of a clock that was set, or of a machine that slept. */
const SLEEP_MS_MAX = 30_000;

type Job<Env> = {
  command: Command;
  envs: readonly Env[];
  resolve(facts: readonly Fact[]): void;
  reject(error: unknown): void;
};
type Decided<Env> = { job: Job<Env>; facts: readonly Fact[] };

export function createEngine<Env>(ports: EnginePorts<Env>): Engine<Env> {
  let state = createState(ports.load());
  let inbox: Job<Env>[] = [];
  let reads: (() => void)[] = [];
  let durableSeq = state.lastSeq;
  let busy = false;
  let waking = false;
  /** Something besides the inbox gives a reason for another turn. */
  let planAgain = false;
  let admitting = false;
  let closed = false;
  let problem: ClaudineError | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function commit(turn: Turn, envs: readonly Env[]): Promise<void> {
    if (turn.facts.length === 0) return;
    const { nextId, lastSeq, counts } = state;
    const events = turn.facts.map(({ event }) => event);
    await ports.commit({ events, changes: turn.changes, envs, head: { nextId, lastSeq, counts: { ...counts } } });
  }

  /** Nothing of the turn is stored: go back to what is, refuse people, keep the reports and try again. */
  function fail(decided: readonly Decided<Env>[], error: unknown): void {
    state = createState(ports.load());
    setProblem(
      error instanceof ClaudineError
        ? error
        : new ClaudineError("storage", `Cannot write the state: ${String(error)}`, { cause: error }),
    );
    for (const { job } of decided) {
      if (isReport(job.command)) inbox.push(job);
      else job.reject(problem);
    }
  }

  function setProblem(next: ClaudineError | undefined): void {
    if (next?.message === problem?.message) return;
    problem = next;
    ports.onProblem(next);
  }

  /** Decides what came in, plans what follows from it, and acts once all of that is durable. */
  async function turnOnce(): Promise<void> {
    const jobs = inbox;
    inbox = [];
    const turn = createTurn({
      state,
      lookup: ports.lookup,
      clock: ports.clock,
      outputAt: ports.outputAt,
      machine: ports.machine,
    });
    const decided: Decided<Env>[] = [];
    for (const job of jobs) {
      try {
        decided.push({ job, facts: turn.decide(job.command) });
      } catch (error) {
        job.reject(error);
      }
    }
    if (!closed) turn.plan(admitting);
    try {
      await commit(
        turn,
        decided.flatMap(({ job }) => job.envs),
      );
    } catch (error) {
      return fail(decided, error);
    }
    if (turn.facts.length > 0 || problem !== undefined) setProblem(undefined);
    durableSeq = state.lastSeq;
    if (turn.facts.length > 0) ports.onDurable(turn.facts);
    for (const { job, facts } of decided) job.resolve(facts);
  }

  /** Waits for what else arrives in this pass of the event loop, as one commit then makes all of it durable. */
  function wake(): void {
    if (busy || waking) return;
    waking = true;
    setImmediate(() => {
      waking = false;
      void pump();
    });
  }

  async function pump(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      do {
        planAgain = false;
        await turnOnce();
        const due = reads;
        reads = [];
        for (const read of due) read();
      } while ((inbox.length > 0 || planAgain) && problem === undefined);
    } finally {
      busy = false;
      schedule();
    }
  }

  function schedule(): void {
    clearTimeout(timer);
    const now = ports.clock.steady();
    const at = problem === undefined ? wakeAt(state, { now, wall: ports.clock.wall() }) : now + ports.retryMs;
    if (at === undefined || closed) return;
    timer = setTimeout(() => void pump(), Math.min(Math.max(0, at - now), SLEEP_MS_MAX));
  }

  return {
    dispatch(command, envs = []) {
      if (closed && !isReport(command)) return Promise.reject(stopping());
      if (problem !== undefined && !isReport(command)) return Promise.reject(problem);
      return new Promise((resolve, reject) => {
        inbox.push({ command, envs, resolve, reject });
        if (problem === undefined) wake();
      });
    },
    read(read) {
      return new Promise((resolve, reject) => {
        const now = () => {
          try {
            resolve(read(state));
          } catch (error) {
            reject(error);
          }
        };
        if (busy || waking) reads.push(now);
        else now();
      });
    },
    admit(on) {
      admitting = on;
      planAgain = on;
      if (on) void pump();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      while (busy || waking) await new Promise<void>((resolve) => reads.push(resolve));
    },
    problem: () => problem,
    live: (id) => state.live.get(id),
    liveTasks: () => state.live.values(),
    inFlight: () => state.inFlight.values(),
    unfinished: () => state.live.size,
    lastSeq: () => durableSeq,
  };
}

function stopping(): ClaudineError {
  return new ClaudineError("shutting_down", "Cannot take commands: the daemon is stopping", {
    hint: "Try again in a moment",
  });
}
