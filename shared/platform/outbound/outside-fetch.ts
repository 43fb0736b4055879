import { Unavailable } from '#platform/outage.ts';
import { callFunction } from '#platform/queue/call-function.ts';
import { fetchPublic } from './outbound.jobs.ts';
import { AnswerTooLarge, CALL_LIMITS, type PublicAnswer, type PublicCall } from './public-call.ts';
import { AddressRefused } from './public-url.ts';

/** A request as clients of OAuth hand it to `fetch`. */
export interface OutsideInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Statuses whose answers have no body, by the Fetch standard. */
const WITHOUT_BODY: readonly number[] = [101, 204, 205, 304];

/**
 * A `fetch` for functions that stand in the network: the function `fetch-public` calls the URL, if it leads to the public internet.
 * @throws AddressRefused, AnswerTooLarge, Unavailable
 */
export async function outsideFetch(
  url: string,
  { method = 'GET', headers = {}, body }: OutsideInit = {},
): Promise<Response> {
  const sent = body === undefined || body === null ? null : String(body);
  const answer = await ask({ kind: 'request', url, method, headers, body: sent });
  switch (answer.outcome) {
    case 'answered': {
      const { status, headers: received, body_base64 } = answer;
      const read = Buffer.from(body_base64, 'base64');
      return new Response(WITHOUT_BODY.includes(status) ? null : read, { status, headers: received });
    }
    case 'too-large':
      throw new AnswerTooLarge();
    case 'unreachable':
      throw new Unavailable(answer.code);
    default:
      throw new AddressRefused('not a public address');
  }
}

/**
 * Returns whether the name in a URL leads into a network that isn't public. One without addresses, or whose servers don't answer, leads nowhere.
 * @throws Unavailable if nobody can be asked
 */
export async function leadsInside(url: string): Promise<boolean> {
  return (await ask({ kind: 'resolution', url })).outcome === 'refused';
}

/** A URL that a provider names may be of any length; one that is longer than any of use is not called. */
async function ask(call: PublicCall): Promise<PublicAnswer> {
  if (call.url.length > CALL_LIMITS.url) return { outcome: 'refused' };
  return callFunction<PublicAnswer>(fetchPublic, call);
}
