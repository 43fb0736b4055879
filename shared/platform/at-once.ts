/** Calls to a service that a function has under way: each is a round trip of milliseconds, and a large fan-out has thousands. */
export const CALLS_AT_ONCE = 8;

/** Makes a call for every item, so many at once. The first failure is thrown, and no further call is begun. */
export async function callForEach<T>(items: Iterable<T>, call: (item: T) => Promise<void>): Promise<void> {
  // One iterator for all: whoever is done takes the next item, and whoever fails closes it.
  const left = Iterator.from(items);
  const caller = async (): Promise<void> => {
    for (const item of left) await call(item);
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, caller));
}
