import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { handler } from '#functions/payments/disburse-dividend.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { numberPlace } from '#payments/payees/number-place.ts';
import { disburseDividend } from '#payments/runs/payment-runs.routes.ts';
import { sealerOf } from '#platform/sealing.ts';
import { approved } from './approvals.ts';
import { magic, persistently } from './payment-client.ts';
import { FIELD_SECRET } from './payments.ts';
import { call } from './request.ts';
import type { TestTenant } from './tenants.ts';

/**
 * Creates verified holders with an account each, by default one that settles at once, a dividend with a pending payment for each, and the
 * order to pay it. Returns the payments, in the order of the holders.
 */
export async function orderDividend(
  admin: pg.Pool,
  tenant: TestTenant,
  count: number,
  last4s: readonly string[] = [],
): Promise<string[]> {
  const sealer = sealerOf(FIELD_SECRET);
  const rows = Array.from({ length: count }, (_, index) => {
    const account = uuidV7();
    const last4 = last4s[index] ?? '0600';
    return {
      holder: uuidV7(),
      account,
      payment: uuidV7(),
      sealed: sealer.seal(magic(last4), numberPlace(account)),
      last4,
    };
  });
  const dividend = randomUUID();
  const client = await admin.connect();
  try {
    await client.query('set session_replication_role = replica');
    await client.query(
      `insert into dividends (tenant_id, id, state, security_class, currency, exponent, rate_per_share, declaration_date, record_date,
         payable_date, holders, total_amount, residual, snapshot_sha256, positions_known_at, idempotency_key)
       values ($1, $2, 'PENDING', 'COMMON', 'USD', 2, 1, current_date, current_date, current_date, $3, $4, 0, repeat('0', 64), now(), $5)`,
      [tenant.id, dividend, count, 100 * count, randomUUID()],
    );
    await client.query(
      `with r as (select * from json_to_recordset($2) as r (holder uuid, account uuid, payment uuid, sealed text, last4 text)),
       s as (insert into shareholders (tenant_id, id, external_ref, name, kyc_status)
         select $1, holder, holder, 'Ada Holder', 'VERIFIED' from r),
       a as (insert into bank_accounts (tenant_id, id, shareholder_id, routing_number, account_number_sealed, account_last4,
           account_type, holder_name) select $1, account, holder, '121042882', sealed, last4, 'CHECKING', 'Ada Holder' from r),
       l as (insert into dividend_lines (tenant_id, dividend_id, shareholder_id, holdings, amount, transaction_id)
         select $1, $3, holder, 1, 100, payment from r)
       insert into transactions (tenant_id, id, type, amount, currency, shareholder_id, dividend_id)
         select $1, payment, 'DIVIDEND', 100, 'USD', holder, $3 from r`,
      [tenant.id, JSON.stringify(rows), dividend],
    );
  } finally {
    await client.query('set session_replication_role = origin');
    client.release();
  }
  const headers = { 'Idempotency-Key': randomUUID() };
  const begun = await persistently(() =>
    call(handler, disburseDividend, { as: tenant.as('OPS'), params: { id: dividend }, headers }),
  );
  if (begun.status !== 202) throw new Error(begun.text);
  if ('kind' in begun.body) await approved(tenant, begun);
  return rows.map(({ payment }) => payment);
}
