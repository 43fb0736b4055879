/** Items that are listed at once. */
export const LISTED_AT_ONCE = 500;

/**
 * Lists and processes batch after batch until a listing brings nothing new or time runs out, so that a large backlog needn't wait
 * for further firings. What failed stays listed, and is left to the next firing: listings grow by it, so that it doesn't stand
 * before the others.
 * @param list returns the first so many items
 * @param run processes an item, and never throws
 * @param together processes those that it can at once, of some that are new, and answers the others; it never throws
 */
export async function eachFound<T>(
  list: (most: number) => Promise<readonly T[]>,
  run: (item: T) => Promise<void>,
  hasTime: () => boolean,
  together: (fresh: readonly T[]) => Promise<readonly T[]> = async (fresh) => fresh,
): Promise<void> {
  const seen = new Set<string>();
  for (let most = LISTED_AT_ONCE; hasTime(); ) {
    const found = await list(most);
    const fresh = found.filter((item) => !seen.has(JSON.stringify(item)));
    if (fresh.length === 0) {
      if (found.length < most) return;
      most += LISTED_AT_ONCE;
    }
    const left = new Set(await together(fresh));
    for (const item of fresh) {
      if (left.has(item) && !hasTime()) return;
      seen.add(JSON.stringify(item));
      if (left.has(item)) await run(item);
    }
  }
}
