/** Names many tasks in few words: a selector has room for ten thousand, and more may be tagged. Pure. */

const TERMS_PER_WORD = 100;

/** Ids in a row become ranges, and several terms one word. */
export function selectorWords(ids: readonly number[]): string[] {
  const ranges: { from: number; to: number }[] = [];
  for (const id of ids.toSorted((one, other) => one - other)) {
    const last = ranges.at(-1);
    if (last?.to === id - 1) last.to = id;
    else ranges.push({ from: id, to: id });
  }
  const terms = ranges.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`));
  return Array.from({ length: Math.ceil(terms.length / TERMS_PER_WORD) }, (_, index) =>
    terms.slice(index * TERMS_PER_WORD, (index + 1) * TERMS_PER_WORD).join(","),
  );
}
