import type { z } from 'zod';
import { addMonths, endOfMonth } from '#kernel/calendar.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { invalidField } from '#kernel/domain-error.ts';
import { listOwnership, type OwnershipRow } from '#register/ownership-history.ts';
import type { getHoldingsHistory, STEPS } from './ownership.routes.ts';
import type { Report } from './report.ts';
import { type DayRange, settleRange } from './report-page.ts';

type Sent = z.output<(typeof getHoldingsHistory)['query']>;
type Answer = z.input<(typeof getHoldingsHistory)['response']>;

interface Query extends DayRange {
  readonly every: (typeof STEPS)[number];
  readonly security_class: string | undefined;
}

/** A row of a million holders takes 0.2 s to 0.5 s, beside the 2 s in which the ledger is read. */
const MAX_ROWS = 25;

const MONTHS = { MONTH: 1, QUARTER: 3, YEAR: 12 } as const;

/** Lists the last days of the periods of the calendar that end before the last day, and that day. */
export function daysOfHistory({ from, to, every }: Omit<Query, 'security_class'>): string[] {
  const months = MONTHS[every];
  const month = Number(from.slice(5, 7));
  const toEnd = (months - (month % months)) % months;
  const days: string[] = [];
  const first = `${from.slice(0, 7)}-01`;
  for (let ahead = toEnd; ; ahead += months) {
    const day = endOfMonth(addMonths(first, ahead));
    if (day >= to) return [...days, to];
    days.push(day);
  }
}

/** The report of ownership over time, oldest first. */
export const holdingsHistory: Report<
  Sent,
  Query,
  OwnershipRow,
  Omit<Answer, 'data' | 'next_cursor'>,
  Answer['data'][number]
> = {
  name: 'holdings-history',
  columns: {
    as_of: 'text',
    holders: 'number',
    total_holdings: 'number',
    largest_1_percent: 'number',
    largest_10_percent: 'number',
    largest_100_percent: 'number',
    concentration_index: 'number',
  },
  cursor: ['date'],
  settle: ({ every = 'MONTH', security_class, ...days }, today) => {
    const range = settleRange(days, today);
    if (range.to > today) throw invalidField('?to', 'future-date', 'must not be in the future');
    const query = { ...range, every, security_class };
    const rows = daysOfHistory(query).length;
    if (rows > MAX_ROWS)
      throw invalidField(
        '?every',
        'too-many-rows',
        `makes ${rows} rows of at most ${MAX_ROWS}: take longer steps, or fewer days`,
      );
    return query;
  },
  parameters: (query) => ({ ...query }),
  head: async (_read, { security_class = null, ...query }) => ({ ...query, security_class }),
  rows: (read, query, { after, limit }) => {
    const days = daysOfHistory(query).filter((day) => after === undefined || day > String(after[0]));
    return listOwnership(read, days.slice(0, limit), query.security_class);
  },
  position: ({ as_of }) => [as_of],
  toItem: ({ as_of, holders, total, largest_1, largest_10, largest_100, concentration }) => ({
    as_of,
    holders: Number(holders),
    total_holdings: canonicalDecimal(total),
    largest_1_percent: shown(largest_1),
    largest_10_percent: shown(largest_10),
    largest_100_percent: shown(largest_100),
    concentration_index: shown(concentration),
  }),
};

function shown(decimal: string | null): string | null {
  return decimal === null ? null : canonicalDecimal(decimal);
}
