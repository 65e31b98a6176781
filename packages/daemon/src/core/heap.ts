/** A binary heap that finds and removes any of its members in O(log n). */
import { compareRanks } from "@claudine/protocol/rank";

export type Heap<K> = {
  readonly size: number;
  /** The least member, or undefined when empty. */
  peek(): K | undefined;
  /** Adds a member, or moves it to its place when its rank has changed. */
  set(key: K, rank: readonly number[]): void;
  delete(key: K): boolean;
  has(key: K): boolean;
};

type Entry<K> = { key: K; rank: readonly number[] };

/** Ranks compare number by number; the smallest comes first. */
export function createHeap<K>(): Heap<K> {
  const entries: Entry<K>[] = [];
  const places = new Map<K, number>();

  const place = (entry: Entry<K>, index: number) => {
    entries[index] = entry;
    places.set(entry.key, index);
  };
  const up = (entry: Entry<K>, from: number) => {
    let index = from;
    for (;;) {
      const parent = entries[(index - 1) >> 1];
      if (index === 0 || parent === undefined || compareRanks(parent.rank, entry.rank) <= 0) return place(entry, index);
      place(parent, index);
      index = (index - 1) >> 1;
    }
  };
  const down = (entry: Entry<K>, from: number) => {
    let index = from;
    for (;;) {
      const left = entries[2 * index + 1];
      if (left === undefined) return place(entry, index);
      const right = entries[2 * index + 2];
      const rightIsLess = right !== undefined && compareRanks(right.rank, left.rank) < 0;
      const child = rightIsLess ? right : left;
      if (compareRanks(entry.rank, child.rank) <= 0) return place(entry, index);
      place(child, index);
      index = 2 * index + (rightIsLess ? 2 : 1);
    }
  };
  const remove = (key: K): boolean => {
    const index = places.get(key);
    const last = entries.at(-1);
    if (index === undefined || last === undefined) return false;
    entries.pop();
    places.delete(key);
    if (last.key === key) return true;
    up(last, index);
    down(last, places.get(last.key) ?? index);
    return true;
  };

  return {
    get size() {
      return entries.length;
    },
    peek: () => entries[0]?.key,
    set(key, rank) {
      remove(key);
      entries.push({ key, rank });
      up({ key, rank }, entries.length - 1);
    },
    delete: remove,
    has: (key) => places.has(key),
  };
}
