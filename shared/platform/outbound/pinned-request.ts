import type { LookupAddress } from 'node:dns';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { LookupFunction } from 'node:net';

export interface PinnedRequest {
  readonly url: URL;
  /** The address that was found to be allowed. */
  readonly address: LookupAddress;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Sends a request to the one address that was found to be allowed, over a connection of its own. Redirects are answers like others.
 * It resolves with the head of the answer; whoever reads the body bounds it.
 */
export async function sendPinned({
  url,
  address,
  method,
  headers,
  body = '',
  signal,
}: PinnedRequest): Promise<IncomingMessage> {
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const options: RequestOptions = {
    method,
    headers: body === '' ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    lookup: pinned(address),
    // A connection of an earlier request may lead to where the name pointed then.
    agent: false,
    signal,
  };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent: ClientRequest = request(url, options, resolve);
  sent.on('error', reject);
  sent.end(body);
  return promise;
}

/** Resolves every name to the address that was checked. */
function pinned({ address, family }: LookupAddress): LookupFunction {
  return (_, options, answer) => {
    if (options.all) answer(null, [{ address, family }]);
    else answer(null, address, family);
  };
}

/** Looking up a name can't be stopped; its answer can be left behind. */
export function withSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  return Promise.race([work, promise]);
}
