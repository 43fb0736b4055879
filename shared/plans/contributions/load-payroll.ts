import { addDays } from '#kernel/calendar.ts';
import { exponentOf } from '#kernel/money.ts';
import type { RunStatement } from '#platform/db/run-statement.ts';
import { ageReached, findBreach, limitsOf, type PlanLimit, type YearSums } from './contribution-limits.ts';
import { countedInYear } from './contribution-sources.ts';
import {
  insertPayroll,
  listCurrencies,
  lockPlans,
  matchPlans,
  type Refusal,
  type RowAtRisk,
  refuseRows,
  rowsAtRisk,
} from './payroll.repository.ts';
import { explainBreach, MAX_DAYS_AHEAD } from './record-contribution.ts';

/** Plans changed after the rows were judged, and some must be refused now. */
export class PayrollMoved extends Error {
  constructor() {
    super('plans changed while a payroll file was being loaded');
    this.name = 'PayrollMoved';
  }
}

/** Refuses staged rows that their plans can't take as they are; answers how many. Rows that are recorded already are fine. */
export async function judgePayroll(run: RunStatement, today: string): Promise<number> {
  const currencies = await listCurrencies(run);
  const exponents = Object.fromEntries(currencies.map((currency) => [currency, exponentOf(currency)]));
  const refused = await matchPlans(run, { exponents, today, latest: addDays(today, MAX_DAYS_AHEAD) });
  return refused + (await refuseExceeding(run));
}

/** Counts the good rows that are recorded already. */
export { CREATE_STAGED_PAYROLL, countRecorded } from './payroll.repository.ts';

/**
 * Enters the good rows. Their plans are locked and judged again, since a limit that was far may have been reached meanwhile.
 * @throws PayrollMoved when a row must be refused now: judge the rows again
 */
export async function loadPayroll(
  run: RunStatement,
  load: { readonly uploadId: string | null; readonly requestId: string; readonly today: string },
): Promise<void> {
  await lockPlans(run);
  if ((await judgePayroll(run, load.today)) > 0) throw new PayrollMoved();
  await insertPayroll(run, load);
}

async function refuseExceeding(run: RunStatement): Promise<number> {
  const limits = await listLimits(run);
  const year = new RunningYear();
  let refused = 0;
  for await (const rows of rowsAtRisk(run)) {
    const breaches = rows.flatMap((row) => year.add(row, limits) ?? []);
    if (breaches.length > 0) refused += await refuseRows(run, breaches);
  }
  return refused;
}

/** The sums of one employee's year as their rows come, those that are refused left out. */
class RunningYear {
  #of = '';
  #used: YearSums = { employee: 0n, roth: 0n, employer: 0n };

  add(row: RowAtRisk, limits: readonly PlanLimit[]): (Refusal & { readonly n: number }) | undefined {
    const { employee_id, plan_type, year, plan_currency: currency, source, amount_minor: amount } = row;
    const of = JSON.stringify([employee_id, plan_type, year, currency]);
    if (of !== this.#of) {
      this.#of = of;
      this.#used = { employee: row.used_employee, roth: row.used_roth, employer: row.used_employer };
    }
    const added = countedInYear(source, amount);
    const age = row.date_of_birth === null ? undefined : ageReached(row.date_of_birth, year);
    const breach = findBreach(this.#used, added, limitsOf(limits, { planType: plan_type, currency, year }), {
      age,
      wages: row.wages ?? undefined,
    });
    if (breach !== undefined) {
      const message = explainBreach(breach, { year, planType: plan_type, currency });
      return { n: row.n, code: 'contribution-limit', column: 'amount', message };
    }
    this.#used = {
      employee: this.#used.employee + added.employee,
      roth: this.#used.roth + added.roth,
      employer: this.#used.employer + added.employer,
    };
    return undefined;
  }
}

async function listLimits(run: RunStatement): Promise<PlanLimit[]> {
  const { rows } = await run<PlanLimit>(
    `select plan_type as "planType", currency, kind, year, min_age as "minAge", max_age as "maxAge", amount from contribution_limits`,
  );
  return [...rows];
}
