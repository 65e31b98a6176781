/** What a process that searches is told, and what it answers: one JSON each. */
import type { SearchField, SearchMatch, SearchProblem, TaskId } from "@claudine/protocol";

export type PatternSpec = { text: string; regex: boolean; ignoreCase: boolean };

export type SearchedTask = {
  id: TaskId;
  texts: readonly { field: SearchField; text: string }[];
  /** Of how many runs the output is searched: all there were, or none. */
  attempts: number;
};

/** Where a search goes on: at a task, or in the output of one of its runs. */
export type Place = {
  id: TaskId;
  /** Matches of that task so far. */
  found: number;
  inside?: { attempt: number; stream: "stdout" | "stderr"; offset: number; line: number; begin?: number };
};

export type SearchJob = {
  stateDir: string;
  pattern: PatternSpec;
  /** In the order in which they are searched. */
  tasks: readonly SearchedTask[];
  /** In the first of them. */
  from: Place | undefined;
  limit: number;
  perTask: number | null;
  /** Then it stops where it is. */
  maxMs: number;
};

export type SearchAnswer = {
  matches: SearchMatch[];
  problems: SearchProblem[];
  /** Undefined when all of the tasks were searched. */
  stoppedAt: Place | undefined;
  bytes: number;
};
