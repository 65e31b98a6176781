/** Reads of what is durable, as the store gives them and the handlers take them. */
import type { AgentTexts, Firing, Run, Task, TaskEvent, TaskId, TaskState } from "@claudine/protocol";
import type { EnvRecord } from "../environment/env-record.ts";
import type { RunListFacts } from "./run-list.ts";
import type { StatsFacts } from "./stats/read-stats.ts";

export type Reader = {
  task(id: TaskId): Task | undefined;
  runs(id: TaskId): Run[];
  /** The history of a schedule below an entry's number, the newest first. */
  firings(schedule: string, range: { before: number; limit: number }): Firing[];
  env(id: string): EnvRecord | undefined;
  /** Prompt and other texts of an agent's task. */
  texts(id: string): AgentTexts | undefined;
  /** The task that was submitted with a key. */
  keyed(key: string): TaskId | undefined;
  /** There is, or was set aside, something of that task, and it cannot be read. */
  isUnreadable(id: TaskId): boolean;
  /** Ids below `before`, descending; of one state, or of all. */
  idsBelow(before: TaskId, state?: TaskState): Iterable<TaskId>;
  /** May be fewer than `limit` when they are large; at least one when there is one. */
  events(since: number, limit: number): TaskEvent[];
  firstSeq(): number;
  runPage: StatsFacts["runs"];
  run(id: TaskId, attempt: number): Run | undefined;
  /** At most `limit`, the last to end first. */
  runEnds: RunListFacts["runEnds"];
};

/** A consistent copy in one file. @throws ClaudineError storage */
export type Backup = { backup(file: string): Promise<{ bytes: number }> };
