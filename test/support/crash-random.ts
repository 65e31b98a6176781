/** Numbers that look random and come again with the same seed. */
export type Random = {
  /** From 0 to `below` - 1. */
  int(below: number): number;
  chance(share: number): boolean;
  pick<T>(from: readonly T[]): T | undefined;
};

/** mulberry32 */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number) => Math.floor(next() * below);
  return { int, chance: (share) => next() < share, pick: (from) => from[int(from.length)] };
}

/** From the environment, to see a failure again; else a new one. */
export function seedFrom(variable: string): number {
  return Number(process.env[variable] ?? Date.now() % 1_000_000);
}
