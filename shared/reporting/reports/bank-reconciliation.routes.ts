import * as z from 'zod';
import { dateOut, idOut, isoDate } from '#kernel/fields.ts';
import { amountOut } from '#kernel/money.ts';
import { route } from '#platform/http/route.ts';
import { PAGES_DESCRIPTION, reportPage } from './report-page.ts';

const Sum = z.object({ count: z.number().int(), amount: amountOut });

export const OutstandingItem = z.object({
  day: dateOut,
  /** The side on which it stands: the other one has it not. */
  held_by: z.enum(['BANK', 'LEDGER']),
  amount: amountOut,
  reason: z.string(),
  item_id: idOut.nullable(),
  bank_file_id: idOut.nullable(),
  transaction_id: idOut.nullable(),
  reference: z.string().nullable(),
});

export const getBankReconciliation = route({
  operationId: 'getBankReconciliation',
  method: 'GET',
  path: '/reports/bank-reconciliation',
  summary: 'Report how the bank’s statements and the ledger agree on the money that payments are made from',
  description: [
    'On `as_of` (default today, where the tenant is) the ledger has `CASH`, or `PLAN_ASSETS` of a sponsor, and `IN_TRANSIT` for what has left and is not settled; together they move when money leaves and when it comes back, as the account does, and by what `moved_otherwise` says: tax that was remitted, and what comes into plans, whose entries at the bank are explained by hand. The statements of the account in the payment settings say what the bank has booked since the first of them. Debits are negative.',
    '`matched` stands on both sides. `unmatched` and `explained` are entries of the bank that stand for nothing of the ledger, `ahead` those by which something is back that the ledger doesn’t know yet; `outstanding` has left or come back in the ledger, and not at the bank. `difference` is what none of that accounts for, and is zero unless a statement is missing: closing balance − (opening balance + ledger balance − moved_otherwise − before_statements + explained + unmatched + ahead − outstanding).',
    'The rows are the items that are unmatched, ahead or outstanding, the oldest first. Where there is no statement, `bank` and the sums are null.',
    PAGES_DESCRIPTION,
  ].join('\n\n'),
  tenants: ['ISSUER', 'SPONSOR'],
  roles: ['ADMIN', 'OPS', 'COMPLIANCE'],
  query: z.strictObject({ as_of: isoDate.optional(), ...reportPage }),
  status: 200,
  response: z.object({
    as_of: dateOut,
    currency: z.string(),
    bank: z
      .object({
        opening_day: dateOut,
        opening_balance: amountOut,
        closing_day: dateOut,
        closing_balance: amountOut,
        entries: Sum,
      })
      .nullable(),
    ledger: z.object({
      cash: amountOut,
      in_transit: amountOut,
      balance: amountOut,
      /** It was moved by this otherwise than by payments. */
      moved_otherwise: amountOut.nullable(),
      /** It had moved this before the first statement, and no statement has it since. */
      before_statements: amountOut.nullable(),
    }),
    matched: Sum.nullable(),
    explained: Sum.nullable(),
    unmatched: Sum.nullable(),
    ahead: Sum.nullable(),
    outstanding: Sum.nullable(),
    difference: amountOut.nullable(),
    data: z.array(OutstandingItem),
    next_cursor: z.string().nullable(),
  }),
  produces: ['application/json', 'text/csv'],
  limit: 'reports',
  discloses: true,
  problems: ['not-acceptable'],
  uses: [],
  timeoutSeconds: 29,
});
