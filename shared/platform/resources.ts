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
  /** Send to the queue of a {@link QueueJob} whose `source` is `code`, by the queue's name. */
  | QueueSend
  | 'eventBus:put'
  | 'signingKeys:read'
  | 'signingKeys:write';

export type QueueSend = `queue:${string}:send`;

/** The variable that tells a function which may send to a queue where the queue is: `dividends` → `DIVIDENDS_QUEUE_URL`. */
export function queueUrlVariable(queue: string): string {
  return `${queue.toUpperCase().replaceAll('-', '_')}_QUEUE_URL`;
}
