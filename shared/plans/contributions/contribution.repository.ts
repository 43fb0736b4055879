import { type Selectable, sql } from 'kysely';
import type { z } from 'zod';
import type { Contributions } from '#generated/database.ts';
import { fromMinor } from '#kernel/money.ts';
import { insertTransactions, postEntries } from '#ledger/journal.ts';
import type { PageRequest } from '#platform/db/cursor.ts';
import type { Sorted } from '#platform/db/sorted.ts';
import type { SerializableTx, TenantRead } from '#platform/db/tenant-tx.ts';
import type { LimitKind } from './contribution-limits.ts';
import { countedInYear, isVestedAtOnce } from './contribution-sources.ts';
import type { Contribution } from './contributions.routes.ts';

const CONTRIBUTIONS_COLUMNS = [
  'amount',
  'balance_after',
  'created_at',
  'created_by',
  'currency',
  'effective_date',
  'id',
  'idempotency_key',
  'plan_id',
  'reverses',
  'source',
  'tenant_id',
  'upload_id',
  'upload_line',
] as const satisfies readonly (keyof Contributions)[];
export type ContributionRow = Selectable<Contributions>;

const columnsOf = (table: 'contributions' | 'entered') =>
  sql.join(CONTRIBUTIONS_COLUMNS.map((column) => sql.ref(`${table}.${column}`)));

export function toContribution(row: ContributionRow): z.input<typeof Contribution> {
  const { id, plan_id, currency, effective_date, reverses } = row;
  return {
    id,
    plan_id,
    amount: fromMinor(row.amount, currency),
    currency,
    source: row.source,
    effective_date,
    balance_after: fromMinor(row.balance_after, currency),
    transaction_id: id,
    reverses,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
  };
}

/** An amount that enters a plan, or leaves it again if negative. */
export interface Entry {
  readonly planId: string;
  readonly source: ContributionRow['source'];
  readonly amountMinor: bigint;
  readonly effectiveDate: string;
  readonly idempotencyKey: string | undefined;
  /** The contribution that this one takes back. */
  readonly reverses: string | undefined;
}

/** The contribution, and the sums that the rules judge, with the contribution included. */
export interface Entered extends ContributionRow {
  /** When its transaction was written. */
  readonly paid_at: Date;
  readonly terminated_on: string | null;
  readonly plan_type: string;
  /** Whether the plan document, where there is one, takes money from the source on that day. */
  readonly is_of_document: boolean;
  readonly date_of_birth: string | null;
  readonly year_employee: bigint;
  readonly year_employer: bigint;
  readonly year_roth: bigint;
  /** The wages of the year before, in minor units. */
  readonly wages: bigint | null;
  readonly limits:
    | readonly { kind: LimitKind; year: number; min_age: number; max_age: number; amount: string }[]
    | null;
}

/**
 * Moves the balance and writes the contribution, its transaction, its journal entry and the sums of its year: one statement,
 * since a hot plan's lock is held while it runs. Nothing if there is no such plan. The id of both the contribution and its transaction is
 * taken under that lock, so that a plan's entries are listed in the order in which they moved its balance.
 *
 * A year that is not there yet is never taken from; the proposed row of a reversal must satisfy its checks all the same.
 * The money was paid with the payroll that reports it: its transaction is settled from the start.
 */
