import type { IncomingMessage } from 'node:http';
import { beforeOutsideCall } from '#platform/outside-call.ts';
import { sendPinned, withSignal } from './pinned-request.ts';
import { type AddressRules, refuseUrl } from './public-url.ts';
import { AddressRefused, resolveTarget } from './resolve-target.ts';

/** The time for a whole call: name resolution, connection and answer. */
const TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 512 * 1024;

export interface GuardedInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * Returns a `fetch` for URLs that customers give, or that what they give leads to: it calls public addresses only, the very one that
 * was checked, follows no redirect, and bounds time and bytes.
 * @param call what is called, for the error of whoever calls it inside a transaction
 */
export function guardedFetch(call: string, rules: AddressRules) {
  return async (
    target: string,
    { method = 'GET', headers = {}, body }: GuardedInit = {},
  ): Promise<Response> => {
    await beforeOutsideCall(call);
    const refusal = refuseUrl(target, rules);
    if (refusal !== undefined) throw new AddressRefused(refusal);
    const url = new URL(target);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const address = await withSignal(resolveTarget(url, rules), signal);
    const text = body === undefined || body === null ? undefined : String(body);
    const answer = await sendPinned({ url, address, method, headers, body: text, signal });
    return toResponse(answer, await boundedBody(answer));
  };
}

async function boundedBody(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_ANSWER_BYTES) {
      answer.destroy();
      throw new Error(`the answer has more than ${MAX_ANSWER_BYTES} bytes`);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** Statuses whose answers have no body, by the Fetch standard. */
const WITHOUT_BODY: readonly number[] = [101, 204, 205, 304];

function toResponse(answer: IncomingMessage, body: Buffer): Response {
  const status = answer.statusCode ?? 502;
  const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  );
  return new Response(WITHOUT_BODY.includes(status) ? null : new Uint8Array(body), { status, headers });
}
