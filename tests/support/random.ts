/** A generator of the numbers from 0 to 1 that a seed names (mulberry32): what has failed can be tried again. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Each one to `most` times, in no order. */
export function shuffledCopies<T>(items: readonly T[], most: number, random: () => number): T[] {
  return items
    .flatMap((item) => Array.from({ length: 1 + Math.floor(random() * most) }, () => item))
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
