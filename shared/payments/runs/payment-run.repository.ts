import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { PaymentRuns } from '#generated/database.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { DividendDisbursement } from './payment-runs.routes.ts';
import { USABLE_ACCOUNT } from './usable-account.ts';

const COLUMNS = [
  'approved_by',
  'dividend_id',
  'ordered',
  'position',
  'repays_until',
  'request_id',
  'requested_by',
  'started_at',
  'state',
  'tenant_id',
  'updated_at',
  'without_account',
  'without_kyc',
] as const satisfies readonly (keyof PaymentRuns)[];

export type RunRow = Selectable<PaymentRuns>;

export function lockRun(tx: TenantTx, dividendId: string): Promise<RunRow | undefined> {
  return tx
    .selectFrom('payment_runs')
    .select(COLUMNS)
    .where('dividend_id', '=', dividendId)
    .forUpdate()
    .executeTakeFirst();
}

/** Begins a pass from the first payment, after the last one if there was one. */
export async function beginRun(
  tx: TenantTx,
  run: {
    readonly state: 'SCHEDULED' | 'RUNNING';
    readonly dividend_id: string;
    readonly requested_by: string;
    readonly approved_by: string | null;
    readonly request_id: string;
    /** Pays again what had ended unpaid by then; null: what nobody has ordered. */
    readonly repays_until: string | null;
  },
): Promise<void> {
  await sql`insert into payment_runs as r (dividend_id, state, requested_by, approved_by, request_id, repays_until)
    values (${run.dividend_id}, ${run.state}, ${run.requested_by}, ${run.approved_by}, ${run.request_id}, ${run.repays_until}::timestamptz)
    on conflict (tenant_id, dividend_id) do update set state = excluded.state, requested_by = excluded.requested_by, approved_by = excluded.approved_by,
      request_id = excluded.request_id, repays_until = excluded.repays_until, position = default, without_kyc = 0, without_account = 0, updated_at = now()`.execute(
    tx,
  );
}

export async function setRunning(tx: TenantTx, dividendId: string): Promise<void> {
  await tx
    .updateTable('payment_runs')
    .set({ state: 'RUNNING', updated_at: sql<Date>`now()` })
    .where('dividend_id', '=', dividendId)
    .execute();
}

export interface ChunkOrder {
  readonly dividendId: string;
  readonly after: string;
  readonly limit: number;
  readonly channel: 'BANK' | 'NACHA_FILE';
  readonly requestedBy: string;
  readonly requestId: string;
  /** The second person who has approved the run; null where nobody had to. */
  readonly approvedBy: string | null;
  /** The payable date of the dividend. */
  readonly notBefore: string;
}

export interface Chunk {
  readonly seen: number;
  readonly last: string | null;
  readonly ordered: readonly string[];
  readonly withoutKyc: number;
  readonly withoutAccount: number;
}

/** Orders the next pending payments of a dividend, in one statement: those of verified holders, into their newest active account. */
export async function orderChunk(tx: TenantTx, chunk: ChunkOrder): Promise<Chunk> {
  const { rows } = await sql<{
    seen: number;
    last: string | null;
    ordered: string[];
    without_kyc: number;
    without_account: number;
  }>`with next as (
      select t.id, t.amount, s.kyc_status = 'VERIFIED' as verified, a.id as account
      from (select id, amount, shareholder_id from ledger_transactions t
          where t.dividend_id = ${chunk.dividendId} and t.status = 'PENDING' and t.id > ${chunk.after}
            and not exists (select from payment_orders o where o.tenant_id = t.tenant_id and o.transaction_id = t.id)
          order by t.id limit ${chunk.limit}) t
        ${PAYABLE}
    ), ordered as (
      insert into payment_orders (transaction_id, bank_account_id, channel, requested_by, request_id, not_before, approval, decided_by, decided_at)
      select id, account, ${chunk.channel}, ${chunk.requestedBy}, ${chunk.requestId}, ${chunk.notBefore},
        case when ${chunk.approvedBy}::uuid is null then 'NOT_NEEDED' else 'APPROVED' end,
        ${chunk.approvedBy}::uuid, case when ${chunk.approvedBy}::uuid is not null then now() end
      from next where verified and account is not null order by id
      on conflict do nothing returning transaction_id
    )
    select count(*)::integer as seen, max(id::text) as last,
      (select coalesce(array_agg(transaction_id::text), '{}') from ordered) as ordered,
      (count(*) filter (where not verified))::integer as without_kyc,
      (count(*) filter (where verified and account is null))::integer as without_account
    from next`.execute(tx);
  const row = rows[0];
  return {
    seen: row?.seen ?? 0,
    last: row?.last ?? null,
    ordered: row?.ordered ?? [],
    withoutKyc: row?.without_kyc ?? 0,
    withoutAccount: row?.without_account ?? 0,
  };
}

/** Tells of a payment which account is paid into: the newest active one of a holder. */
const PAYABLE = sql`join holders_of_record s on s.id = t.shareholder_id
        left join lateral (select b.id from bank_accounts b
          where b.shareholder_id = s.id and ${USABLE_ACCOUNT} order by b.id desc limit 1) a on true`;

/**
 * The payments of a dividend that were cancelled or denied, have failed or come back, and that nobody has ordered again. Few payments are, and each
 * part of those that may be finds its own by an index.
 */
const unpaid = (dividendId: string) => sql`(
    select u.transaction_id as id, u.amount, u.shareholder_id, u.updated_at from unpaid_payments u
      join (select id from ledger_transactions where dividend_id = ${dividendId} and status in ('FAILED', 'CANCELLED')
        union select compensates from ledger_transactions where dividend_id = ${dividendId} and compensates is not null
        union select id from ledger_transactions where repays_dividend_id = ${dividendId}) as ended on ended.id = u.transaction_id
    where u.status <> 'PENDING')`;

