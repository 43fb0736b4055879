/**
 * Lists and processes batch after batch until a listing brings nothing new or time runs out, so that a large backlog needn't wait
 * for further firings. What failed stays listed, and is left to the next firing.
 * @param run processes an item, and never throws
 */
export async function eachFound<T>(
  list: () => Promise<readonly T[]>,
  run: (item: T) => Promise<void>,
  hasTime: () => boolean,
): Promise<void> {
  const seen = new Set<string>();
  while (hasTime()) {
    const fresh = (await list()).filter((item) => !seen.has(JSON.stringify(item)));
    if (fresh.length === 0) return;
    for (const item of fresh) {
      if (!hasTime()) return;
      seen.add(JSON.stringify(item));
      await run(item);
    }
  }
}
