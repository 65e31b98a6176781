/** Joins lists of ids that each go down. */

/** The ids of all `lists`, going down; each list is read no further than it is needed. */
export function* mergeDescending(lists: readonly Iterable<number>[]): Generator<number> {
  const rests = lists.map((list) => list[Symbol.iterator]());
  const heads = rests.map((rest) => rest.next());
  for (;;) {
    let best = -1;
    for (const [index, head] of heads.entries()) {
      const top = heads[best];
      if (head.done !== true && (top === undefined || top.done === true || head.value > top.value)) best = index;
    }
    const head = heads[best];
    const rest = rests[best];
    if (head === undefined || head.done === true || rest === undefined) return;
    yield head.value;
    heads[best] = rest.next();
  }
}
