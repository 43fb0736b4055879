import { randomUUID } from 'node:crypto';

const ACCEPTED = /^[A-Za-z0-9._-]{1,128}$/;

/** Returns the `X-Request-ID` that was sent if it is safe to log and to return, or else a new one. */
export function requestIdFrom(sent: readonly string[] | undefined): string {
  const only = sent?.length === 1 ? sent[0] : undefined;
  return only !== undefined && ACCEPTED.test(only) ? only : randomUUID();
}
