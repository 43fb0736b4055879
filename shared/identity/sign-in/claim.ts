import type { TenantId } from '#kernel/ids.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { findTenantBySlug } from './session.repository.ts';

/** The tenant whose trail a refused sign-in belongs to, if it exists, and the hash of its account. */
interface SignInClaim {
  readonly tenantId?: TenantId;
  readonly payload: { readonly account: string };
}

/**
 * Returns whose trail a refused sign-in belongs to, and its account: as an HMAC under a key derived from the field key, whose id comes first.
 * Entries of one account can be told from those of another through every change of the keys that sign tokens, a leaked one's too, and
 * nobody learns from the trail which addresses were tried.
 */
export async function claimOf(slug: string, email: string): Promise<SignInClaim> {
  const [tenant, sealer] = await Promise.all([findTenantBySlug(slug), fieldSealer()]);
  const account = sealer.sign(JSON.stringify([slug, email]), 'audit-account');
  return { ...(tenant === undefined ? {} : { tenantId: tenant.id }), payload: { account } };
}
