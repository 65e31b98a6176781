/** The language of the `/` filter: that of `claudine list`, and words of text. */
import { parseSelector, requestAddress, type SelectorTerm } from "@claudine/protocol/selector";
import type { Task } from "@claudine/protocol/task";

/** `newest` is the id from which on the newest tasks are that `last:9` means. */
export type Filter = { test(task: Task): boolean; last: number; since: number };

/** Nothing to filter by gives undefined. Selectors are joined by "or", as on the command line; text narrows them. */
export function parseFilter(text: string): Filter | undefined {
  const words = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "" && word !== "!");
  if (words.length === 0) return undefined;
  const terms = words.flatMap(termsOf);
  const denied = words.filter((word) => word.startsWith("!")).map((word) => word.slice(1));
  const texts = words.filter((word) => !word.startsWith("!") && termsOf(word).length === 0).map(textTest);
  const not = denied.map(denialOf);
  const last = terms.reduce((most, term) => (term.kind === "last" ? Math.max(most, term.count) : most), 0);
  const filter: Filter = {
    last,
    since: 0,
    test: (task) =>
      (terms.length === 0 || terms.some((term) => fits(term, task, filter.since))) &&
      texts.every((test) => test(task)) &&
      !not.some((test) => test(task)),
  };
  return filter;
}

/** None when the word is text, or not yet a selector because it is being typed. */
function termsOf(word: string): SelectorTerm[] {
  if (word.startsWith("!")) return [];
  const plain = word.startsWith("state:") ? word.slice(6) : word;
  try {
    return parseSelector([plain]);
  } catch {
    return [];
  }
}

function fits(term: SelectorTerm, task: Task, since: number): boolean {
  switch (term.kind) {
    case "all":
      return true;
    case "ids":
      return task.id >= term.from && task.id <= term.to && (task.id - term.from) % term.step === 0;
    case "last":
      return task.id >= since;
    case "state":
      return task.status.state === term.state;
    case "label":
      return task.label === term.label;
    case "group":
      return task.group === term.group;
    case "worktree":
      return namesWorktree(term.of, task);
  }
}

function namesWorktree(of: string, { checkout }: Task): boolean {
  if (checkout === undefined) return false;
  return of === `branch:${checkout.branch}` || of === requestAddress(checkout.pullRequest ?? "");
}

function denialOf(word: string): (task: Task) => boolean {
  const terms = termsOf(word);
  return terms.length === 0 ? textTest(word) : (task) => terms.some((term) => fits(term, task, 0));
}

/** Part of command or label in any case, as `list --text` has it; `text:failed` where the word means a state. */
function textTest(word: string): (task: Task) => boolean {
  const part = word.replace(/^text:/, "").toLowerCase();
  return (task) => task.command.toLowerCase().includes(part) || (task.label?.toLowerCase().includes(part) ?? false);
}
