import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { CorporateActions } from '#generated/database.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import type { TenantId } from '#kernel/ids.ts';
import type { PageRequest } from '#platform/db/cursor.ts';
import type { Sorted } from '#platform/db/sorted.ts';
import type { SystemTx } from '#platform/db/system-tx.ts';
import { dayOfTenant } from '#platform/db/tenant-day.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { CorporateAction } from './corporate-actions.routes.ts';

const COLUMNS = [
  'after',
  'applied_at',
  'authorized_after',
  'authorized_before',
  'before',
  'created_at',
  'created_by',
  'currency',
  'denominator',
  'dividend_id',
  'effective_date',
  'exponent',
  'fractions',
  'fractions_total',
  'holders',
  'id',
  'kind',
  'numerator',
  'payable_date',
  'price_per_share',
  'security_class',
  'state',
  'updated_at',
  'version',
] as const satisfies readonly (keyof CorporateActions)[];

export type CorporateActionRow = Pick<Selectable<CorporateActions>, (typeof COLUMNS)[number]>;
export type SplitTerms = Pick<
  CorporateActionRow,
  'security_class' | 'numerator' | 'denominator' | 'fractions' | 'effective_date'
>;
/** The terms of the cash for the fractions of a split. */
export interface CashTerms {
  /** It is that of a whole share after the split. */
  readonly price_per_share: string;
  readonly currency: string;
  /** Decimal places of the currency's minor unit. */
  readonly exponent: number;
  readonly payable_date: string;
}
type State = CorporateActionRow['state'];

const decimalOrNull = (value: string | null) => (value === null ? null : canonicalDecimal(value));

