/** Waits for tasks: promises that settle when a durable fact makes their condition true. */
import { ClaudineError, type Task, type TaskEvent, type TaskId } from "@claudine/protocol";
import type { Fact } from "../engine.ts";

export type Watch = { ids: readonly TaskId[]; onFact: (id: TaskId, task: Task | undefined) => void };
export type Watchers = {
  /** Calls `onFact` after each durable fact about one of the tasks; the result ends it. @throws ClaudineError limit */
  add(watch: Watch): () => void;
  tell(facts: readonly Fact[]): void;
};

/** Tasks waited for, by all callers together: each takes memory. */
const WATCHED_AT_MOST = 1_000_000;

export function createWatchers(): Watchers {
  const byTask = new Map<TaskId, Set<Watch>>();
  let watched = 0;
  return {
    add(watch) {
      if (watched + watch.ids.length > WATCHED_AT_MOST) throw tooMany();
      watched += watch.ids.length;
      for (const id of watch.ids) {
        const set = byTask.get(id) ?? new Set();
        byTask.set(id, set.add(watch));
      }
      return () => {
        watched -= watch.ids.length;
        for (const id of watch.ids) {
          const set = byTask.get(id);
          set?.delete(watch);
          if (set?.size === 0) byTask.delete(id);
        }
      };
    },
    tell(facts) {
      if (byTask.size === 0) return;
      for (const [index, { event, task }] of facts.entries()) {
        if (!("id" in event) || goesOn(event, facts[index + 1]?.event)) continue;
        for (const watch of byTask.get(event.id) ?? []) watch.onFact(event.id, task);
      }
    },
  };
}

/** An end that a retry follows by itself is none to those who wait for it. */
function goesOn(event: TaskEvent, next: TaskEvent | undefined): boolean {
  return (
    event.type === "run.finished" && next?.type === "task.retried" && next.id === event.id && next.automatic === true
  );
}

function tooMany(): ClaudineError {
  return new ClaudineError("limit", `Cannot wait: more than ${WATCHED_AT_MOST} tasks are waited for already`, {
    hint: "Wait for fewer at a time, or end some of the waiting clients",
  });
}
