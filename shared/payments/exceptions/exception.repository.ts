import { type RawBuilder, sql } from 'kysely';
import type { z } from 'zod';
import { MAY_BE_AT_BANK } from '#payments/orders/at-bank.ts';
import { decodeCursor } from '#platform/db/cursor.ts';
import { disclosing } from '#platform/db/disclosing.ts';
import { beginningFor } from '#platform/db/tenant-day.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import type { listExceptions, PaymentException } from './exceptions.routes.ts';
import { NOT_AT_BANK } from './not-at-bank.repository.ts';

type Shown = z.infer<typeof PaymentException>;
type Filter = z.output<(typeof listExceptions)['query']>;

export interface ExceptionRow {
  readonly id: string;
  readonly kind: Shown['kind'];
  readonly state: Shown['state'];
  readonly since: Date;
  readonly reason: string;
  readonly code: string | null;
  readonly transaction_id: string | null;
  readonly payee_name: string | null;
  readonly bank_file_id: string | null;
  readonly amount: bigint | null;
  readonly currency: string | null;
  /** Whether the bank may have the payment, where it is about one; whether an item of a file is about one. */
  readonly is_at_bank: boolean;
}

/** An exception, with whether the money of its payment can be asked back today. */
export interface DeskRow extends ExceptionRow {
  readonly is_reversible: boolean;
}

/** ACH moves dollars only. */
const CURRENCY = 'USD';

/** Each kind by itself, so that a filter reads no other. The columns are those of {@link ExceptionRow}. */
const KINDS: Readonly<Record<Shown['kind'], RawBuilder<unknown>>> = {
  BANK_ITEM: sql`
    select i.id, 'BANK_ITEM' as kind, case when i.state = 'RESOLVED' or f.acknowledged_at is not null then 'RESOLVED' else 'OPEN' end as state,
      f.received_at as since, coalesce(i.reason, 'matched') as reason, i.code, i.transaction_id, i.file_id as bank_file_id, i.amount,
      case when i.amount is not null then ${CURRENCY}::text end as currency, i.kind is not null as is_at_bank
    from inbound_items i join inbound_files f on f.tenant_id = i.tenant_id and f.id = i.file_id
    where i.state in ('UNMATCHED', 'UNREADABLE', 'RESOLVED')`,
  CONTRADICTION: sql`
    select c.id, 'CONTRADICTION', c.state, c.noted_at, lower(e.kind) || '-after-' || lower(c.stood_as), e.code, c.transaction_id, null::uuid,
      t.amount, t.currency, true
    from bank_contradictions c
      join bank_events e on e.tenant_id = c.tenant_id and e.transaction_id = c.transaction_id and e.event_id = c.event_id
      join ledger_transactions t on t.tenant_id = c.tenant_id and t.id = c.transaction_id`,
  STATEMENT_ITEM: sql`
    select id, 'STATEMENT_ITEM', state, since, reason, code, transaction_id, file_id, amount, currency, true from statement_exceptions`,
  NOT_AT_BANK: sql`
    select n.transaction_id, 'NOT_AT_BANK', 'OPEN', n.since, case n.leg when 'OUT' then 'not-paid-by-bank' else 'not-back-at-bank' end, null,
      n.transaction_id, n.file_id, n.amount, n.currency, true
    from ${NOT_AT_BANK} as n`,
  UNACKNOWLEDGED_FILE: sql`
    select f.id, 'UNACKNOWLEDGED_FILE', case when coalesce(f.acknowledged_at, f.rejected_at) is null then 'OPEN' else 'RESOLVED' end, f.prepared_at + interval '4 hours',
      'not-acknowledged', null, null::uuid, f.id, f.total_amount, ${CURRENCY}::text, true
    from outbound_files f
    where f.prepared_at + interval '4 hours' < coalesce(f.acknowledged_at, f.rejected_at, present_instant())`,
  STUCK_PAYMENT: sql`
    select s.id, 'STUCK_PAYMENT', 'OPEN', s.since, case s.status when 'SENT' then 'no-answer' else 'not-sent' end, null, s.id, null::uuid,
      s.amount, s.currency, s.is_at_bank
    from (
      select x.id, x.amount, x.currency, x.status,
        x.status = 'SENT' or ${MAY_BE_AT_BANK} as is_at_bank,
        greatest(x.updated_at, o.decided_at, ${beginningFor(sql`o.not_before`)})
          + case when x.status = 'SENT' then interval '7 days' when o.channel = 'BANK' then interval '1 hour' else interval '4 days' end as since
      from ledger_transactions x join payment_orders o on o.tenant_id = x.tenant_id and o.transaction_id = x.id
        join tenant_directory t on t.id = x.tenant_id
      where x.status in ('PENDING', 'SENT') and o.approval in ('NOT_NEEDED', 'APPROVED')) s
    where s.since < present_instant()`,
};

/** Lists exceptions by id, which is the newest first. */
export async function findExceptions(
  read: TenantRead,
  { limit, cursor, kind, state }: Filter,
): Promise<DeskRow[]> {
  const before = cursor === undefined ? sql`` : sql`and x.id < ${decodeCursor(cursor, ['uuid'])[0]}::uuid`;
  const kinds = kind === undefined ? Object.values(KINDS) : [KINDS[kind]];
  const { rows } = await sql<ExceptionRow>`
    select x.id, x.kind, x.state, x.since, x.reason, x.code, x.transaction_id, payee_name(x.transaction_id) as payee_name, x.bank_file_id,
      x.amount, x.currency, x.is_at_bank
    from (${sql.join(kinds, sql` union all `)}) as x (id, kind, state, since, reason, code, transaction_id, bank_file_id, amount, currency, is_at_bank)
    where x.state = ${state} ${before} order by x.id desc limit ${limit + 1}`.execute(disclosing(read));
  return withReversals(read, rows);
}

/** Offers a reversal by the rule by which one is refused. */
async function withReversals(read: TenantRead, rows: readonly ExceptionRow[]): Promise<DeskRow[]> {
  const ids = rows.flatMap(({ kind, transaction_id, is_at_bank }) =>
    kind === 'STUCK_PAYMENT' && is_at_bank && transaction_id !== null ? [transaction_id] : [],
  );
  // Loaded by the few lists with a payment that the bank has.
  const reversible =
    ids.length === 0
      ? []
      : await (await import('#payments/reversals/last-look.ts')).listReversibleToday(read, ids);
  const isReversible = new Set<string | null>(reversible);
  return rows.map((row) => ({ ...row, is_reversible: isReversible.has(row.transaction_id) }));
}