export async function insertEntry(tx: SerializableTx, entry: Entry): Promise<Entered | undefined> {
  const { planId, source, amountMinor, effectiveDate, idempotencyKey = null, reverses = null } = entry;
  const year = Number(effectiveDate.slice(0, 4));
  const owned = isVestedAtOnce(source) ? amountMinor : 0n;
  const { employee, roth, employer } = countedInYear(source, amountMinor);
  const paid = insertTransactions({
    type: 'CONTRIBUTION',
    status: 'SETTLED',
    columns: {
      id: 'entry_id',
      amount: 'entered_amount',
      currency: 'currency',
      plan_id: 'id',
      compensates: 'reversed_id',
    },
  });
  const posted = postEntries({
    reason: amountMinor > 0n ? 'contribution' : 'contribution-reversed',
    columns: {
      amount: 'abs(entered_amount)',
      currency: 'currency',
      transaction_id: 'entry_id',
      effective_date: 'entered_on',
    },
  });
  const { rows } = await sql<Entered>`
    with plan as (
      update plans set
        employee_contributed = employee_contributed + ${owned}::bigint,
        employer_contributed = employer_contributed + ${amountMinor - owned}::bigint,
        version = version + 1, updated_at = now()
      where id = ${planId}::uuid
      returning id, employee_id, plan_type, plan_document_id, terminated_on, currency, balance, posting_id() as entry_id,
        ${amountMinor}::bigint as entered_amount, ${effectiveDate}::date as entered_on, ${reverses}::uuid as reversed_id
    ), year as (
      insert into contribution_years as y (employee_id, plan_type, year, currency, employee_amount, roth_amount, employer_amount)
      select employee_id, plan_type, ${year}::integer, currency, greatest(${employee}::bigint, 0), greatest(${roth}::bigint, 0),
        greatest(${employer}::bigint, 0)
      from plan
      on conflict (tenant_id, employee_id, plan_type, year, currency) do update set
        employee_amount = y.employee_amount + ${employee}::bigint, roth_amount = y.roth_amount + ${roth}::bigint,
        employer_amount = y.employer_amount + ${employer}::bigint
      returning employee_amount, roth_amount, employer_amount
    ), paid as (
      ${sql.raw(paid)} from plan
    ), posted as (
      ${sql.raw(posted)} from plan
    ), entered as (
      insert into contributions (plan_id, id, source, amount, currency, effective_date, balance_after, idempotency_key, reverses)
      select id, entry_id, ${source}::text, entered_amount, currency, entered_on, balance, ${idempotencyKey}::text, reversed_id
      from plan
      returning ${columnsOf('contributions')}
    )
    select ${columnsOf('entered')}, now() as paid_at, plan.terminated_on, plan.plan_type,
      plan.plan_document_id is null or (select ${source}::text = any(v.sources) from plan_document_versions v
        where v.document_id = plan.plan_document_id and v.effective_from <= plan.entered_on order by v.number desc limit 1) as is_of_document,
      year.employee_amount as year_employee, year.employer_amount as year_employer, year.roth_amount as year_roth,
      (select date_of_birth from participants p where p.employee_id = plan.employee_id) as date_of_birth,
      (select (wages ->> ${String(year - 1)}::text)::bigint from participants p where p.employee_id = plan.employee_id) as wages,
      (select json_agg(json_build_object('kind', kind, 'year', l.year, 'min_age', min_age, 'max_age', max_age, 'amount', amount::text))
        from contribution_limits l
        where l.plan_type = plan.plan_type and l.currency = plan.currency and l.year = (
          select max(m.year) from contribution_limits m where m.plan_type = plan.plan_type and m.year <= ${year}::integer)) as limits
    from entered, plan, year`.execute(tx);
  return rows[0];
}

export function findContribution(
  read: TenantRead,
  planId: string,
  id: string,
): Promise<ContributionRow | undefined> {
  return read
    .selectFrom('contributions')
    .select(CONTRIBUTIONS_COLUMNS)
    .where('plan_id', '=', planId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** A contribution and whether it was taken back. */
export async function findReversible(
  tx: SerializableTx,
  planId: string,
  id: string,
): Promise<(ContributionRow & { reversed: boolean }) | undefined> {
  return tx
    .selectFrom('contributions as c')
    .select(CONTRIBUTIONS_COLUMNS)
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom('contributions as r')
            .select('r.id')
            .where('r.plan_id', '=', planId)
            .where('r.reverses', '=', id),
        )
        .$castTo<boolean>()
        .as('reversed'),
    )
    .where('c.plan_id', '=', planId)
    .where('c.id', '=', id)
    .executeTakeFirst();
}

/** A payroll file may fill the period again that a reversed contribution filled. */
export async function setPeriodReversed(tx: SerializableTx, planId: string, id: string): Promise<void> {
  await tx
    .updateTable('payroll_periods')
    .set({ reversed: true })
    .where('plan_id', '=', planId)
    .where('contribution_id', '=', id)
    .execute();
}

/** Oldest first: ids are by age, and those of one plan are made one after another. A plan has a few hundred, so that any order is cheap. */
export function listContributions(
  read: TenantRead,
  planId: string,
  request: PageRequest,
  { position, after, by }: Sorted,
): Promise<(ContributionRow & { readonly position: string | null })[]> {
  return read
    .selectFrom('contributions')
    .select([...CONTRIBUTIONS_COLUMNS, position.as('position')])
    .where('plan_id', '=', planId)
    .where(after)
    .orderBy(by)
    .limit(request.limit + 1)
    .execute();
}
