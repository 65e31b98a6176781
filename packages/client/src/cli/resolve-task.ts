/** From the words a person gives to the tasks that are meant. */
import { ClaudineError } from "@claudine/protocol/errors";
import type { Client } from "../client.ts";

const ID = /^[1-9]\d{0,14}$/;
/** No task has a higher one. */
const HIGHEST_ID = 2 ** 32 - 1;

/**
 * The id of the one task that is meant.
 * @param wish for the error: `show`, as in "Cannot show …"
 * @throws ClaudineError not_found; invalid_params when it means several
 */
export async function resolveTask(client: Client, word: string, wish: string): Promise<number> {
  if (isId(word)) return Number(word);
  const {
    tasks: [first, second],
  } = await client.call("task.list", { selector: [word], limit: 2 });
  if (first === undefined) throw noSuchTask([word], wish);
  if (second === undefined) return first.id;
  throw new ClaudineError("invalid_params", `Cannot ${wish} "${word}": it means more than one task`, {
    hint: "Give one id; claudine list shows them",
  });
}

/** Whether these words can only name one task, so that a program gets that task and not a list. */
export function namesOne(words: readonly string[]): boolean {
  return words.length === 1 && words.every((word) => word === "last" || ID.test(word));
}

/**
 * The ids of all that are meant, ascending.
 * @throws ClaudineError not_found when there are none, or not one that was named by its id
 */
export async function resolveTasks(client: Client, words: readonly string[], wish: string): Promise<number[]> {
  if (words.every(isId)) return [...new Set(words.map(Number))].toSorted((a, b) => a - b);
  const ids: number[] = [];
  let before: number | null = null;
  do {
    const page: { tasks: readonly { id: number }[]; next: number | null } = await client.call("task.list", {
      selector: [...words],
      ...(before === null ? {} : { before }),
    });
    ids.push(...page.tasks.map(({ id }) => id));
    before = page.next;
  } while (before !== null);
  if (ids.length === 0) throw noSuchTask(words, wish);
  const found = new Set(ids);
  const missing = words.find((word) => ID.test(word) && !found.has(Number(word)));
  if (missing !== undefined) throw noSuchTask([missing], wish);
  return ids.toReversed();
}

function isId(word: string): boolean {
  return ID.test(word) && Number(word) <= HIGHEST_ID;
}

function noSuchTask(words: readonly string[], wish: string): ClaudineError {
  const [word = ""] = words;
  const named = words.length === 1 && ID.test(word);
  const why = named ? `task ${word}: there is no such task` : `${words.join(" ")}: no task matches`;
  return new ClaudineError("not_found", `Cannot ${wish} ${why}`, { hint: "claudine list --all" });
}

/** Ids as few selector words: `1-5`, `9`. */
export function selectorOf(ids: readonly number[]): string[] {
  const words: string[] = [];
  let from = ids[0];
  for (const [index, id] of ids.entries()) {
    if (ids[index + 1] === id + 1 || from === undefined) continue;
    words.push(from === id ? String(id) : `${from}-${id}`);
    from = ids[index + 1];
  }
  return words;
}

/** The ids that are named one by one among these words. */
export function namedIds(words: readonly string[]): Set<number> {
  return new Set(
    words
      .flatMap((word) => (/^(label|group|branch|https?):/.test(word) ? [] : word.split(",")))
      .filter((word) => ID.test(word))
      .map(Number),
  );
}
