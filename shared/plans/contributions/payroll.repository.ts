import { TRANSACTIONS_PER_EVENT } from '#contracts/event-types.ts';
import type { ContributionSource } from '#contracts/transactions.ts';
import { consecutiveIds } from '#kernel/ids.ts';
import { insertTransactions, postEntries } from '#ledger/journal.ts';
import { FINAL_PAY_DAYS } from '#plans/plan-standing.ts';
import type { RunStatement } from '#platform/db/run-statement.ts';
import { INSERT_EVENTS } from '#platform/db/tenant-tx.ts';

/**
 * The SQL of payroll files. It reads the session's temporary table `staged_rows` (n, line, employee_id, plan_type, amount, source,
 * period, currency, run_id, effective_date, error_*), and keeps there what it finds of each row: plan_id, plan_currency, exponent,
 * amount_minor, and whether the row is recorded already.
 */

export const CREATE_STAGED_PAYROLL = `create temporary table staged_rows (
  n integer not null, line integer not null,
  employee_id text collate "C", plan_type text, amount text, source text, period text, currency text, run_id text collate "C", effective_date date,
  error_column text, error_code text, error_message text, first_line integer,
  plan_id uuid, plan_currency text, exponent integer, amount_minor bigint, recorded boolean)`;

/** Rows without an error that are not recorded yet. */
const GOOD = `error_code is null and not recorded`;

export async function listCurrencies(run: RunStatement): Promise<string[]> {
  const { rows } = await run<{ currency: string }>('select distinct currency from plans');
  return rows.map(({ currency }) => currency);
}

/** Counts the rows that are recorded already, and change nothing. */
export async function countRecorded(run: RunStatement): Promise<number> {
  const { rows } = await run<{ recorded: bigint }>(
    'select count(*) as recorded from staged_rows where error_code is null and recorded',
  );
  return Number(rows[0]?.recorded ?? 0);
}

export interface Refusal {
  readonly code: string;
  readonly column: string;
  readonly message: string;
}

/** Finds each good row's plan, and refuses the rows that it can't take; answers how many. */
export async function matchPlans(
  run: RunStatement,
  {
    exponents,
    today,
    latest,
  }: { exponents: Readonly<Record<string, number>>; today: string; latest: string },
): Promise<number> {
  await run(
    `update staged_rows s set plan_id = m.plan_id, plan_currency = m.currency, exponent = m.exponent, amount_minor = m.amount_minor,
        recorded = m.recorded, error_code = m.refused
      from (
        select r.n, p.id as plan_id, p.currency, e.exponent, coalesce(h.amount = minor.amount, false) as recorded,
          case when minor.amount = trunc(minor.amount) then minor.amount::bigint end as amount_minor,
          case
            when p.id is null and exists (
              select from plans t where t.employee_id = r.employee_id and t.plan_type = r.plan_type) then 'plan-terminated'
            when p.id is null then 'unknown-plan'
            when r.effective_date > p.terminated_on + $4::integer then 'plan-terminated'
            when r.plan_type = 'RSU' then 'plan-of-shares'
            when r.plan_type <> '401K' and r.source not in ('EMPLOYEE', 'EMPLOYER') then 'source-not-of-plan'
            when p.document is not null and (select r.source = any(v.sources) from plan_document_versions v
              where v.document_id = p.document and v.effective_from <= r.effective_date order by v.number desc limit 1) is not true then 'source-not-of-document'
            when r.currency is distinct from p.currency and r.currency is not null then 'currency-mismatch'
            when minor.amount <> trunc(minor.amount) then 'too-many-decimals'
            when r.effective_date < p.enrolled_on or r.effective_date > $3::date then 'date-out-of-range'
            when h.amount <> minor.amount then 'period-recorded'
          end as refused
        from staged_rows r
        left join plans active on active.employee_id = r.employee_id and active.plan_type = r.plan_type and active.status = 'ACTIVE'
        -- Final pay goes to the plan that ended, also where the employee has another one since.
        left join lateral (
          select t.id, t.currency, t.enrolled_on, t.terminated_on, t.plan_document_id from plans t where (active.id is null or r.effective_date < active.enrolled_on)
            and t.employee_id = r.employee_id and t.plan_type = r.plan_type and t.status = 'TERMINATED'
            and r.effective_date between t.enrolled_on and t.terminated_on + $4::integer
          order by t.terminated_on desc limit 1) ended on true
        cross join lateral (select coalesce(ended.id, active.id) as id, coalesce(ended.currency, active.currency) as currency,
          case when ended.id is null then active.plan_document_id else ended.plan_document_id end as document,
          coalesce(ended.enrolled_on, active.enrolled_on) as enrolled_on, coalesce(ended.terminated_on, active.terminated_on) as terminated_on) as p
        left join unnest($1::text[], $2::integer[]) as e (currency, exponent) on e.currency = p.currency
        left join payroll_periods h on h.plan_id = p.id and h.pay_date = r.effective_date and h.source = r.source and h.run_id = r.run_id
          and not h.reversed
        cross join lateral (select r.amount::numeric * 10::numeric ^ e.exponent as amount) as minor
        where r.error_code is null) m
      where m.n = s.n`,
    [Object.keys(exponents), Object.values(exponents), latest, FINAL_PAY_DAYS],
  );
  return explainRefusals(run, today);
}

