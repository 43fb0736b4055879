/** A start that cannot succeed, with what to do about it, in one line for the terminal. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
