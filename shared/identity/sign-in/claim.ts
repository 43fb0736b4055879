import { createHmac } from 'node:crypto';
import { currentSigningKey } from '#identity/keys/signing-keys.ts';
import type { TenantId } from '#kernel/ids.ts';
import { findTenantBySlug } from './session.repository.ts';

/** The tenant whose trail a refused sign-in belongs to, if it exists, and the hash of its account. */
interface SignInClaim {
  readonly tenantId?: TenantId;
  readonly payload: { readonly account: string };
}

/**
 * Returns whose trail a refused sign-in belongs to, and its account: as a hash under the key that signs tokens. Entries of one account
 * can be told from those of another for as long as the key signs, and nobody learns from the trail which addresses were tried.
 */
export async function claimOf(slug: string, email: string): Promise<SignInClaim> {
  const [tenant, key] = await Promise.all([findTenantBySlug(slug), currentSigningKey()]);
  const hmac = createHmac('sha256', JSON.stringify(['audit-account', key.privateJwk.d]));
  const account = hmac.update(JSON.stringify([slug, email])).digest('hex');
  return { ...(tenant === undefined ? {} : { tenantId: tenant.id }), payload: { account } };
}
