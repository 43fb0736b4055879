/** The result of a transaction that has found nothing to do: it is rolled back, and leaves no audit entry. */
export class NoEffect<T> {
  readonly result: T;

  constructor(result: T) {
    this.result = result;
  }
}

/** Returns the outcome of a transaction that is to leave nothing behind. */
export function noEffect(): NoEffect<undefined>;
export function noEffect<T>(result: T): NoEffect<T>;
export function noEffect(result?: unknown): NoEffect<unknown> {
  return new NoEffect(result);
}