async function explainRefusals(run: RunStatement, today: string): Promise<number> {
  const refusals = refusalsOf(today);
  const column = (of: (refusal: Refusal) => string) => refusals.map(of);
  const { changed } = await run(
    `update staged_rows s set error_column = f.name, error_message = f.message
      from unnest($1::text[], $2::text[], $3::text[]) as f (code, name, message)
      where s.error_code = f.code and s.error_message is null`,
    [column(({ code }) => code), column((refusal) => refusal.column), column(({ message }) => message)],
  );
  return changed;
}

function refusalsOf(today: string): Refusal[] {
  return [
    { code: 'unknown-plan', column: 'employee_id', message: 'The employee has no plan of this type.' },
    {
      code: 'plan-terminated',
      column: 'employee_id',
      message: `The employee’s plan of this type had ended more than ${FINAL_PAY_DAYS} days before.`,
    },
    {
      code: 'plan-of-shares',
      column: 'plan_type',
      message: 'An RSU plan holds shares, and takes no contributions.',
    },
    { code: 'source-not-of-plan', column: 'source', message: 'This source is only for a 401K.' },
    {
      code: 'source-not-of-document',
      column: 'source',
      message: 'The plan document takes no money from this source on that day.',
    },
    { code: 'currency-mismatch', column: 'currency', message: 'The plan is in another currency.' },
    {
      code: 'too-many-decimals',
      column: 'amount',
      message: 'amount has more decimal places than the plan’s currency.',
    },
    {
      code: 'date-out-of-range',
      column: 'period',
      message: `period must not end before the enrolment, nor more than 31 days after ${today}.`,
    },
    {
      code: 'period-recorded',
      column: 'period',
      message:
        'This pay date, source and run are recorded with another amount: reverse that contribution to correct it, or give a further run a run_id of its own.',
    },
  ];
}

/** A good row of an employee whose year may exceed a limit. */
export interface RowAtRisk {
  readonly n: number;
  readonly employee_id: string;
  readonly plan_type: string;
  readonly year: number;
  readonly plan_currency: string;
  readonly source: ContributionSource;
  readonly amount_minor: bigint;
  /** The amount of the year before the file. */
  readonly used_employee: bigint;
  readonly used_employer: bigint;
  readonly used_roth: bigint;
  readonly date_of_birth: string | null;
  /** The wages of the year before, in minor units. */
  readonly wages: bigint | null;
}

const FETCH_ROWS = 1_000;

/**
 * Returns, in batches, the rows of employees who would exceed a limit without a catch-up if all their rows were
 * taken. They are few, so the rule itself is applied to few. Rows come in the order of the file within each
 * employee's year.
 */