export function toCorporateAction({
  price_per_share,
  currency,
  exponent: _,
  payable_date,
  dividend_id,
  ...row
}: CorporateActionRow): z.infer<typeof CorporateAction> {
  return {
    ...row,
    ...(price_per_share === null || currency === null || payable_date === null
      ? {}
      : { price_per_share: canonicalDecimal(price_per_share), currency, payable_date, dividend_id }),
    kind: 'SPLIT',
    before: decimalOrNull(row.before),
    after: decimalOrNull(row.after),
    fractions_total: decimalOrNull(row.fractions_total),
    authorized_before: decimalOrNull(row.authorized_before),
    authorized_after: decimalOrNull(row.authorized_after),
    applied_at: row.applied_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

export function findAction(read: TenantRead, id: string): Promise<CorporateActionRow | undefined> {
  return read.selectFrom('corporate_actions').select(COLUMNS).where('id', '=', id).executeTakeFirst();
}

/** Newest first by id, which is by the time of the proposal, unless another order is asked for. */
export function listActions(
  read: TenantRead,
  {
    security_class,
    ...request
  }: PageRequest & {
    readonly security_class?: string | undefined;
  },
  { position, after, by }: Sorted,
): Promise<(CorporateActionRow & { readonly position: string | null })[]> {
  let actions = read
    .selectFrom('corporate_actions')
    .select([...COLUMNS, position.as('position')])
    .where(after)
    .orderBy(by)
    .limit(request.limit + 1);
  if (security_class !== undefined) actions = actions.where('security_class', '=', security_class);
  return actions.execute();
}

/** @throws DomainError `corporate-action-exists` */
export async function insertAction(
  tx: TenantTx,
  action: SplitTerms & { readonly id: string },
  cash: CashTerms | null,
): Promise<void> {
  await tx
    .insertInto('corporate_actions')
    .values({ ...action, ...(cash === null ? {} : { ...cash, declared_on: sql<string>`today()` }) })
    .execute();
}

/** Takes an action on to another state; undefined where it is in none of those, or not of the version. */
export function setState(
  tx: TenantTx,
  id: string,
  { from, to, version }: { readonly from: readonly State[]; readonly to: State; readonly version?: number },
): Promise<CorporateActionRow | undefined> {
  let changed = tx
    .updateTable('corporate_actions')
    .set((eb) => ({ state: to, version: eb('version', '+', 1), updated_at: sql<Date>`now()` }))
    .where('id', '=', id)
    .where('state', 'in', [...from]);
  if (version !== undefined) changed = changed.where('version', '=', version);
  return changed.returning(COLUMNS).executeTakeFirst();
}

/** Waits for those who are writing positions, so that no change is under way that has not seen what comes next. */
export async function waitForWriters(tx: TenantTx): Promise<void> {
  await sql`select set_config('lock_timeout', '5s', true), pg_advisory_xact_lock(ledger_lock_key(current_tenant()))`.execute(
    tx,
  );
}

/** Tells why positions as of a day and later are settled, where they are. The entries of splits that stand are told by their splits; others are reversed. */
export async function findLater(
  read: TenantRead,
  { security_class, effective_date }: Pick<SplitTerms, 'security_class' | 'effective_date'>,
): Promise<{
  readonly frozen: string | null;
  readonly changed: string | null;
  readonly split: string | null;
}> {
  const { rows } = await sql<{ frozen: string | null; changed: string | null; split: string | null }>`select
    (select 'dividend ' || id from frozen_dividends where security_class = ${security_class} and record_date >= ${effective_date}::date
      union all select 'meeting ' || id from frozen_meetings where security_class = ${security_class} and record_date >= ${effective_date}::date
      limit 1) as frozen,
    (select max(effective_date)::text from position_entries
      where security_class = ${security_class} and effective_date >= ${effective_date}::date
        and source not like 'corporate-action:%') as changed,
    (select min(effective_date)::text from corporate_actions
      where security_class = ${security_class} and effective_date >= ${effective_date}::date and state <> 'REVERSED') as split`.execute(
    read,
  );
  return rows[0] as { frozen: string | null; changed: string | null; split: string | null };
}

interface Dependent {
  readonly split: string | null;
  readonly source: string | null;
  /** The dividend that pays the fractions, where a payment of it was ordered. */
  readonly paid: string | null;
}

/** Returns the split after another one that stands, the holders whose positions have changed since, day by day, and the cash that can't be called off. */
export async function findDependent(
  read: TenantRead,
  { id, security_class, effective_date, dividend_id }: CorporateActionRow,
): Promise<Dependent> {
  const { rows } = await sql<Dependent>`select
    (select d.id::text from declared_dividends d where d.id = ${dividend_id}::uuid and (d.state in ('PAYING', 'PAID')
      or exists (select from unpaid_payments u where u.dividend_id = d.id and u.is_ordered))) as paid,
    (select id::text from corporate_actions where security_class = ${security_class} and effective_date > ${effective_date}::date
      and state in ('APPLYING', 'APPLIED', 'REVERSING') order by effective_date desc limit 1) as split,
    (select max(e.source) from position_entries e
      where e.security_class = ${security_class} and e.effective_date >= ${effective_date}::date and e.source <> ${sourceOf(id)}
      group by e.shareholder_id, e.effective_date having sum(e.delta) <> 0
      order by e.effective_date desc limit 1) as source`.execute(read);
  return rows[0] as Dependent;
}

/** Returns the origin that the ledger keeps of a split. */
export function sourceOf(id: string): string {
  return `corporate-action:${id}`;
}

/** The smallest part of a share that is kept, as a power of ten: division is of whole numbers, so that it is exact. */
const unitsPerShare = ({ fractions }: SplitTerms) => (fractions === 'KEEP' ? '100000000' : '1');

/** The shares that a position comes to. */
const splitOf = (terms: SplitTerms, held: string) =>
  sql`div(${sql.raw(held)} * ${terms.numerator}::numeric * ${unitsPerShare(terms)}::numeric, ${terms.denominator}::numeric) / ${unitsPerShare(terms)}::numeric`;

export interface SplitTotals {
  readonly holders: number;
  readonly before: string;
  readonly after: string;
  readonly fractions_total: string;
  readonly authorized_before: string | null;
  readonly authorized_after: string | null;
}

/** Returns what a split comes to, with the positions as they stand. */
export async function findTotals(read: TenantRead, terms: SplitTerms): Promise<SplitTotals> {
  const { rows } = await sql<SplitTotals>`
    select t.holders, t.before::text, t.after::text,
      round((t.before * ${terms.numerator}::numeric - t.after * ${terms.denominator}::numeric) / ${terms.denominator}::numeric, 8)::text as fractions_total,
      c.authorized::text as authorized_before, (${splitOf({ ...terms, fractions: 'KEEP' }, 'c.authorized')})::text as authorized_after
    from (
      select count(*)::integer as holders, coalesce(sum(held), 0) as before, coalesce(sum(${splitOf(terms, 'held')}), 0) as after
      from (select sum(delta) as held from position_entries where security_class = ${terms.security_class}
        group by shareholder_id having sum(delta) <> 0) as p) as t
    join security_classes c on c.code = ${terms.security_class}`.execute(read);
  return rows[0] as SplitTotals;
}

/** Splits what is authorized of a class. */
export async function setAuthorized(tx: TenantTx, code: string, authorized: string | null): Promise<void> {
  if (authorized === null) return;
  await sql`update security_classes set authorized = ${authorized}::numeric, version = version + 1, updated_at = now()
    where code = ${code} and authorized is not null and authorized <> ${authorized}::numeric`.execute(tx);
}

/** Enters one difference for each holder whose position the split changes, by the triggers of the ledger. Nobody else changes positions of the class meanwhile. */
export async function setSplit(tx: TenantTx, terms: SplitTerms, changeId: bigint): Promise<void> {
  await sql`update shareholders s set holdings = s.holdings + p.delta, position_change_id = ${changeId}, version = s.version + 1, updated_at = now()
    from (
      select shareholder_id, ${splitOf(terms, 'sum(delta)')} - sum(delta) as delta from position_entries
      where tenant_id = current_tenant() and security_class = ${terms.security_class} group by shareholder_id) p
    where s.tenant_id = current_tenant() and s.id = p.shareholder_id and p.delta <> 0`.execute(tx);
}

/** Enters the opposite of each entry of a split. */
export async function setUnsplit(tx: TenantTx, id: string, changeId: bigint): Promise<void> {
  await sql`update shareholders s set holdings = s.holdings - e.delta, position_change_id = ${changeId}, version = s.version + 1, updated_at = now()
    from position_entries e
    where e.tenant_id = current_tenant() and e.source = ${sourceOf(id)} and s.tenant_id = current_tenant() and s.id = e.shareholder_id`.execute(
    tx,
  );
}

/** @param dividendId the run that pays the fractions, where there is one */
export async function setApplied(
  tx: TenantTx,
  id: string,
  totals: SplitTotals,
  dividendId: string | null,
): Promise<void> {
  await tx
    .updateTable('corporate_actions')
    .set((eb) => ({
      ...totals,
      dividend_id: dividendId,
      ...{ state: 'APPLIED' as const, applied_at: sql<Date>`now()` },
      ...{ version: eb('version', '+', 1), updated_at: sql<Date>`now()` },
    }))
    .where('id', '=', id)
    .execute();
}

/** Locks an action that is to be carried out; undefined where somebody else has done it. */
export function lockUnfinished(tx: TenantTx, id: string): Promise<CorporateActionRow | undefined> {
  return tx
    .selectFrom('corporate_actions')
    .select(COLUMNS)
    .where('id', '=', id)
    .where('state', 'in', ['SCHEDULED', 'APPLYING', 'REVERSING'])
    .forUpdate()
    .executeTakeFirst();
}

/** Splits that are under way, or due in the tenant's time zone: in the order of their days. */
const DUE = sql`(a.state in ('APPLYING', 'REVERSING') or (a.state = 'SCHEDULED' and a.effective_date <= today()))`;

export type DueAction = Pick<CorporateActionRow, 'created_by' | 'id' | 'state' | 'fractions'>;

export async function listDue(read: TenantRead): Promise<DueAction[]> {
  const { rows } = await sql<DueAction>`
    select a.id, a.state, a.fractions, a.created_by from corporate_actions a where ${DUE} order by a.effective_date, a.id`.execute(
    read,
  );
  return rows;
}

/** Tells whether a split of a class counts for the close of a day, and isn't in the ledger yet. */
export async function isUnapplied(read: TenantRead, securityClass: string, day: string): Promise<boolean> {
  const { rows } = await sql`
    select from corporate_actions a where a.security_class = ${securityClass} and a.effective_date <= ${day}::date and ${DUE} limit 1`.execute(
    read,
  );
  return rows.length > 0;
}

/** Lists tenants with a split that is not finished, whose day may have begun. */
export async function listTenantsWithDue(tx: SystemTx, time: Date): Promise<TenantId[]> {
  const { rows } = await sql<{ tenant_id: TenantId }>`
    select distinct a.tenant_id from corporate_actions a join tenant_directory t on t.id = a.tenant_id and t.status = 'ACTIVE'
    where a.state in ('APPLYING', 'REVERSING')
      or (a.state = 'SCHEDULED' and a.effective_date <= ${dayOfTenant(time)})
    order by 1 limit 10000`.execute(tx);
  return rows.map(({ tenant_id }) => tenant_id);
}
