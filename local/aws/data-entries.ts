/** Everything that a runner may leave in its data directory. */
export const DATA_ENTRIES = [
  'clock.json',
  'executions',
  'logs',
  'mails',
  'objects',
  'queues',
  'secrets.json',
  'users.json',
] as const;
