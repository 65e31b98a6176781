/** Joins lists of ids that each go down. */

/** The ids of all `lists`, going down; each list is read no further than it is needed, and closed. */
export function* mergeDescending(lists: readonly Iterable<number>[]): Generator<number> {
  const rests = lists.map((list) => list[Symbol.iterator]());
  try {
    const heads = rests.map((rest) => rest.next());
    for (;;) {
      const best = indexOfHighest(heads);
      const head = heads[best];
      const rest = rests[best];
      if (head === undefined || head.done === true || rest === undefined) return;
      yield head.value;
      heads[best] = rest.next();
    }
  } finally {
    // A cursor that stays open keeps a snapshot of the store.
    for (const rest of rests) rest.return?.();
  }
}

function indexOfHighest(heads: readonly IteratorResult<number>[]): number {
  let best = -1;
  for (const [index, head] of heads.entries()) {
    const top = heads[best];
    if (head.done !== true && (top === undefined || top.done === true || head.value > top.value)) best = index;
  }
  return best;
}
