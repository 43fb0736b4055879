import { sql } from 'kysely';
import type { TenantTx } from '#platform/db/tenant-tx.ts';

/** A party of payments whose sum of a day counts: who orders, and who is paid. */
export interface Party {
  readonly party: 'USER' | 'PAYEE';
  readonly id: string;
}

export interface Tallied {
  readonly day: string;
  readonly currency: string;
  /** The user first, always: two transactions that wait for each other's row would end one of them. */
  readonly parties: readonly Party[];
}

/** Adds an amount to the day's sums, and returns them. The rows stay locked, so that parallel orders see each other. */
export async function addToTallies(
  tx: TenantTx,
  { day, currency, parties }: Tallied,
  amountMinor: bigint,
): Promise<bigint[]> {
  const values = parties.map(
    ({ party, id }) => sql`(${day}::date, ${currency}, ${party}, ${id}, ${amountMinor.toString()}::bigint)`,
  );
  const { rows } = await sql<{ unreviewed: bigint }>`
    insert into payment_tallies as t (day, currency, party, party_id, unreviewed) values ${sql.join(values)}
    on conflict on constraint payment_tallies_key do update set unreviewed = t.unreviewed + excluded.unreviewed
    returning unreviewed`.execute(tx);
  return rows.map(({ unreviewed }) => BigInt(unreviewed));
}

/** Takes an amount from the sums again, since a second person will look at it. */
export async function takeFromTallies(
  tx: TenantTx,
  { day, currency, parties }: Tallied,
  amountMinor: bigint,
): Promise<void> {
  const keys = parties.map(({ party, id }) => sql`(${party}, ${id})`);
  await sql`update payment_tallies set unreviewed = unreviewed - ${amountMinor.toString()}::bigint
    where day = ${day}::date and currency = ${currency} and (party, party_id) in (${sql.join(keys)})`.execute(
    tx,
  );
}