export async function* rowsAtRisk(run: RunStatement): AsyncGenerator<readonly RowAtRisk[], void> {
  await run(`declare rows_at_risk cursor with hold for
    with good as (
      select n, employee_id, plan_type, extract(year from effective_date)::integer as year, plan_currency, source, amount_minor
      from staged_rows where ${GOOD} and plan_type in (select plan_type from contribution_limits)
    ), wanted as (
      select employee_id, plan_type, year, plan_currency,
        coalesce(sum(amount_minor) filter (where source in ('EMPLOYEE', 'ROTH')), 0) as employee,
        coalesce(sum(amount_minor) filter (where source <> 'ROLLOVER'), 0) as total
      from good group by 1, 2, 3, 4
    ), at_risk as (
      select w.employee_id, w.plan_type, w.year, w.plan_currency, coalesce(y.employee_amount, 0) as used_employee, coalesce(y.employer_amount, 0) as used_employer,
        coalesce(y.roth_amount, 0) as used_roth
      from wanted w left join contribution_years y on y.employee_id = w.employee_id and y.plan_type = w.plan_type
        and y.year = w.year and y.currency = w.plan_currency
      where exists (
        select from contribution_limits l
        where l.plan_type = w.plan_type and l.currency = w.plan_currency
          and l.year = (select max(m.year) from contribution_limits m where m.plan_type = w.plan_type and m.year <= w.year)
          and case l.kind
            when 'EMPLOYEE_DEFERRAL' then w.employee + coalesce(y.employee_amount, 0) > l.amount
            when 'TOTAL_ADDITIONS' then w.total + coalesce(y.employee_amount + y.employer_amount, 0) > l.amount end)
    )
    select g.n, g.employee_id, g.plan_type, g.year, g.plan_currency, g.source, g.amount_minor, r.used_employee, r.used_employer, r.used_roth, p.date_of_birth,
      (p.wages ->> (g.year - 1)::text)::bigint as wages
    from good g join at_risk r using (employee_id, plan_type, year, plan_currency)
      left join participants p on p.employee_id = g.employee_id
    order by g.employee_id, g.plan_type, g.year, g.plan_currency, g.n`);
  for (;;) {
    const { rows } = await run<RowAtRisk>(`fetch ${FETCH_ROWS} from rows_at_risk`);
    if (rows.length === 0) break;
    yield rows;
  }
  await run('close rows_at_risk');
}

export async function refuseRows(
  run: RunStatement,
  refused: readonly (Refusal & { readonly n: number })[],
): Promise<number> {
  const { changed } = await run(
    `update staged_rows s set error_code = f.code, error_column = f.name, error_message = f.message
      from unnest($1::integer[], $2::text[], $3::text[], $4::text[]) as f (n, code, name, message) where s.n = f.n`,
    [
      refused.map(({ n }) => n),
      refused.map(({ code }) => code),
      refused.map(({ column }) => column),
      refused.map(({ message }) => message),
    ],
  );
  return changed;
}

/**
 * Locks the plans in the order of their ids, so that two files can't wait for each other. The locks are held until
 * the transaction ends.
 */
export async function lockPlans(run: RunStatement): Promise<void> {
  await run(`select count(*) from (
    select p.id from plans p where p.id in (select plan_id from staged_rows where ${GOOD}) order by p.id for update) as locked`);
}

/**
 * Writes every good row as a contribution, with its transaction and its journal entry, and moves balances and years: what
 * `insertEntry` does for one. Ordered by the keys. The outbox rows are left to the sweeper.
 */
