/** Ends a transaction that found its work done: nothing is committed, and the caller reports no failure. */
export class NothingToDo extends Error {
  constructor() {
    super('nothing to do');
    this.name = 'NothingToDo';
  }
}

/** Runs work that may find nothing to do. */
export async function unlessDone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof NothingToDo) return undefined;
    throw error;
  }
}
