/** The replacement for `pg-connection-string` in bundles: functions connect by parameters, and a string with a password is nothing of theirs. */
export const parse = (): never => {
  throw new Error('functions connect by parameters, not by a connection string');
};
