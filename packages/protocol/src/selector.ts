/** The language in which people name tasks: `5`, `1-3,7`, `2-10:2`, `last`, `all`, `failed`, `label:x`, `group:y`. */
import { ClaudineError } from "./errors.ts";
import { STATES } from "./states.ts";
import type { TaskState } from "./task.ts";

export type SelectorTerm =
  | { kind: "ids"; from: number; to: number; step: number }
  | { kind: "last"; count: number }
  | { kind: "all" }
  | { kind: "state"; state: TaskState }
  | { kind: "label"; label: string }
  | { kind: "group"; group: string }
  /** `branch:NAME`, or the address of a pull request. */
  | { kind: "worktree"; of: string };

const RANGE = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/;

/** @throws ClaudineError invalid_params when a word is not a selector */
export function parseSelector(words: readonly string[]): SelectorTerm[] {
  return words.flatMap((word) =>
    /^(label|group|branch|https?):/.test(word) ? [parseTerm(word)] : word.split(",").map(parseTerm),
  );
}

function parseTerm(word: string): SelectorTerm {
  const range = RANGE.exec(word);
  if (range !== null) return parseRange(word, range);
  if (word === "all") return { kind: "all" };
  const last = /^last(?::(\d+))?$/.exec(word);
  if (last !== null) return { kind: "last", count: Number(last[1] ?? 1) };
  const state = STATES.find((one) => one === word);
  if (state !== undefined) return { kind: "state", state };
  if (word.startsWith("label:")) return { kind: "label", label: word.slice(6) };
  if (word.startsWith("group:")) return { kind: "group", group: word.slice(6) };
  if (word.startsWith("branch:")) return { kind: "worktree", of: word };
  if (/^https?:\/\//.test(word)) return { kind: "worktree", of: requestAddress(word) };
  throw new ClaudineError("invalid_params", `Cannot select tasks by "${word.slice(0, 80)}"`, {
    hint: `Use ids (5, 1-3,7, 2-10:2), last, last:3, all, label:NAME, group:NAME, branch:NAME, the address of a pull request or a state (${STATES.join(", ")})`,
  });
}

/** What a browser shows of it leads to the same: pages below it, questions and fragments. */
export function requestAddress(url: string): string {
  return url.replace(/[?#].*$/, "").replace(/(\/(files|commits|checks|changes|diffs|pipelines))?\/*$/, "");
}

function parseRange(word: string, range: RegExpExecArray): SelectorTerm {
  const from = Number(range[1]);
  const to = Number(range[2] ?? range[1]);
  const step = Number(range[3] ?? 1);
  if (from >= 1 && to >= from && step >= 1 && Number.isSafeInteger(to)) return { kind: "ids", from, to, step };
  throw new ClaudineError(
    "invalid_params",
    `Cannot select tasks by "${word.slice(0, 80)}": ids start at 1, and a range runs upwards`,
    {
      hint: "Write the smaller id first, as in 1-3 or 2-10:2",
    },
  );
}