export async function insertPayroll(
  run: RunStatement,
  { uploadId, requestId }: { uploadId: string | null; requestId: string },
): Promise<void> {
  const ids = consecutiveIds();
  await run(
    `create temporary table payroll_entries on commit drop as
      select ($1::text || to_hex($2::bigint + row_number() over (order by s.plan_id, s.n)))::uuid as id,
        s.plan_id, s.source, s.amount_minor as amount, s.plan_currency as currency, s.exponent, s.effective_date, s.period, s.run_id, s.line,
        p.employee_id, p.plan_type, p.balance + sum(s.amount_minor) over (partition by s.plan_id order by s.n) as balance_after
      from staged_rows s join plans p on p.id = s.plan_id where ${GOOD} order by s.plan_id, s.n`,
    [ids.prefix, ids.first],
  );
  const paid = insertTransactions({
    type: 'CONTRIBUTION',
    status: 'SETTLED',
    columns: { id: 'id', amount: 'amount', currency: 'currency', plan_id: 'plan_id' },
  });
  await run(`${paid} from payroll_entries order by id`);
  const posted = postEntries({
    reason: 'contribution',
    columns: {
      amount: 'amount',
      currency: 'currency',
      transaction_id: 'id',
      effective_date: 'effective_date',
    },
  });
  await run(`${posted} from payroll_entries order by id`);
  await run(
    `insert into contributions
      (plan_id, id, source, amount, currency, effective_date, balance_after, upload_id, upload_line)
    select plan_id, id, source, amount, currency, effective_date, balance_after, $1::uuid, case when $1::uuid is not null then line end from payroll_entries order by id`,
    [uploadId],
  );
  await run(
    `insert into payroll_periods as h (plan_id, period, source, run_id, contribution_id, amount, upload_id, upload_line)
    select plan_id, period, source, run_id, id, amount, $1::uuid, case when $1::uuid is not null then line end from payroll_entries order by id
    on conflict (tenant_id, plan_id, pay_date, source, run_id) do update set period = excluded.period, contribution_id = excluded.contribution_id,
      amount = excluded.amount, upload_id = excluded.upload_id, upload_line = excluded.upload_line, reversed = false`,
    [uploadId],
  );
  await run(`update plans p set employee_contributed = p.employee_contributed + e.employee,
      employer_contributed = p.employer_contributed + e.employer, version = p.version + 1, updated_at = now()
    from (
      select plan_id, coalesce(sum(amount) filter (where source <> 'EMPLOYER'), 0) as employee,
        coalesce(sum(amount) filter (where source = 'EMPLOYER'), 0) as employer
      from payroll_entries group by plan_id) e
    where p.id = e.plan_id`);
  await run(`insert into contribution_years as y (employee_id, plan_type, year, currency, employee_amount, roth_amount, employer_amount)
    select employee_id, plan_type, extract(year from effective_date)::integer, currency,
      coalesce(sum(amount) filter (where source in ('EMPLOYEE', 'ROTH')), 0), coalesce(sum(amount) filter (where source = 'ROTH'), 0),
      coalesce(sum(amount) filter (where source in ('EMPLOYER', 'SAFE_HARBOR', 'AFTER_TAX')), 0)
    from payroll_entries group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (tenant_id, employee_id, plan_type, year, currency) do update set
      employee_amount = y.employee_amount + excluded.employee_amount, roth_amount = y.roth_amount + excluded.roth_amount,
      employer_amount = y.employer_amount + excluded.employer_amount`);
  await insertEvents(run, requestId);
}

/** Writes events in the shape of `toTransactionState`. The transactions were created at this transaction's own instant. */
async function insertEvents(run: RunStatement, requestId: string): Promise<void> {
  await run(
    `with at as (select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as instant)
    ${INSERT_EVENTS}
    select 'transaction.created', json_build_object(
        'each', json_build_object('transactions', json_build_object('version', 1, 'type', 'CONTRIBUTION', 'status', 'SETTLED', 'currency', currency,
          'created_at', min(at.instant), 'updated_at', min(at.instant))),
        'transactions', json_agg(json_build_object('id', id, 'plan_id', plan_id, 'source', source,
          'effective_date', effective_date, 'amount', round(amount / 10::numeric ^ exponent, exponent)::text) order by id)), $1
    from (
      select id, plan_id, source, effective_date, amount, currency, exponent, (row_number() over (partition by currency order by id) - 1) / ${TRANSACTIONS_PER_EVENT} as event
      from payroll_entries) e, at
    group by currency, event`,
    [requestId],
  );
}