interface UnpaidChunk {
  readonly seen: number;
  readonly last: string | null;
  readonly payable: readonly { readonly id: string; readonly account: string }[];
  readonly withoutKyc: number;
  readonly withoutAccount: number;
}

/** Lists the next unpaid payments of a dividend, and where they can be paid to. */
export async function listUnpaid(
  tx: TenantTx,
  { dividendId, after, until, limit }: { dividendId: string; after: string; until: Date; limit: number },
): Promise<UnpaidChunk> {
  const { rows } = await sql<{ id: string; verified: boolean; account: string | null }>`
    select t.id::text as id, s.kyc_status = 'VERIFIED' as verified, a.id::text as account
    from (select u.id, u.shareholder_id from ${unpaid(dividendId)} u
        where u.id > ${after} and u.updated_at <= ${until} order by u.id limit ${limit}) t
      ${PAYABLE} order by t.id`.execute(tx);
  const verified = rows.filter((row) => row.verified);
  return {
    seen: rows.length,
    last: rows.at(-1)?.id ?? null,
    payable: verified.flatMap(({ id, account }) => (account === null ? [] : [{ id, account }])),
    withoutKyc: rows.length - verified.length,
    withoutAccount: verified.filter(({ account }) => account === null).length,
  };
}

/** The unpaid payments of a dividend, what they come to, and the instant at which it is so. */
export async function sumOfUnpaid(
  read: TenantRead,
  dividendId: string,
): Promise<{ payments: number; totalMinor: bigint; until: string }> {
  const { rows } = await sql<{ payments: number; total: string; until: Date }>`
    select count(*)::integer as payments, coalesce(sum(u.amount), 0)::text as total, clock_timestamp() as until
    from ${unpaid(dividendId)} u`.execute(read);
  const { payments = 0, total = '0', until = new Date(0) } = rows[0] ?? {};
  return { payments, totalMinor: BigInt(total), until: until.toISOString() };
}

/** The payments of a dividend that nobody has ordered yet, and what they come to. */
export async function sumOfUnordered(
  read: TenantRead,
  dividendId: string,
): Promise<{ payments: number; totalMinor: bigint }> {
  const { payments, total } = await read
    .selectFrom('ledger_transactions as t')
    .select((eb) => [eb.fn.countAll().as('payments'), eb.fn.sum('t.amount').as('total')])
    .where('t.dividend_id', '=', dividendId)
    .where('t.status', '=', 'PENDING')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('payment_orders as o')
            .select('o.transaction_id')
            .whereRef('o.transaction_id', '=', 't.id'),
        ),
      ),
    )
    .executeTakeFirstOrThrow();
  return { payments: Number(payments), totalMinor: BigInt(total ?? 0) };
}

export async function setProgress(
  tx: TenantTx,
  dividendId: string,
  chunk: Chunk,
  done: boolean,
): Promise<void> {
  await tx
    .updateTable('payment_runs')
    .set((eb) => ({
      ordered: eb('ordered', '+', chunk.ordered.length),
      without_kyc: eb('without_kyc', '+', chunk.withoutKyc),
      without_account: eb('without_account', '+', chunk.withoutAccount),
      updated_at: sql<Date>`now()`,
      ...(chunk.last === null ? {} : { position: chunk.last }),
      ...(done ? { state: 'DONE' } : {}),
    }))
    .where('dividend_id', '=', dividendId)
    .execute();
}

export async function findProgress(
  read: TenantRead,
  dividendId: string,
): Promise<z.infer<typeof DividendDisbursement> | undefined> {
  const run = await read
    .selectFrom('payment_runs')
    .select(COLUMNS)
    .where('dividend_id', '=', dividendId)
    .executeTakeFirst();
  if (run === undefined) return undefined;
  const counted = await read
    .selectFrom('ledger_transactions')
    .select((eb) => [
      eb.fn.countAll().filterWhere('status', '=', 'PENDING').as('pending'),
      eb.fn.countAll().filterWhere('status', '=', 'SENT').as('sent'),
      eb.fn
        .countAll()
        .filterWhere('status', '=', 'SETTLED')
        .filterWhere('compensates', 'is', null)
        .filterWhere('amount', '>', 0n)
        .as('settled'),
      eb.fn
        .countAll()
        .filterWhere('status', '=', 'FAILED')
        .filterWhere(sql<boolean>`return_code is distinct from 'ADJUSTED'`)
        .as('failed'),
      eb.fn.countAll().filterWhere('status', '=', 'CANCELLED').as('cancelled'),
      eb.fn.countAll().filterWhere('compensates', 'is not', null).as('returned'),
    ])
    .where('dividend_id', '=', dividendId)
    .executeTakeFirstOrThrow();
  return {
    dividend_id: dividendId,
    state: run.state,
    ...(run.repays_until === null ? {} : { only: 'UNPAID' as const }),
    pending: Number(counted.pending),
    sent: Number(counted.sent),
    settled: Number(counted.settled) - Number(counted.returned),
    failed: Number(counted.failed),
    cancelled: Number(counted.cancelled),
    returned: Number(counted.returned),
    ordered: run.ordered,
    without_kyc: run.without_kyc,
    without_account: run.without_account,
    ...(run.state === 'DONE' ? { never_ordered: (await sumOfUnordered(read, dividendId)).payments } : {}),
    started_at: run.started_at.toISOString(),
    updated_at: run.updated_at.toISOString(),
  };
}
