/** What a turn changes of schedules and of their history. */
import {
  firingEnd,
  firingOf,
  firingUid,
  type Firing,
  type FiringEnd,
  type Schedule,
  type Task,
  type TaskEvent,
  type TaskId,
} from "@claudine/protocol";
import { isScheduleEvent } from "./schedules.ts";
import type { State } from "./state.ts";

/** An entry of a history: a new one, or how the task of one that is there has ended. */
export type FiringChange = { name: string; number: number } & (
  | { kind: "new"; firing: Firing }
  | { kind: "end"; task: TaskId; end: FiringEnd }
);

export type ScheduleChanges = {
  /** As they were before the turn and are after it. */
  schedules: ReadonlyMap<string, { before: Schedule | undefined; after: Schedule | undefined }>;
  /** Those whose history goes, before the entries that follow. */
  forgotten: ReadonlySet<string>;
  firings: ReadonlyMap<string, FiringChange>;
};

export const NO_SCHEDULE_CHANGES: ScheduleChanges = {
  schedules: new Map(),
  forgotten: new Set(),
  firings: new Map(),
};

export function createScheduleNotes(state: State) {
  const schedules = new Map<string, { before: Schedule | undefined; after: Schedule | undefined }>();
  const forgotten = new Set<string>();
  const firings = new Map<string, FiringChange>();

  const noteChange = (name: string, before: Schedule | undefined): void => {
    const after = state.schedules.all.get(name);
    if (before === after) return;
    const known = schedules.get(name);
    schedules.set(name, { before: known === undefined ? before : known.before, after });
  };
  const noteFiring = (change: FiringChange): void => {
    const key = `${change.name}/${change.number}`;
    const known = firings.get(key);
    const isOwn = known?.kind === "new" && change.kind === "end";
    firings.set(key, isOwn ? { ...known, firing: { ...known.firing, ...change.end } } : change);
  };
  const forget = (name: string): void => {
    forgotten.add(name);
    for (const [key, change] of firings) if (change.name === name) firings.delete(key);
  };
  const noteEnd = (task: Task): void => {
    const { id, uid, schedule: link } = task;
    const schedule = link === undefined ? undefined : state.schedules.all.get(link.name);
    const end = firingEnd(task);
    if (link === undefined || schedule === undefined || end === undefined) return;
    if (uid === firingUid(schedule.spec, link.firing))
      noteFiring({ kind: "end", name: link.name, number: link.firing, task: id, end });
  };
  return {
    changes: { schedules, forgotten, firings } satisfies ScheduleChanges,
    /** Has `run` apply the event, and notes what that changes. */
    noting(event: TaskEvent, task: Task | undefined, run: () => Task | undefined): Task | undefined {
      const name = isScheduleEvent(event) ? event.name : task?.schedule?.name;
      if (name === undefined) return run();
      const before = state.schedules.all.get(name);
      const after = run();
      noteChange(name, before);
      if (event.type === "schedule.removed") forget(name);
      if ((event.type === "schedule.fired" || event.type === "schedule.skipped") && before !== undefined)
        noteFiring({ kind: "new", name, number: before.firings + 1, firing: firingOf(before, event) });
      if (after !== undefined && !isEnded(task)) noteEnd(after);
      return after;
    },
  };
}

function isEnded(task: Task | undefined): boolean {
  return task !== undefined && "finishedAt" in task.status;
}
