import type { z } from 'zod';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { notFound } from '#kernel/domain-error.ts';
import { isUuid } from '#kernel/ids.ts';
import { fromMinor } from '#kernel/money.ts';
import { found } from '#platform/db/found.ts';
import type { getShareholderStatement } from './ownership.routes.ts';
import type { Report } from './report.ts';
import { settleRange } from './report-page.ts';
import {
  findStatementHolder,
  listStatementLines,
  listStatementPositions,
  type StatementQuery,
  type StatementRow,
} from './statement.repository.ts';

type Sent = z.output<(typeof getShareholderStatement)['query']> & { readonly id: string };
type Answer = z.input<(typeof getShareholderStatement)['response']>;

/** The report of a holder between two days, oldest first. */
export const statement: Report<
  Sent,
  StatementQuery,
  StatementRow,
  Omit<Answer, 'data' | 'next_cursor'>,
  Answer['data'][number]
> = {
  name: 'statement',
  columns: {
    day: 'text',
    kind: 'text',
    security_class: 'text',
    quantity: 'number',
    balance: 'number',
    amount: 'number',
    currency: 'text',
    reference: 'text',
    note: 'text',
  },
  cursor: ['date', 'text'],
  settle: ({ id, ...days }, today) => {
    if (!isUuid(id)) throw notFound();
    return { id, ...settleRange(days, today) };
  },
  parameters: (query) => ({ ...query }),
  head: async (read, query, isFirst) => ({
    ...found(await findStatementHolder(read, query.id)),
    ...{ from: query.from, to: query.to },
    positions: isFirst
      ? (await listStatementPositions(read, query)).map(({ security_class, opening, closing }) => ({
          security_class,
          opening: canonicalDecimal(opening),
          closing: canonicalDecimal(closing),
        }))
      : null,
  }),
  rows: listStatementLines,
  position: ({ day, place }) => [day, place],
  toItem: ({ place: _, quantity, balance, amount, ...row }) => ({
    ...row,
    quantity: quantity === null ? null : canonicalDecimal(quantity),
    balance: balance === null ? null : canonicalDecimal(balance),
    amount: amount === null || row.currency === null ? null : fromMinor(amount, row.currency),
  }),
};
