import type { IncomingMessage } from 'node:http';
import { sendPinned, withSignal } from '#platform/outbound/pinned-request.ts';
import { AddressRefused, type AddressRules } from '#platform/outbound/public-url.ts';
import { type Resolve, resolveTarget } from '#platform/outbound/resolve-target.ts';
import { beforeOutsideCall } from '#platform/outside-call.ts';
import { retryAfterSeconds } from './retry-pauses.ts';

/** The time for the whole attempt: name resolution, connection and answer. */
const TIMEOUT_MS = 10_000;
/** The bytes of an answer that are read before it is cut off. Nobody uses them. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** Answers that say when to come again. */
const ASKING_STATUSES: readonly number[] = [429, 503];

export interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Posted {
  /** The HTTP status, or null if there was no answer. */
  readonly status: number | null;
  /** The reason why there was none: a term for the tenant's log, which reveals nothing of our network. */
  readonly error: string | null;
  /** The time that a 429 or 503 asked for by `Retry-After`. */
  readonly retryAfterSeconds?: number | undefined;
}

export interface PostOptions extends AddressRules {
  /** @default by DNS */
  readonly resolve?: Resolve;
}

/**
 * Sends a request to the one address that was found to be allowed, over a connection of its own. Redirects are
 * treated as answers. It never rejects: a failure is what the tenant sees in the log.
 */
export async function postWebhook(
  post: Post,
  { resolve, loopback }: PostOptions,
  timeoutMs: number = TIMEOUT_MS,
): Promise<Posted> {
  await beforeOutsideCall('a webhook');
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const url = new URL(post.url);
    const address = await withSignal(resolveTarget(url, { loopback }, resolve), signal);
    const { body, headers } = post;
    return postedOf(await sendPinned({ url, address, method: 'POST', headers, body, signal }));
  } catch (error) {
    return { status: null, error: signal.aborted ? 'timeout' : wordFor(error) };
  }
}

/** Lets go of the answer once its head is known. */
function postedOf(answer: IncomingMessage): Posted {
  let bytes = 0;
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) answer.destroy();
  });
  answer.on('error', () => undefined);
  const status = answer.statusCode ?? 0;
  const asks = ASKING_STATUSES.includes(status);
  const after = asks ? retryAfterSeconds(answer.headers['retry-after'], new Date()) : undefined;
  return { status, error: null, retryAfterSeconds: after };
}

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'name-not-found',
  EAI_AGAIN: 'name-not-found',
  ECONNREFUSED: 'connection-refused',
  ECONNRESET: 'connection-lost',
  EPIPE: 'connection-lost',
  ETIMEDOUT: 'timeout',
  EPROTO: 'tls-failed',
};

function wordFor(error: unknown): string {
  if (error instanceof AddressRefused) return 'address-refused';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code)) return 'tls-failed';
  return WORDS[code] ?? 'failed';
}
