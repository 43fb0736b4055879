import { CONTRIBUTION_SOURCES } from '#contracts/transactions.ts';
import { validate } from '#generated/contribution-row.validator.js';
import { endOfMonth } from '#kernel/calendar.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { isoDate } from '#kernel/fields.ts';
import type { RowError, UploadRow } from '#uploads/formats/upload-row.ts';
import {
  CONTRIBUTION_COLUMNS,
  type ContributionColumn,
  contributionRowSchema,
} from './contribution-upload.schema.ts';
import { rejectedRow } from './finish-row.ts';
import { missingError, numberError } from './number-error.ts';
import { type RowContract, trimmed } from './row-contract.ts';
import { identifierError, textError } from './validate-row.ts';

/** The values of a valid row, in the form in which they are stored. */
export interface ContributionValues {
  readonly employee_id: string;
  readonly plan_type: string;
  readonly amount: string;
  readonly source: string;
  readonly period: string;
  /** Null: that of the plan. */
  readonly currency: string | null;
  /** Tells a run of the same pay date from another, such as a bonus from the regular pay. Empty: the regular run. */
  readonly run_id: string;
  /** The day of pay, or the last of the month. */
  readonly effective_date: string;
}

type Found = Record<ContributionColumn, unknown>;
type Fault = RowError<ContributionColumn>;

export const contributionContract: RowContract<ContributionColumn, ContributionValues> = {
  columns: CONTRIBUTION_COLUMNS,
  required: contributionRowSchema.required,
  otherNames: new Map([
    ['contribution_source', 'source'],
    ['money_source', 'source'],
    ['source_code', 'source'],
    ['payroll_run', 'run_id'],
    ['run', 'run_id'],
    ['run_number', 'run_id'],
    ['currency_code', 'currency'],
  ]),
  number: 'amount',
  days: { columns: ['period'], invalid: 'invalid-period' },
  skipsZero: true,
  dollars: 'currency',
  ofCells: (cells, at) => ({
    employee_id: cells[at.employee_id],
    plan_type: cells[at.plan_type],
    amount: cells[at.amount],
    source: at.source < 0 ? null : cells[at.source] || null,
    period: cells[at.period],
    currency: at.currency < 0 ? null : cells[at.currency] || null,
    run_id: at.run_id < 0 ? null : cells[at.run_id] || null,
  }),
  ofObject: (row, number) => ({
    employee_id: trimmed(row.employee_id),
    plan_type: trimmed(row.plan_type),
    amount: number,
    source: trimmed(row.source) ?? null,
    period: trimmed(row.period),
    currency: trimmed(row.currency) ?? null,
    run_id: trimmed(row.run_id) ?? null,
  }),
  finish: finishContribution,
};

function finishContribution(line: number, found: Found): UploadRow<ContributionColumn, ContributionValues> {
  if (typeof found.employee_id === 'string') found.employee_id = found.employee_id.normalize('NFC');
  if (typeof found.run_id === 'string') found.run_id = found.run_id.normalize('NFC');
  const error =
    findFault(found) ??
    identifierError('employee_id', String(found.employee_id)) ??
    (typeof found.run_id === 'string' ? identifierError('run_id', found.run_id) : undefined);
  if (error !== undefined) return rejectedRow(CONTRIBUTION_COLUMNS, line, found, error);
  const { employee_id, plan_type, amount, source, period, currency, run_id } = found as Record<
    ContributionColumn,
    string
  >;
  return {
    line,
    values: {
      employee_id,
      plan_type,
      amount: canonicalDecimal(amount),
      source: source ?? 'EMPLOYEE',
      period,
      currency,
      run_id: run_id ?? '',
      effective_date: period.length === 'YYYY-MM'.length ? endOfMonth(`${period}-01`) : period,
    },
    error: undefined,
  };
}

/** The first fault of a row, in the order of the contract's columns. */
function findFault(found: Found): Fault | undefined {
  if (validate(found)) {
    const { period } = found as { period: string };
    if (period.length === 'YYYY-MM'.length || isoDate.safeParse(period).success) return undefined;
    return invalidPeriod;
  }
  const fault = validate.errors?.[0];
  const column = (fault?.params.missingProperty ?? fault?.instancePath.slice(1)) as ContributionColumn;
  const value = found[column];
  const missing = missingError(column, value, column === 'amount');
  if (missing !== undefined) return missing;
  switch (column) {
    case 'employee_id':
      return fault?.keyword === 'maxLength'
        ? { column, code: 'too-long', message: 'employee_id must have at most 100 characters.' }
        : textError(column, String(value));
    case 'plan_type':
      return { column, code: 'unknown-value', message: 'plan_type must be RSU, 401K, ESPP or ESOP.' };
    case 'source':
      return {
        column,
        code: 'unknown-value',
        message: `source must be one of ${CONTRIBUTION_SOURCES.join(', ')}, or empty for EMPLOYEE.`,
      };
    case 'run_id':
      return fault?.keyword === 'maxLength'
        ? { column, code: 'too-long', message: 'run_id must have at most 50 characters.' }
        : textError(column, String(value));
    case 'currency':
      return {
        column,
        code: 'unknown-value',
        message: 'currency must be three capital letters, such as USD.',
      };
    case 'period':
      return invalidPeriod;
    case 'amount':
      return numberError(String(value), AMOUNT);
  }
}

const invalidPeriod: Fault = {
  column: 'period',
  code: 'invalid-period',
  message: 'period must be a month as 2026-01, or a day that exists as 2026-01-15.',
};

const AMOUNT = {
  column: 'amount',
  example: '125.50',
  digits: 12,
  isPositive: true,
  insteadOfNegative: '; reverse a contribution to correct it',
  tooManyDecimals: 'has more decimal places than any currency',
} as const;
