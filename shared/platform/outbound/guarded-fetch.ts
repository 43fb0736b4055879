import type { IncomingMessage } from 'node:http';
import { beforeOutsideCall } from '#platform/outside-call.ts';
import { sendPinned, withSignal } from './pinned-request.ts';
import { AnswerTooLarge } from './public-call.ts';
import { AddressRefused, type AddressRules, refuseUrl } from './public-url.ts';
import { resolveTarget } from './resolve-target.ts';

/** The time for a whole call: name resolution, connection and answer. */
const TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 512 * 1024;

/** An answer, its body read. */
export interface Fetched {
  readonly status: number;
  readonly headers: [string, string][];
  readonly body: Buffer;
}

export interface GuardedInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/**
 * Returns a `fetch` for URLs that customers give, or that what they give leads to: it calls public addresses only, the very one that
 * was checked, follows no redirect, and bounds time and bytes. Only functions outside the network can use it; the others ask for it
 * (outside-fetch.ts).
 */
export function guardedFetch(rules: AddressRules) {
  return async (target: string, { method, headers, body }: GuardedInit): Promise<Fetched> => {
    await beforeOutsideCall('an address outside');
    const refusal = refuseUrl(target, rules);
    if (refusal !== undefined) throw new AddressRefused(refusal);
    const url = new URL(target);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const address = await withSignal(resolveTarget(url, rules), signal);
    const answer = await sendPinned({ url, address, method, headers, body: body ?? undefined, signal });
    return toFetched(answer, await boundedBody(answer));
  };
}

async function boundedBody(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_ANSWER_BYTES) {
      answer.destroy();
      throw new AnswerTooLarge();
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function toFetched(answer: IncomingMessage, body: Buffer): Fetched {
  const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  );
  return { status: answer.statusCode ?? 502, headers, body };
}
