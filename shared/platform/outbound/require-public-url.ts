import { invalidField } from '#kernel/domain-error.ts';
import { type AddressRules, refuseUrl } from './public-url.ts';
import { AddressRefused, resolveTarget } from './resolve-target.ts';

const NOT_PUBLIC = 'must be reached on the public internet';
/** A resolver that doesn't answer doesn't hold up the request: what matters is checked again at each call. */
const RESOLVE_MS = 2_000;

/**
 * Refuses a URL that leads into our network, by itself or by what its name resolves to now. A name without addresses is allowed:
 * it may be about to get one.
 * @param pointer the field of the request that has the URL
 * @throws DomainError `validation-failed`
 */
export async function requirePublicUrl(text: string, pointer: string, rules: AddressRules): Promise<void> {
  const refusal = refuseUrl(text, rules);
  if (refusal !== undefined) throw invalidField(pointer, 'invalid-url', refusal);
  const answered = resolveTarget(new URL(text), rules).catch((error: unknown) => error);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), RESOLVE_MS);
  const outcome = await Promise.race([answered, promise]);
  clearTimeout(timer);
  if (outcome instanceof AddressRefused) throw invalidField(pointer, 'invalid-url', NOT_PUBLIC);
}
