import * as z from 'zod';
import { addDays, addMonths, endOfMonth } from '#kernel/calendar.ts';
import { invalidField } from '#kernel/domain-error.ts';
import { DEFAULT_PAGE, isoDate, MAX_PAGE, page } from '#kernel/fields.ts';

/** Rows of a CSV page; together with the bound on its bytes it keeps the answer below Lambda's 6 MB. */
export const MAX_CSV_ROWS = 20_000;

/** `limit` and `cursor` of every report. */
export const reportPage = {
  cursor: page.cursor,
  limit: z
    .string()
    .regex(/^[1-9]\d{0,4}$/, `must be 1 to ${MAX_PAGE}, as CSV to ${MAX_CSV_ROWS}`)
    .transform(Number)
    .optional()
    .meta({ openapi: { type: 'integer', minimum: 1, maximum: MAX_CSV_ROWS } }),
};

export type ReportFormat = 'application/json' | 'text/csv';

/** @throws DomainError `validation-failed` */
export function rowLimit(limit: number | undefined, format: ReportFormat): number {
  const isTable = format === 'text/csv';
  const [most, usual] = isTable ? [MAX_CSV_ROWS, MAX_CSV_ROWS] : [MAX_PAGE, DEFAULT_PAGE];
  if (limit === undefined || limit <= most) return limit ?? usual;
  throw invalidField('?limit', 'too-big', `must be at most ${most}${isTable ? ' as CSV' : ''}`);
}

/** The description of pages that every report shares. */
export const PAGES_DESCRIPTION = `As CSV (\`Accept: text/csv\`) a page has up to ${MAX_CSV_ROWS} rows; \`Link: …; rel="next"\` names the next one, and only the first begins with the header line, so that the pages can be joined into one file. Repeat the parameters beside a \`cursor\`.`;

/** Five years; longer reports are requested in parts. */
export const MAX_RANGE_DAYS = 1_830;
/** The length of a report that names no days. */
const USUAL_RANGE_DAYS = 30;

/** The first and the last day of a report, both included. */
export const dayRange = { from: isoDate.optional(), to: isoDate.optional() };

export interface DayRange {
  readonly from: string;
  readonly to: string;
}

/** @throws DomainError `validation-failed` when the days are the wrong way round, or too far apart */
export function settleRange(
  sent: { readonly from?: string | undefined; readonly to?: string | undefined },
  today: string,
): DayRange {
  const to = sent.to ?? (sent.from !== undefined && sent.from > today ? sent.from : today);
  const from = sent.from ?? addDays(to, 1 - USUAL_RANGE_DAYS);
  if (from > to) throw invalidField('?from', 'out-of-range', 'must not be after `to`');
  if (addDays(from, MAX_RANGE_DAYS) <= to)
    throw invalidField('?from', 'range-too-long', `must be at most ${MAX_RANGE_DAYS} days before \`to\``);
  return { from, to };
}

const PERIOD = /^((?:19|20|21)\d\d)(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?$/;

/** A year, a quarter or a month: `2026`, `2026-Q1`, `2026-03`. */
export const period = z
  .string('must be a period')
  .regex(PERIOD, 'must be a year, a quarter or a month, as 2026, 2026-Q1 or 2026-03')
  .meta({ openapi: { type: 'string', pattern: '^\\d{4}(-(Q[1-4]|\\d\\d))?$', examples: ['2026-Q1'] } });

/** `2026-Q1` is 2026-01-01 to 2026-03-31. */
export function daysOf(text: string): DayRange {
  const [, year = '', quarter, month] = PERIOD.exec(text) ?? [];
  const [first, months] =
    quarter !== undefined
      ? [(Number(quarter) - 1) * 3, 3]
      : month !== undefined
        ? [Number(month) - 1, 1]
        : [0, 12];
  const from = addMonths(`${year}-01-01`, first);
  return { from, to: endOfMonth(addMonths(from, months - 1)) };
}

/** A year of taxes. */
export const year = z
  .string('must be a year')
  .regex(/^(19|20|21)\d\d$/, 'must be a year, as 2026')
  .meta({ openapi: { type: 'string', pattern: '^\\d{4}$', examples: ['2026'] } });
