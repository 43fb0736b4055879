/** A failure inside an execution, by the name that `ErrorEquals` of a retrier or catcher may hold. */
export class StateError extends Error {
  override readonly name = 'StateError';
  /** `States.Timeout`, `Lambda.ServiceException`, or whatever name a function's error has. */
  readonly error: string;
  override readonly cause: string;

  constructor(error: string, cause: string) {
    super(`${error}: ${cause}`);
    this.error = error;
    this.cause = cause;
  }
}

/** Returns an error that no retrier and no catcher handles: the definition doesn't fit its data. */
export function runtimeError(cause: string): StateError {
  return new StateError('States.Runtime', cause);
}

/** The limit of the JSON text of an input, a result or an output. */
export const DATA_LIMIT_BYTES = 256 * 1024;

/** Throws `States.DataLimitExceeded` for what Step Functions doesn't carry from one state to the next. */
export function checkDataLimit(value: unknown, what: string): void {
  const text = JSON.stringify(value) ?? '';
  // A UTF-16 unit takes three bytes at most: measuring is needed only near the limit.
  if (text.length * 3 <= DATA_LIMIT_BYTES || Buffer.byteLength(text) <= DATA_LIMIT_BYTES) return;
  throw new StateError('States.DataLimitExceeded', `${what} exceeds the limit of ${DATA_LIMIT_BYTES} bytes.`);
}
