import { sql } from 'kysely';
import { DomainError } from '#kernel/domain-error.ts';
import { dividendOf } from '#ledger/transactions.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import { type DividendState, isPayable } from './dividend-state.ts';

/** The part of a dividend that payments need to know. */
export interface PayingDividend {
  readonly state: DividendState;
  readonly currency: string;
  /** The first day on which it may be paid. */
  readonly payableDate: string;
  /** Whether its transactions may be ordered now. */
  readonly isPayable: boolean;
  /** A second person has approved its terms, or nobody had to. */
  readonly isApproved: boolean;
  readonly version: number;
}

export async function findPayingDividend(
  read: TenantRead,
  dividendId: string,
): Promise<PayingDividend | undefined> {
  const dividend = await read
    .selectFrom('dividends')
    .select(['state', 'currency', 'payable_date', 'approval', 'version'])
    .where('id', '=', dividendId)
    .executeTakeFirst();
  if (dividend === undefined) return undefined;
  const { state, currency, payable_date: payableDate, approval, version } = dividend;
  const isApproved = approval === 'APPROVED' || approval === 'NOT_NEEDED';
  return { state, currency, payableDate, isPayable: isPayable(state), isApproved, version };
}

/** @throws DomainError `approval-required` */
export function requireApproved({ isApproved }: PayingDividend): void {
  if (isApproved) return;
  throw new DomainError(
    'approval-required',
    'A second person must approve the dividend first, see /approvals.',
  );
}

/**
 * Notes that the bank is about to have money of the dividend: from now on it can't be cancelled. False when it was cancelled, or
 * is not allotted yet. A transaction without a dividend is no concern of ours.
 */
export async function beginPaying(tx: TenantTx, dividendId: string | null): Promise<boolean> {
  if (dividendId === null) return true;
  await tx
    .updateTable('dividends')
    .set((eb) => ({ state: 'PAYING', version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', dividendId)
    .where('state', '=', 'PENDING')
    .execute();
  const dividend = await findPayingDividend(tx, dividendId);
  return dividend?.state === 'PAYING' || dividend?.state === 'PAID';
}

/**
 * Notes that a payment of the dividend has ended, or come back. The dividend is PAID as long as it owes nothing: what has failed, was denied or returned
 * stays owed until it is paid again. Two last payments that end at once may each see the other as open: the job resume-dividends closes what
 * they leave.
 */
export async function finishDividend(
  tx: TenantTx,
  transaction: Parameters<typeof dividendOf>[0],
): Promise<void> {
  const dividendId = dividendOf(transaction);
  if (dividendId === null) return;
  await tx
    .updateTable('dividends as d')
    .set((eb) => ({
      state: sql<DividendState>`case d.state when 'PAYING' then 'PAID' else 'PAYING' end`,
      version: eb('version', '+', 1),
      updated_at: sql<Date>`now()`,
    }))
    .where('d.id', '=', dividendId)
    .where('d.state', 'in', ['PAYING', 'PAID'])
    .where(sql<boolean>`is_paid_off(d.tenant_id, d.id) = (d.state = 'PAYING')`)
    .execute();
}
