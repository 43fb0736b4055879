import { sql } from 'kysely';
import { DomainError } from '#kernel/domain-error.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';

/** @throws DomainError `dividend-repeated`: the terms of another dividend that stands are more likely a mistake than a second one */
export async function refuseRepeated(
  tx: TenantTx,
  terms: Parameters<typeof findSameTerms>[1],
): Promise<void> {
  const same = await findSameTerms(tx, terms);
  if (same !== undefined)
    throw new DomainError(
      'dividend-repeated',
      `Dividend ${same.id} has the same terms. If this is another one, say so with repeats_terms.`,
    );
}

/** Finds a dividend that stands, with the same class, days and amount. */
function findSameTerms(
  read: TenantRead,
  terms: {
    readonly security_class: string;
    readonly currency: string;
    readonly record_date: string;
    readonly payable_date: string;
    readonly rate_per_share?: string | undefined;
    /** Minor units. */
    readonly total_pool: bigint | null;
  },
): Promise<{ id: string } | undefined> {
  const { rate_per_share = null, total_pool } = terms;
  return read
    .selectFrom('dividends')
    .select('id')
    .where('security_class', '=', terms.security_class)
    .where('currency', '=', terms.currency)
    .where(
      sql<boolean>`record_date = ${terms.record_date}::date and payable_date = ${terms.payable_date}::date`,
    )
    .where(sql<boolean>`rate_per_share is not distinct from ${rate_per_share}::numeric`)
    .where(sql<boolean>`total_pool is not distinct from ${total_pool}::bigint`)
    .where('corporate_action_id', 'is', null)
    .where('state', '<>', 'CANCELLED')
    .where('approval', '<>', 'DENIED')
    .limit(1)
    .executeTakeFirst();
}
