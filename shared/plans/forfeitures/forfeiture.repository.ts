import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { ForfeitureEntries } from '#generated/database.ts';
import { fromMinor } from '#kernel/money.ts';
import type { PageRequest } from '#platform/db/cursor.ts';
import type { Sorted } from '#platform/db/sorted.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { Forfeiture } from './forfeitures.routes.ts';

const COLUMNS = [
  'amount',
  'balance_after',
  'created_at',
  'created_by',
  'currency',
  'effective_date',
  'id',
  'kind',
  'pay_date',
  'plan_id',
  'plan_type',
  'reverses',
] as const satisfies readonly (keyof ForfeitureEntries)[];

export type ForfeitureRow = Pick<Selectable<ForfeitureEntries>, (typeof COLUMNS)[number]>;

export function toForfeiture(row: ForfeitureRow): z.input<typeof Forfeiture> {
  const { id, kind, plan_type, currency, plan_id, pay_date, reverses, effective_date } = row;
  const { amount, balance_after, created_at, created_by } = row;
  return {
    ...{ id, kind, plan_type, currency, plan_id, pay_date, reverses, effective_date, created_by },
    amount: fromMinor(amount, currency),
    balance_after: fromMinor(balance_after, currency),
    created_at: created_at.toISOString(),
  };
}

export interface Use {
  readonly planType: string;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly payDate: string;
  readonly idempotencyKey: string;
}

/** @throws DomainError `forfeitures-exceeded`, by checks of the database */
export async function insertUse(tx: TenantTx, use: Use): Promise<ForfeitureRow> {
  const { planType, currency, amountMinor, payDate, idempotencyKey } = use;
  const { rows } = await sql<{ id: string }>`
    select use_forfeitures(${planType}, ${currency}, ${amountMinor}, ${payDate}::date, ${idempotencyKey}) as id`.execute(
    tx,
  );
  return tx
    .selectFrom('forfeiture_entries')
    .select(COLUMNS)
    .where('id', '=', rows[0]?.id ?? '')
    .executeTakeFirstOrThrow();
}

/** Takes back a use; undefined where there is none. @throws DomainError `forfeiture-use-reversed`, by a unique constraint */
export async function insertReversal(
  tx: TenantTx,
  id: string,
  idempotencyKey: string,
): Promise<ForfeitureRow | undefined> {
  const { rows } = await sql<{ id: string | null }>`
    select reverse_forfeiture_use(${id}::uuid, ${idempotencyKey}) as id`.execute(tx);
  const [made] = rows;
  if (made === undefined || made.id === null) return undefined;
  return tx.selectFrom('forfeiture_entries').select(COLUMNS).where('id', '=', made.id).executeTakeFirst();
}

export function listForfeitures(
  read: TenantRead,
  {
    limit,
    plan_type,
    currency,
  }: PageRequest & { plan_type?: string | undefined; currency?: string | undefined },
  { position, after, by }: Sorted,
): Promise<(ForfeitureRow & { readonly position: string | null })[]> {
  let query = read
    .selectFrom('forfeiture_entries')
    .select([...COLUMNS, position.as('position')])
    .where(after)
    .orderBy(by)
    .limit(limit + 1);
  if (plan_type !== undefined) query = query.where('plan_type', '=', plan_type);
  if (currency !== undefined) query = query.where('currency', '=', currency);
  return query.execute();
}

export function listForfeituresOfPlan(read: TenantRead, planId: string): Promise<ForfeitureRow[]> {
  return read
    .selectFrom('forfeiture_entries')
    .select(COLUMNS)
    .where('plan_id', '=', planId)
    .orderBy('id')
    .execute();
}
