import { sql } from 'kysely';
import type { TenantTx } from '#platform/db/tenant-tx.ts';

/** The bank is about to have money of the dividend: from now on it can't be cancelled. False when it was, or isn't allotted. */
export async function beginPaying(tx: TenantTx, dividendId: string | null): Promise<boolean> {
  if (dividendId === null) return true;
  await tx
    .updateTable('dividends')
    .set((eb) => ({ state: 'PAYING', version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', dividendId)
    .where('state', '=', 'PENDING')
    .execute();
  const dividend = await tx
    .selectFrom('dividends')
    .select('state')
    .where('id', '=', dividendId)
    .executeTakeFirst();
  return dividend?.state === 'PAYING' || dividend?.state === 'PAID';
}

/**
 * A dividend is paid when none of its payments is pending or on its way. What has failed stays owed, and is paid by a
 * transaction of its own. Two last payments that end at once may each see the other: the job resume-dividends closes what they leave.
 */
export async function finishDividend(tx: TenantTx, dividendId: string | null): Promise<void> {
  if (dividendId === null) return;
  await tx
    .updateTable('dividends as d')
    .set((eb) => ({ state: 'PAID', version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('d.id', '=', dividendId)
    .where('d.state', '=', 'PAYING')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('transactions as t')
            .select('t.id')
            .where('t.dividend_id', '=', dividendId)
            .where('t.status', 'in', ['PENDING', 'SENT']),
        ),
      ),
    )
    .execute();
}
