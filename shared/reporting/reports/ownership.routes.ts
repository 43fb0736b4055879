import * as z from 'zod';
import { dateOut, decimalOut, idInPath, idOut } from '#kernel/fields.ts';
import { amountOut } from '#kernel/money.ts';
import { route } from '#platform/http/route.ts';
import { dayRange, MAX_RANGE_DAYS, PAGES_DESCRIPTION, reportPage } from './report-page.ts';

/** The kinds of a statement's lines, in the order in which those of one day stand. */
export const STATEMENT_KINDS = [
  'SPLIT',
  'TRANSFER_IN',
  'TRANSFER_OUT',
  'POSITION_SET',
  'DIVIDEND',
  'DIVIDEND_ADJUSTMENT',
  'DIVIDEND_PAYMENT',
  'VOTE',
  'VOTE_REVOKED',
] as const;

const StatementLine = z.object({
  day: dateOut,
  kind: z.enum(STATEMENT_KINDS),
  security_class: z.string().nullable(),
  /** Shares that came or went, that a dividend is of, or votes. */
  quantity: decimalOut.nullable(),
  /** The shares of the class that the holder has after it. */
  balance: decimalOut.nullable(),
  amount: amountOut.nullable(),
  currency: z.string().nullable(),
  /** The transfer, corporate action, upload, dividend or meeting that it is of. */
  reference: z.string().nullable(),
  note: z.string().nullable(),
});

export const getShareholderStatement = route({
  operationId: 'getShareholderStatement',
  method: 'GET',
  path: '/shareholders/{id}/statement',
  summary: 'Report what happened to a holder between two days',
  description: [
    `The statement lists changes of positions by the day on which they take effect, dividends by their payable date and their payments by the day on which they were made, and ballots by the day on which they were cast or revoked, oldest first. \`from\` and \`to\` are days, both included, at most ${MAX_RANGE_DAYS} days apart; the default is the last thirty days.`,
    '`positions` are the shares of each class before the first and after the last day; only the first page has them. A dividend that was cancelled isn’t listed, and a payment that came back is: the money was at the holder’s disposal.',
    PAGES_DESCRIPTION,
  ].join('\n\n'),
  tenants: ['ISSUER'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  params: idInPath,
  query: z.strictObject({ ...dayRange, ...reportPage }),
  status: 200,
  response: z.object({
    shareholder_id: idOut,
    external_ref: z.string(),
    name: z.string(),
    from: dateOut,
    to: dateOut,
    positions: z
      .array(z.object({ security_class: z.string(), opening: decimalOut, closing: decimalOut }))
      .nullable(),
    data: z.array(StatementLine),
    next_cursor: z.string().nullable(),
  }),
  produces: ['application/json', 'text/csv'],
  limit: 'reports',
  discloses: true,
  problems: ['not-found', 'not-acceptable'],
  uses: [],
  timeoutSeconds: 29,
});
