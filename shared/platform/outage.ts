import { DomainError } from '#kernel/domain-error.ts';
import { NETWORK_FAILURES } from './network-failures.ts';

/** Streams and Node's `fetch` have codes of their own for the same. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  ...NETWORK_FAILURES,
  'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
]);
/** Names of errors that services of AWS answer with 400 although only time is needed. */
const THROTTLED =
  /Throttl|TooManyRequests|RequestLimitExceeded|RequestTimeout|SlowDown|^TimeoutError$|^AbortError$/;
const SERVER_ERROR = 500;
const TOO_MANY_REQUESTS = 429;
/** An error of a client wraps that of its socket, which may wrap those of several addresses. */
const MAX_DEPTH = 5;

/** Says that somebody whom we call over HTTP can't answer at the moment. */
export class Unavailable extends Error {
  static isStatus(status: number): boolean {
    return status >= SERVER_ERROR || status === TOO_MANY_REQUESTS;
  }
}

/**
 * Returns whether an error says that something outside can't be reached at the moment: the database, a service of AWS, the
 * bank. Such a failure costs time and no tries, since nothing is wrong with the work itself (docs/adr/0110).
 */
export function isOutage(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > MAX_DEPTH) return false;
  if (error instanceof Unavailable) return true;
  // The domain has decided what any other problem means.
  if (error instanceof DomainError) return error.slug === 'temporarily-unavailable';
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  if (Unavailable.isStatus(status) || THROTTLED.test(error.name)) return true;
  if (typeof code === 'string' && UNREACHABLE.has(code)) return true;
  const inner: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return [error.cause, ...inner].some((cause) => isOutage(cause, depth + 1));
}
