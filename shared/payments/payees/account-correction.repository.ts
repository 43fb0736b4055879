import type { Insertable, Selectable } from 'kysely';
import type { z } from 'zod';
import type { AccountCorrections } from '#generated/database.ts';
import { changeReason, isChangeCode } from '#payments/nacha/change-codes.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { NotificationOfChange } from './account-correction.ts';

const COLUMNS = [
  'account_last4_after',
  'account_last4_before',
  'account_type_after',
  'account_type_before',
  'bank_account_id',
  'code',
  'id',
  'is_applied',
  'noted_at',
  'routing_number_after',
  'routing_number_before',
  'transaction_id',
] as const satisfies readonly (keyof AccountCorrections)[];

type CorrectionRow = Pick<Selectable<AccountCorrections>, (typeof COLUMNS)[number]>;

/** Undefined when it is known. */
export function insertCorrection(
  tx: TenantTx,
  correction: Insertable<AccountCorrections>,
): Promise<CorrectionRow | undefined> {
  return tx
    .insertInto('account_corrections')
    .values(correction)
    .onConflict((conflict) => conflict.doNothing())
    .returning(COLUMNS)
    .executeTakeFirst();
}

/** Lists what banks have notified us of, about accounts or of a payment, the first one first. */
export function listCorrections(
  read: TenantRead,
  of: { readonly accounts: readonly string[] } | { readonly transaction: string },
): Promise<CorrectionRow[]> {
  const corrections = read.selectFrom('account_corrections').select(COLUMNS).orderBy('id');
  return 'transaction' in of
    ? corrections.where('transaction_id', '=', of.transaction).execute()
    : corrections.where('bank_account_id', '=', (eb) => eb.fn.any(eb.val([...of.accounts]))).execute();
}

export function toNotification(row: CorrectionRow): z.infer<typeof NotificationOfChange> {
  const { id, transaction_id, bank_account_id, code, is_applied, noted_at } = row;
  return {
    ...{ id, transaction_id, bank_account_id, code },
    meaning: isChangeCode(code) ? changeReason(code).meaning : null,
    applied: is_applied,
    before: {
      routing_number: row.routing_number_before,
      account_last4: row.account_last4_before,
      account_type: row.account_type_before,
    },
    after: {
      routing_number: row.routing_number_after,
      account_last4: row.account_last4_after,
      account_type: row.account_type_after,
    },
    noted_at: noted_at.toISOString(),
  };
}
