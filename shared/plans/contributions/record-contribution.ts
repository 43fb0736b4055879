import { addDays } from '#kernel/calendar.ts';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { fromMinor, toMinor } from '#kernel/money.ts';
import { toTransactionState } from '#ledger/transaction-state.ts';
import { settleForfeiture } from '#plans/forfeitures/settlement.repository.ts';
import type { PlanRow } from '#plans/plan.repository.ts';
import { refusePayAfterEnd } from '#plans/plan-standing.ts';
import { found } from '#platform/db/found.ts';
import { emit, type SerializableTx } from '#platform/db/tenant-tx.ts';
import {
  type ContributionRow,
  type Entered,
  type Entry,
  findReversible,
  insertEntry,
  setPeriodReversed,
} from './contribution.repository.ts';
import { ageReached, type Breach, findBreach } from './contribution-limits.ts';
import { countedInYear, refuseSource } from './contribution-sources.ts';
import type { NewContribution } from './contributions.routes.ts';

/** Payroll is sent ahead of the day it is for; further ahead, a year was mistyped. `pending_money` reads no further back than this allows. */
export const MAX_DAYS_AHEAD = 31;

/**
 * Returns the entry that a request asks for, checked against those properties of a plan that never change.
 * @throws DomainError `currency-mismatch`, `validation-failed`
 */
export function contributionEntry(
  plan: Pick<PlanRow, 'id' | 'currency' | 'enrolled_on' | 'plan_type'>,
  order: NewContribution,
  { idempotencyKey, today }: { idempotencyKey: string; today: string },
): Entry {
  const { amount, currency = plan.currency, source, effective_date = today } = order;
  if (currency !== plan.currency)
    throw new DomainError('currency-mismatch', `The plan is in ${plan.currency}.`, {
      errors: [{ pointer: '/currency', code: 'currency-mismatch', message: `must be ${plan.currency}` }],
    });
  const unfit = refuseSource(source, plan.plan_type);
  if (unfit !== undefined) throw invalidField('/source', 'not-of-plan', unfit);
  const refusal = refuseDate(effective_date, plan.enrolled_on, today);
  if (refusal !== undefined) throw invalidField('/effective_date', 'out-of-range', refusal);
  return {
    planId: plan.id,
    source,
    amountMinor: toMinor(amount, currency),
    effectiveDate: effective_date,
    idempotencyKey,
    reverses: undefined,
  };
}

/** Why a contribution can't be effective on a day; undefined if it can. */
function refuseDate(effectiveDate: string, enrolledOn: string, today: string): string | undefined {
  if (effectiveDate < enrolledOn) return `must not be before the enrolment on ${enrolledOn}`;
  const latest = addDays(today, MAX_DAYS_AHEAD);
  return effectiveDate > latest ? `must not be after ${latest}` : undefined;
}

/**
 * Enters a contribution, then judges what it made: a broken rule rolls all of it back.
 * @throws DomainError `not-found`, `plan-terminated`, `validation-failed`, `contribution-limit-exceeded`, `contribution-key-used`
 */
export async function record(tx: SerializableTx, entry: Entry): Promise<ContributionRow> {
  const entered = found(await insertEntry(tx, entry));
  refusePayAfterEnd(entered, entered.effective_date);
  if (!entered.is_of_document)
    throw invalidField(
      '/source',
      'not-of-document',
      'is not among the sources of the plan document that day',
    );
  refuseExceeded(entered);
  emitContribution(tx, entered);
  return entered;
}

function emitContribution(tx: SerializableTx, entered: Entered): void {
  const { id, plan_id, amount, currency, source, effective_date, reverses, paid_at } = entered;
  const transaction = {
    ...{
      id,
      plan_id,
      amount,
      currency,
      type: 'CONTRIBUTION' as const,
      status: 'SETTLED' as const,
      version: 1,
    },
    ...{ shareholder_id: null, dividend_id: null, compensates: reverses, reverses: null, return_code: null },
    ...{ created_at: paid_at, updated_at: paid_at },
  };
  const contribution = { source, effective_date };
  emit(tx, 'transaction.created', { transactions: [toTransactionState(transaction, contribution)] });
}

function refuseExceeded(entered: Entered): void {
  const { amount, source, limits, currency, plan_type, date_of_birth, wages } = entered;
  const year = Number(entered.effective_date.slice(0, 4));
  const added = countedInYear(source, amount);
  const used = {
    employee: entered.year_employee - added.employee,
    roth: entered.year_roth - added.roth,
    employer: entered.year_employer - added.employer,
  };
  const rules = (limits ?? []).map(({ kind, year, min_age, max_age, amount }) => ({
    kind,
    year,
    minAge: min_age,
    maxAge: max_age,
    amount: BigInt(amount),
  }));
  const age = date_of_birth === null ? undefined : ageReached(date_of_birth, year);
  const breach = findBreach(used, added, rules, { age, wages: wages ?? undefined });
  if (breach === undefined) return;
  const message = explainBreach(breach, { year, planType: plan_type, currency });
  throw new DomainError('contribution-limit-exceeded', message, {
    errors: [{ pointer: '/amount', code: LIMIT_CODES[breach.kind], message }],
  });
}

const LIMIT_CODES = {
  EMPLOYEE_DEFERRAL: 'employee-deferral-limit',
  TOTAL_ADDITIONS: 'total-additions-limit',
  ROTH_CATCH_UP: 'roth-catch-up-required',
} as const;

const LIMIT_NAMES = {
  EMPLOYEE_DEFERRAL: 'the employee’s own contributions',
  TOTAL_ADDITIONS: 'all contributions',
  ROTH_CATCH_UP: 'contributions before tax, above which a catch-up must be Roth,',
} as const;

/** Describes the limit, the amount that is used and the amount that is left. */
export function explainBreach(
  { kind, allowed, used, left }: Breach,
  { year, planType, currency }: { year: number; planType: string; currency: string },
): string {
  const money = (minor: bigint) => `${fromMinor(minor, currency)} ${currency}`;
  return `The ${year} limit of ${LIMIT_NAMES[kind]} to a ${planType} is ${money(allowed)}: ${money(used)} is used, ${money(left)} is left.`;
}

/**
 * Takes a contribution back by an entry of the opposite amount on the same effective date, so that the sums of its year
 * are as if it had never been. What was forfeited of it comes back first.
 * @throws DomainError `not-found`, `contribution-reversed`, `vested-balance-exceeded` when it has been paid out, and
 *   `forfeitures-exceeded` when what was forfeited of it has been used
 */
export async function reverse(
  tx: SerializableTx,
  planId: string,
  id: string,
  today: string,
): Promise<ContributionRow> {
  const original = found(await findReversible(tx, planId, id));
  if (original.reversed || original.reverses !== null)
    throw new DomainError('contribution-reversed', 'It was already reversed, or is itself a reversal.');
  const entered = found(
    await insertEntry(tx, {
      planId,
      source: original.source,
      amountMinor: -original.amount,
      effectiveDate: original.effective_date,
      idempotencyKey: undefined,
      reverses: id,
    }),
  );
  await setPeriodReversed(tx, planId, id);
  if (entered.terminated_on !== null) await settleForfeiture(tx, planId, today);
  emitContribution(tx, entered);
  return entered;
}
