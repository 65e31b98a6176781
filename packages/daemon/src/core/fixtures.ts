/** Small makers of specs and a world in memory for the tests of the core. */
import { NO_USAGE } from "@claudine/protocol/info";
import { noCounts } from "@claudine/protocol/states";
import type { EventBody, Outcome, Task, TaskEvent, TaskId, TaskSpec } from "@claudine/protocol";
import type { SoFar } from "./budgets.ts";
import type { Calendar } from "./calendar.ts";
import type { Command } from "./command.ts";
import type { PlanFacts } from "./plan.ts";
import { createCapacity, type HostFacts, type HostPort, type Used } from "./capacity.ts";
import { explain, type ExplainFacts } from "./explain.ts";
import { createTurn, type Turn } from "./turn.ts";
import type { Settings } from "./settings.ts";
import { createState, type State } from "./state.ts";

export function spec(change: Partial<TaskSpec> = {}): TaskSpec {
  return {
    uid: "uid",
    command: "true",
    argv: ["true"],
    cwd: "/",
    umask: 0o22,
    envId: "env",
    label: null,
    group: "default",
    priority: 0,
    stdin: false,
    arrayIndex: null,
    lostRetries: 0,
    ...change,
  };
}

export const SETTINGS: Settings = {
  defaultSlots: 2,
  totalSlots: undefined,
  agingMs: 600_000,
  graceMs: 5000,
  maxTimeoutMs: undefined,
  autoscale: true,
  slotsFollow: false,
  reserve: { memoryBytes: 0, cpus: 0 },
  pressure: { action: "off", memoryBytes: 0, stallPercent: 50 },
  resources: {},
  budgets: { task: undefined, day: undefined, atLimit: "finish" },
  dependenciesPerTask: 100,
  dependencyDepth: 100,
};

const DAY_MS = 86_400_000;

/** Without time zones, and without cron expressions. */
export const PLAIN_CALENDAR: Calendar = {
  clockText: (at) => `+${at}`,
  day(at) {
    const number = Math.floor(at / DAY_MS);
    return { name: String(number).padStart(6, "0"), from: number * DAY_MS, endsAt: (number + 1) * DAY_MS };
  },
  next(when, _zone, after) {
    switch (when.kind) {
      case "at":
        return when.at > after ? when.at : null;
      case "every":
        return when.from + Math.max(1, Math.floor((after - when.from) / when.everyMs) + 1) * when.everyMs;
      case "cron":
        return null;
    }
  },
};

/** The core with a clock and a table of finished tasks, but without disk and processes. */
export class World {
  state: State;
  now = 1000;
  /** Of the wall clock, against the steady one. */
  aheadMs = 0;
  evenSince = 0;
  readonly events: TaskEvent[] = [];
  readonly finished = new Map<TaskId, Task>();

  /** What the machine has; undefined is not known. */
  host: HostFacts | undefined;
  readonly used = new Map<TaskId, Used>();
  readonly machine: HostPort = { host: () => this.host, used: (id) => this.used.get(id) };
  /** Tasks whose records are damaged. */
  readonly unreadable = new Set<TaskId>();
  /** When running tasks last wrote something. */
  readonly written = new Map<TaskId, number>();
  /** What running agents have spent so far. */
  readonly spending = new Map<TaskId, SoFar>();

  constructor(slots = 2, change: Partial<Settings> = {}) {
    this.state = createState({
      nextId: 1,
      lastSeq: 0,
      settings: { ...SETTINGS, defaultSlots: slots, ...change },
      groups: [],
      tasks: [],
      schedules: [],
      unreadSchedules: [],
      calendar: PLAIN_CALENDAR,
      history: [],
      counts: noCounts(),
    });
  }

  get wall(): number {
    return this.now + this.aheadMs;
  }

  /** Somebody sets the wall clock, or the machine was suspended. */
  setWall(byMs: number): void {
    this.aheadMs += byMs;
    this.evenSince = this.now;
  }

  task(id: TaskId): Task | undefined {
    return this.state.live.get(id) ?? this.finished.get(id);
  }

  /** One round as the engine makes it, and what the store would keep of it. */
  turn(action: (turn: Turn) => void): readonly TaskEvent[] {
    const { state } = this;
    const keyed = (key: string) => [...this.finished.values()].find((task) => task.key === key)?.id;
    const outputAt = ({ id }: Task) => this.written.get(id);
    const clock = { wall: () => this.wall, steady: () => this.now, evenSince: () => this.evenSince };
    const turn = createTurn({
      state,
      lookup: (id) => this.finished.get(id),
      keyed,
      isUnreadable: (id) => this.unreadable.has(id),
      clock,
      outputAt,
      spentBy: (id) => this.spending.get(id),
      machine: this.machine,
    });
    action(turn);
    for (const [id, { after }] of turn.changes) {
      if (after !== undefined && "finishedAt" in after.status) this.finished.set(id, after);
      else this.finished.delete(id);
    }
    const events = turn.facts.map(({ event }) => event);
    for (const event of events) this.events.push(event);
    return events;
  }

  /** What is known at this moment, for the functions that only look. */
  facts(): PlanFacts & ExplainFacts {
    const { state, now, wall, evenSince, machine } = this;
    return {
      state,
      now,
      machine,
      capacity: createCapacity(state, machine),
      wall,
      evenSince,
      lookup: (id) => this.task(id),
      isUnreadable: (id) => this.unreadable.has(id),
      spentBy: (id) => this.spending.get(id),
      outputAt: ({ id }) => this.written.get(id),
    };
  }

  /** Decides and applies; gives the types of the events. */
  do(command: Command): EventBody["type"][] {
    return this.turn((turn) => turn.decide(command)).map(({ type }) => type);
  }

  /** Plans until nothing more is due; gives the ids admitted. */
  plan(): TaskId[] {
    return this.turn((turn) => turn.plan(true)).flatMap((event) => (event.type === "run.admitted" ? [event.id] : []));
  }

  submit(...specs: TaskSpec[]): void {
    this.do({ type: "submit", tasks: specs.map((one) => ({ spec: one, held: false })) });
  }

  /** The command of a task executes. */
  started(id: TaskId): EventBody["type"][] {
    const process = { pid: 100 + id, startTicks: "1", bootId: "boot" };
    return this.do({
      type: "report-started",
      id,
      attempt: this.task(id)?.attempt ?? 0,
      process,
      startedAt: this.wall,
    });
  }

  /** What is due at a later time; gives the types of the events. */
  at(now: number): EventBody["type"][] {
    this.now = now;
    return this.turn((turn) => turn.plan(true)).map(({ type }) => type);
  }

  /** Why a task waits. */
  why(id: TaskId): string | null {
    const task = this.task(id);
    return task === undefined ? null : explain(this.facts(), task);
  }

  /** The run of a task ends by itself. */
  end(id: TaskId, how: number | Outcome = 0): EventBody["type"][] {
    return this.do({
      type: "report-ended",
      id,
      attempt: this.task(id)?.attempt ?? 0,
      outcome: typeof how === "number" ? { kind: "exited", exitCode: how } : how,
      startedAt: this.wall,
      finishedAt: this.wall,
      usage: NO_USAGE,
    });
  }
}

export function one(id: TaskId): { named: TaskId[]; matched: TaskId[] } {
  return { named: [id], matched: [] };
}
