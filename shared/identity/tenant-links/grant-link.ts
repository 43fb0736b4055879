import { invalidField } from '#kernel/domain-error.ts';
import type { TenantTx } from '#platform/db/tenant-tx.ts';
import { findSponsorId, insertTenantLink } from './tenant-link.repository.ts';

/** @throws DomainError `tenant-link-exists`, and `validation-failed` for a slug that is no active sponsor's */
export async function grantLink(tx: TenantTx, sponsor: string): ReturnType<typeof insertTenantLink> {
  const sponsorId = await findSponsorId(tx, sponsor);
  if (sponsorId === undefined)
    throw invalidField('/sponsor', 'no-sponsor', 'must be the slug of an active sponsor');
  return insertTenantLink(tx, { sponsor_tenant_id: sponsorId, sponsor_slug: sponsor });
}
