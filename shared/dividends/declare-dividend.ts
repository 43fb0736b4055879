import type { z } from 'zod';
import type { Proposer } from '#approvals/propose-change.ts';
import { invalidField } from '#kernel/domain-error.ts';
import type { TenantId } from '#kernel/ids.ts';
import { exponentOf, toMinor } from '#kernel/money.ts';
import { command, type TenantTx } from '#platform/db/tenant-tx.ts';
import { type DividendRow, insertDividend } from './dividend.repository.ts';
import { RUNS_QUEUE, type RunMessage } from './dividend-message.ts';
import { settleDays } from './dividend-terms.ts';
import type { scheduleDividend } from './dividends.routes.ts';

export interface Declaration {
  readonly tenantId: TenantId;
  readonly idempotencyKey: string;
  /** The user who declares it. */
  readonly proposer: Proposer;
}

/**
 * Declares a dividend. When its record date is over, the snapshot is ordered in the same
 * transaction; a day that is open can still change, and waits for its close. Nothing is paid before a
 * second person has approved it.
 * @throws DomainError `validation-failed`, `dividend-exists`, `dividend-repeated`
 */
export async function declareDividend(
  tx: TenantTx,
  terms: z.output<typeof scheduleDividend.body>,
  { tenantId, idempotencyKey, proposer }: Declaration,
): Promise<DividendRow> {
  const { currency, record_date, security_class, rate_per_share, total_pool } = terms;
  const { today, declaration_date } = await settleDays(tx, terms);
  const hasClosed = record_date < today;
  // Loaded here: with it, the function’s code would be longer than a cold start may read.
  const { wasEverHeld } = await import('#register/security-class.ts');
  if (hasClosed && !(await wasEverHeld(tx, security_class, record_date)))
    throw invalidField('/security_class', 'no-holders', `has no holders on ${record_date}`);
  const total = total_pool === undefined ? null : toMinor(total_pool, currency, '/total_pool');
  if (!terms.repeats_terms) {
    const { refuseRepeated } = await import('./same-terms.repository.ts');
    await refuseRepeated(tx, { ...terms, total_pool: total });
  }
  const dividend = await insertDividend(tx, {
    security_class,
    currency,
    exponent: exponentOf(currency),
    rate_per_share: rate_per_share ?? null,
    total_pool: total,
    declaration_date,
    record_date,
    payable_date: terms.payable_date,
    idempotency_key: idempotencyKey,
    approval: 'REQUIRED',
  });
  const { requestChange } = await import('#approvals/request-change.ts');
  await requestChange(
    tx,
    {
      kind: 'dividend',
      subject: { type: 'dividends', id: dividend.id },
      before: null,
      after: {
        ...{ security_class, currency, record_date, payable_date: terms.payable_date },
        ...(rate_per_share === undefined ? {} : { rate_per_share }),
        ...(total_pool === undefined ? {} : { total_pool }),
      },
      proposal: {},
    },
    proposer,
  );
  if (hasClosed) orderRun(tx, { tenant_id: tenantId, dividend_id: dividend.id, closed_on: record_date });
  return dividend;
}

/** Takes the dividend on in the background, once the transaction is committed. */
export function orderRun(tx: TenantTx, message: RunMessage): void {
  command(tx, { type: 'message.send', queue: RUNS_QUEUE, message });
}
