import { CONTRIBUTION_SOURCES } from '#contracts/transactions.ts';
import { PLAN_TYPES } from '#plans/plan-types.ts';

/**
 * The data contract of `POST /uploads/contributions`: a payroll file, one row for an employee's plan, its pay date, its source and its run.
 * Columns in the order of our own files.
 */
export const CONTRIBUTION_COLUMNS = [
  'employee_id',
  'plan_type',
  'amount',
  'source',
  'period',
  'currency',
  'run_id',
] as const;
export type ContributionColumn = (typeof CONTRIBUTION_COLUMNS)[number];

/** See the contract of shareholders. */
const HOSTILE = '\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff';
/** More than zero, at most 12 digits before the point; decimal places are the plan's currency's. */
const AMOUNT = '^(?=[0-9.]*[1-9])[0-9]{1,12}(?:\\.[0-9]{1,3})?$';
/** A month, or a day of pay. Whether the day exists is checked after. */
const PERIOD = '^(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])(?:-[0-3][0-9])?$';

const properties = {
  employee_id: { type: 'string', maxLength: 100, pattern: `^[^${HOSTILE}]+$` },
  plan_type: { type: 'string', enum: [...PLAN_TYPES] },
  amount: { type: 'string', pattern: AMOUNT },
  source: { type: ['string', 'null'], enum: [...CONTRIBUTION_SOURCES, null] },
  period: { type: 'string', pattern: PERIOD },
  currency: { type: ['string', 'null'], pattern: '^[A-Z]{3}$' },
  run_id: { type: ['string', 'null'], maxLength: 50, pattern: `^[^${HOSTILE}]+$` },
} as const;

/** One row as text, the form in which every format is checked: a number is its digits, never a float. */
export const contributionRowSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://vestry.example/schemas/contribution-row.json',
  type: 'object',
  required: ['employee_id', 'plan_type', 'amount', 'period'],
  properties,
} as const;
