/** Dependencies on other tasks of the same call, by the names these have in it. */
import { ClaudineError, type DependsOn } from "@claudine/protocol";

export type RefDependency = { ref: string; on: DependsOn };
/** What an entry of a call is called in it, and which other entries it waits for. */
export type Refs = { ref?: string | undefined; afterRefs?: readonly RefDependency[] | undefined };

/** Indexes of the entries, each behind those it waits for; undefined when none waits for another.
 *  @throws ClaudineError invalid_params: a ref that is not there or there twice, or a circle, with its path */
export function inOrder(
  entries: readonly Refs[],
): { order: readonly number[]; indexOf: (ref: string) => number } | undefined {
  const byRef = new Map<string, number>();
  for (const [index, { ref }] of entries.entries()) {
    if (ref === undefined) continue;
    if (byRef.has(ref)) throw refuse(`two tasks of this call have the ref "${ref}"`, "Give each a ref of its own");
    byRef.set(ref, index);
  }
  if (entries.every(({ afterRefs = [] }) => afterRefs.length === 0)) return undefined;
  const indexOf = (ref: string): number => {
    const index = byRef.get(ref);
    if (index === undefined) throw refuse(`no task of this call has the ref "${ref}"`, knownRefs(byRef));
    return index;
  };
  return { order: sort(entries, indexOf), indexOf };
}

const SHOWN = 10;

function knownRefs(byRef: ReadonlyMap<string, number>): string {
  const refs = [...byRef.keys()];
  if (refs.length === 0) return 'A task is given one by "ref": "NAME"';
  return `It has ${refs.slice(0, SHOWN).join(", ")}${refs.length > SHOWN ? " …" : ""}`;
}

function sort(entries: readonly Refs[], indexOf: (ref: string) => number): number[] {
  const before = entries.map(({ afterRefs = [] }) => [...new Set(afterRefs.map(({ ref }) => indexOf(ref)))]);
  const left = before.map((indexes) => indexes.length);
  const next: number[][] = entries.map(() => []);
  for (const [index, indexes] of before.entries()) for (const other of indexes) next[other]?.push(index);
  const order = left.flatMap((count, index) => (count === 0 ? [index] : []));
  // Grows while it is walked.
  for (const index of order) {
    for (const follower of next[index] ?? []) {
      const count = (left[follower] ?? 0) - 1;
      left[follower] = count;
      if (count === 0) order.push(follower);
    }
  }
  if (order.length < entries.length) throw circle(entries, { before, isLeft: (index) => (left[index] ?? 0) > 0 });
  return order;
}

/** Each one that is left waits for another that is left: going from one to the next comes back some time. */
function circle(
  entries: readonly Refs[],
  { before, isLeft }: { before: readonly number[][]; isLeft: (index: number) => boolean },
): ClaudineError {
  const path: number[] = [];
  let at = entries.findIndex((_, index) => isLeft(index));
  while (!path.includes(at)) {
    path.push(at);
    at = before[at]?.find(isLeft) ?? at;
  }
  const names = [...path.slice(path.indexOf(at)), at].map((index) => entries[index]?.ref ?? "");
  return names.length === 2
    ? refuse(`the task "${names[0]}" would wait for itself`)
    : refuse("the tasks would wait for each other in a circle", names.join(" after "));
}

function refuse(why: string, hint?: string): ClaudineError {
  return new ClaudineError("invalid_params", `Cannot submit: ${why}`, { hint });
}
