import type { RunStatement } from '#platform/db/run-statement.ts';

/** Somebody whose deferrals are to be matched; amounts are in minor units. */
export interface Matched {
  readonly plan_id: string;
  readonly employee_id: string;
  readonly deferred: bigint;
  /** The pay of a year; null where it isn't on record. */
  readonly pay: bigint | null;
  /** The match by other runs of the year. */
  readonly matched_before: bigint;
}

/** The run of a match, beside that of the payroll. */
export interface MatchRun {
  readonly documentId: string;
  readonly payDate: string;
  readonly payrollRun: string;
  readonly matchRun: string;
  readonly source: string;
  readonly isTrueUp: boolean;
}

export const TRUE_UP = 'true-up';
export const MATCH_RUNS = `(h.run_id = 'match' or h.run_id like 'match %' or h.run_id = '${TRUE_UP}')`;

/** Lists whoever has deferred something under a document in a payroll run, or in the year of a true-up; one more than `most` says that they are too many. */
export async function listToMatch(
  run: RunStatement,
  { documentId, payDate, payrollRun, matchRun, source, isTrueUp }: MatchRun,
  most: number,
): Promise<readonly Matched[]> {
  const deferred = isTrueUp
    ? `select c.plan_id, sum(c.amount)::bigint as deferred from contributions c
        where c.source in ('EMPLOYEE', 'ROTH') and c.effective_date between date_trunc('year', $2::date)::date and (date_trunc('year', $2::date) + interval '1 year -1 day')::date
          and c.plan_id in (select id from plans where plan_document_id = $1)
        group by c.plan_id having sum(c.amount) > 0`
    : `select h.plan_id, sum(h.amount)::bigint as deferred from payroll_periods h
        where h.pay_date = $2::date and h.run_id = $3 and h.source in ('EMPLOYEE', 'ROTH') and not h.reversed
          and h.plan_id in (select id from plans where plan_document_id = $1)
        group by h.plan_id`;
  const pay = isTrueUp
    ? `(w.wages ->> extract(year from $2::date)::integer::text)::bigint`
    : 'w.compensation';
  const { rows } = await run<Matched>(
    `select d.plan_id, p.employee_id, d.deferred, ${pay} as pay, coalesce((
        select sum(h.amount) from payroll_periods h
        where h.plan_id = d.plan_id and h.source = $4 and not h.reversed and ${MATCH_RUNS}
          and extract(year from h.pay_date) = extract(year from $2::date) and (h.pay_date, h.run_id) <> ($2::date, $5)), 0)::bigint as matched_before
      from (${deferred}) d join plans p on p.id = d.plan_id join participants w on w.employee_id = p.employee_id
      where $3::text is not null
      order by p.employee_id, d.plan_id limit ${most + 1}`,
    [documentId, payDate, payrollRun, source, matchRun],
  );
  return rows;
}

/** Returns the pay of a year above which nothing counts; undefined where none is known. */
export async function findCompensationLimit(
  run: RunStatement,
  planType: string,
  currency: string,
  year: number,
): Promise<bigint | undefined> {
  const { rows } = await run<{ amount: bigint }>(
    `select amount from contribution_limits where kind = 'COMPENSATION' and plan_type = $1 and currency = $2 and year <= $3 order by year desc limit 1`,
    [planType, currency, year],
  );
  return rows[0]?.amount;
}

export interface StagedMatch {
  readonly employee_id: string;
  readonly amount: string;
}

/** Puts matches where a payroll file's rows are, to be judged and entered as those are. */
export async function stageMatches(
  run: RunStatement,
  matches: readonly StagedMatch[],
  {
    planType,
    payDate,
    matchRun,
    source,
  }: { planType: string } & Pick<MatchRun, 'payDate' | 'matchRun' | 'source'>,
): Promise<void> {
  await run(
    `insert into staged_rows (n, line, employee_id, plan_type, amount, source, period, run_id, effective_date)
      select n, n, employee_id, $2, amount, $3, $4::text, $5, ($4::text)::date
      from unnest($1::text[], $6::text[]) with ordinality as r (employee_id, amount, n)`,
    [
      matches.map(({ employee_id }) => employee_id),
      ...[planType, source, payDate, matchRun],
      matches.map(({ amount }) => amount),
    ],
  );
}

/** A staged match, and its judgement. */
export interface JudgedMatch {
  readonly n: number;
  readonly plan_id: string | null;
  readonly recorded: boolean | null;
  readonly error_message: string | null;
}

export async function listJudged(run: RunStatement): Promise<readonly JudgedMatch[]> {
  const { rows } = await run<JudgedMatch>(
    'select n, plan_id, recorded, error_message from staged_rows order by n',
  );
  return rows;
}
