import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { Unavailable } from '#platform/outage.ts';
import { type AddressRules, refuseUrl } from './public-url.ts';

const RETRY_AFTER_SECONDS = 30;

/**
 * Refuses a URL that leads into our network, by itself or by what its name resolves to now. A name without addresses is allowed:
 * it may be about to get one, and it is looked at again at each call.
 * @param pointer the field of the request that has the URL
 * @throws DomainError `validation-failed`, `temporarily-unavailable`
 */
export async function requirePublicUrl(text: string, pointer: string, rules: AddressRules): Promise<void> {
  const refusal = refuseUrl(text, rules);
  if (refusal !== undefined) throw invalidField(pointer, 'invalid-url', refusal);
  const { leadsInside } = await import('./outside-fetch.ts');
  const isInside = await leadsInside(text).catch((error: unknown) => {
    if (!(error instanceof Unavailable)) throw error;
    throw new DomainError(
      'temporarily-unavailable',
      'The address can’t be looked up at the moment. Try again.',
      {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause: error,
      },
    );
  });
  if (isInside) throw invalidField(pointer, 'invalid-url', 'must be reached on the public internet');
}
