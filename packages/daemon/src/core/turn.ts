/** One round of the engine: commands become events, events change the state, and what that makes due is added. */
import type { EventBody, Task, TaskEvent, TaskId } from "@claudine/protocol";
import type { Command } from "./command.ts";
import type { SpentBy } from "./budgets.ts";
import { decide, type Facts } from "./decide.ts";
import { evolve } from "./evolve.ts";
import { fireNext } from "./fire.ts";
import { createCapacity, type HostPort } from "./capacity.ts";
import { beginPlan, planNext } from "./plan.ts";
import { createScheduleNotes, type ScheduleChanges } from "./schedule-changes.ts";
import type { State } from "./state.ts";
import type { Entry } from "./submit.ts";

/** Others get their turn after so many firings, and after so long: what a night has missed is counted. */
const FIRED_AT_MOST = 500;
const FIRING_MS = 50;

/** An event with the task after it (undefined when it is about none, or the task is no more). */
export type Fact = { event: TaskEvent; task: Task | undefined };
/** What came of a command. */
export type Decided = { facts: readonly Fact[]; entries: readonly Entry[] };
/** A task as it was before the turn and is after it. */
export type Change = { before: Task | undefined; after: Task | undefined };

export type TurnPorts = {
  state: State;
  /** Finds finished tasks; the others are in the state. */
  lookup(id: TaskId): Task | undefined;
  /** Finds finished tasks by their keys; the others are in the state. */
  keyed(key: string): TaskId | undefined;
  isUnreadable(id: TaskId): boolean;
  clock: { wall(): number; steady(): number; evenSince(): number };
  /** When a running task last wrote something, epoch ms. */
  outputAt(task: Task): number | undefined;
  /** What the run of an agent has spent so far. */
  spentBy: SpentBy;
  machine: HostPort;
};

export type Turn = {
  readonly facts: readonly Fact[];
  readonly changes: ReadonlyMap<TaskId, Change>;
  readonly schedules: ScheduleChanges;
  /** The command's own facts. @throws ClaudineError; nothing of the command has happened then */
  decide(command: Command): Decided;
  /** Adds everything that is due now. */
  plan(admit: boolean): void;
};

export function createTurn({ state, lookup, keyed, isUnreadable, clock, outputAt, spentBy, machine }: TurnPorts): Turn {
  const facts: Fact[] = [];
  const changes = new Map<TaskId, Change>();
  const schedules = createScheduleNotes(state);
  const find = (id: TaskId): Task | undefined =>
    changes.has(id) ? changes.get(id)?.after : (state.live.get(id) ?? lookup(id));

  /** The key of one that was just removed, or has just got another, is free. */
  const findKeyed = (key: string): TaskId | undefined => {
    const id = state.keys.get(key) ?? keyed(key);
    return id !== undefined && changes.has(id) && find(id)?.key !== key ? undefined : id;
  };

  const apply = (body: EventBody): Fact => {
    const event: TaskEvent = { ...body, seq: state.lastSeq + 1, at: clock.wall() };
    const before = "id" in event && event.type !== "task.submitted" ? find(event.id) : undefined;
    const after = schedules.noting(event, before, () => evolve(state, event, before));
    if ("id" in event) {
      const seen = changes.get(event.id);
      changes.set(event.id, { before: seen === undefined ? before : seen.before, after });
    }
    const fact = { event, task: after };
    facts.push(fact);
    return fact;
  };
  const known = (): Facts => ({
    state,
    lookup: find,
    keyed: findKeyed,
    isUnreadable,
    spentBy,
    now: clock.steady(),
    wall: clock.wall(),
    evenSince: clock.evenSince(),
  });
  return {
    facts,
    changes,
    schedules: schedules.changes,
    decide(command) {
      const { events, entries } = decide(known(), command);
      return { facts: events.map(apply), entries };
    },
    plan(admit) {
      const capacity = createCapacity(state, machine);
      beginPlan(state, { port: machine, now: clock.steady() });
      const times = { now: clock.steady(), wall: clock.wall(), evenSince: clock.evenSince(), outputAt };
      const startedAt = clock.steady();
      for (let fired = 0; admit && fired < FIRED_AT_MOST && clock.steady() - startedAt < FIRING_MS; fired += 1) {
        const bodies = fireNext(known());
        if (bodies === undefined) break;
        bodies.forEach(apply);
      }
      for (;;) {
        const body = planNext({ state, lookup: find, isUnreadable, spentBy, capacity, machine, ...times }, admit);
        if (body === undefined) return;
        apply(body);
      }
    },
  };
}
