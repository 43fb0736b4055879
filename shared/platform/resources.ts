/**
 * What a function may touch beyond the application database role. A route or a job names its resources;
 * `lib` turns each into least-privilege grants and into the environment variables that `#platform/environment.ts` reads.
 */
export type Resource =
  /** Connect to Postgres as `vestry_system`, which sees every tenant. Needs a written reason where it is used. */
  | 'database:system'
  | 'uploadsBucket:read'
  | 'uploadsBucket:write'
  | 'rejectedRowsQueue:send'
  | 'eventBus:put'
  | 'signingKeys:read'
  | 'signingKeys:write';
