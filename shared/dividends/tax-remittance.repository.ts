import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { TaxRemittances } from '#generated/database.ts';
import { fromMinor } from '#kernel/money.ts';
import { decodeCursor, type PageRequest } from '#platform/db/cursor.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { TaxRemittance } from './tax-remittances.routes.ts';

const COLUMNS = [
  'amount',
  'approved_by',
  'created_at',
  'currency',
  'form',
  'id',
  'paid_on',
  'reference',
  'requested_by',
] as const satisfies readonly (keyof TaxRemittances)[];

export type TaxRemittanceRow = Pick<Selectable<TaxRemittances>, (typeof COLUMNS)[number]>;

export function toTaxRemittance({
  amount,
  created_at,
  requested_by,
  ...row
}: TaxRemittanceRow): z.infer<typeof TaxRemittance> {
  return {
    ...row,
    amount: fromMinor(amount, row.currency),
    created_at: created_at.toISOString(),
    created_by: requested_by,
  };
}

/** Lists by id, which is by the time of the proposal, the newest first. */
export function listRemittances(
  read: TenantRead,
  { limit, cursor }: PageRequest,
): Promise<TaxRemittanceRow[]> {
  let remittances = read
    .selectFrom('tax_remittances')
    .select(COLUMNS)
    .orderBy('id', 'desc')
    .limit(limit + 1);
  if (cursor !== undefined) remittances = remittances.where('id', '<', decodeCursor(cursor, ['uuid'])[0]);
  return remittances.execute();
}

interface Remitted {
  /** The number of remittances in the currency. */
  readonly count: number;
  /** The sum that was recorded for the form, in minor units. */
  readonly ofForm: bigint;
  /** Whether the key has recorded one before. */
  readonly isKeyUsed: boolean;
}

export async function findRemitted(
  read: TenantRead,
  { currency, form, key }: { readonly currency: string; readonly form: string; readonly key: string },
): Promise<Remitted> {
  const { rows } = await sql<{ count: number; of_form: string; is_key_used: boolean }>`
    select count(*)::integer as count, coalesce(sum(amount) filter (where form = ${form}), 0)::text as of_form,
      exists (select from tax_remittances where idempotency_key = ${key}) as is_key_used
    from tax_remittances where currency = ${currency}`.execute(read);
  const { count = 0, of_form = '0', is_key_used = false } = rows[0] ?? {};
  return { count, ofForm: BigInt(of_form), isKeyUsed: is_key_used };
}

export type NewTaxRemittance = Omit<TaxRemittanceRow, 'created_at'> & {
  readonly number: number;
  readonly idempotency_key: string;
};

/** @throws DomainError `conflict` when another one was recorded at the same time */
export async function insertRemittance(tx: TenantTx, remittance: NewTaxRemittance): Promise<void> {
  await tx.insertInto('tax_remittances').values(remittance).execute();
}
