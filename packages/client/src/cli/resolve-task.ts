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
  if (ID.test(word) && Number(word) <= HIGHEST_ID) return Number(word);
  const {
    tasks: [first, second],
  } = await client.call("task.list", { selector: [word], limit: 2 });
  if (first === undefined)
    throw new ClaudineError("not_found", `Cannot ${wish} "${word}": there is no such task`, {
      hint: "claudine list --all",
    });
  if (second === undefined) return first.id;
  throw new ClaudineError("invalid_params", `Cannot ${wish} "${word}": it means more than one task`, {
    hint: "Give one id; claudine list shows them",
  });
}

/** The ids of all that are meant, ascending. */
export async function resolveTasks(client: Client, words: readonly string[], wish: string): Promise<number[]> {
  if (words.every((word) => ID.test(word))) return [...new Set(words.map(Number))].toSorted((a, b) => a - b);
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
  if (ids.length === 0)
    throw new ClaudineError("not_found", `Cannot ${wish} "${words.join(" ")}": there is no such task`, {
      hint: "claudine list --all",
    });
  return ids.toReversed();
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
      .flatMap((word) => (/^(label|group):/.test(word) ? [] : word.split(",")))
      .filter((word) => ID.test(word))
      .map(Number),
  );
}
