import { randomUUID } from 'node:crypto';

const ACCEPTED = /^[A-Za-z0-9._-]{1,128}$/;

/** `X-Request-ID` as sent when it is safe to log and to return, else a new one. */
export function requestIdFrom(sent: readonly string[] | undefined): string {
  const only = sent?.length === 1 ? sent[0] : undefined;
  return only !== undefined && ACCEPTED.test(only) ? only : randomUUID();
}
