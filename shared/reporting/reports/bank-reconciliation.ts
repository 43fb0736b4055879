import type { z } from 'zod';
import { fromMinor } from '#kernel/money.ts';
import {
  movedOtherwise,
  outstandingItems,
  RECONCILED_CURRENCY,
  reconcile,
} from '#payments/statements/reconciliation.ts';
import type { getBankReconciliation, OutstandingItem } from './bank-reconciliation.routes.ts';
import type { Report } from './report.ts';

type Sent = z.output<(typeof getBankReconciliation)['query']>;
type Answer = z.input<(typeof getBankReconciliation)['response']>;
type Item = z.input<typeof OutstandingItem>;
type Row = Awaited<ReturnType<typeof outstandingItems>>[number];

const shown = (minor: bigint | string): string => fromMinor(BigInt(minor), RECONCILED_CURRENCY);
const sum = ({ count, amount }: { count: bigint; amount: string }) => ({
  count: Number(count),
  amount: shown(amount),
});

/** The account of payments as the bank has it, and as the ledger has it; its rows are what only one of them has. */
export const bankReconciliation: Report<
  Sent,
  { readonly asOf: string },
  Row,
  Omit<Answer, 'data' | 'next_cursor'>,
  Item
> = {
  name: 'bank-reconciliation',
  columns: {
    day: 'text',
    held_by: 'text',
    amount: 'number',
    reason: 'text',
    item_id: 'text',
    bank_file_id: 'text',
    transaction_id: 'text',
    reference: 'text',
  },
  cursor: ['date', 'uuid', 'text'],
  settle: ({ as_of }, today) => ({ asOf: as_of ?? today }),
  parameters: ({ asOf }) => ({ as_of: asOf }),
  head: async (read, { asOf }) => {
    const reconciled = await reconcile(read, asOf);
    const { cash, inTransit, bank } = reconciled;
    const otherwise = movedOtherwise(reconciled);
    const { sums } = bank ?? {};
    return {
      as_of: asOf,
      currency: RECONCILED_CURRENCY,
      bank:
        bank === undefined
          ? null
          : {
              opening_day: bank.opening_day,
              opening_balance: shown(bank.opening),
              closing_day: bank.closing_day,
              closing_balance: shown(bank.closing),
              entries: sum(bank.sums.entries),
            },
      ledger: {
        cash: shown(cash),
        in_transit: shown(inTransit),
        balance: shown(cash + inTransit),
        moved_otherwise: otherwise === undefined ? null : shown(otherwise),
        before_statements: sums === undefined ? null : shown(sums.before.amount),
      },
      matched: sums === undefined ? null : sum(sums.matched),
      explained: sums === undefined ? null : sum(sums.explained),
      unmatched: sums === undefined ? null : sum(sums.unmatched),
      ahead: sums === undefined ? null : sum(sums.ahead),
      outstanding: sums === undefined ? null : sum(sums.outstanding),
      difference: bank === undefined ? null : shown(bank.difference),
    };
  },
  rows: (read, { asOf }, part) => outstandingItems(read, asOf, part),
  position: ({ day, id, place }) => [day, id, place],
  toItem: ({ amount, ...row }) => ({
    ...{ day: row.day, held_by: row.held_by, amount: shown(amount), reason: row.reason },
    ...{ item_id: row.item_id, bank_file_id: row.bank_file_id },
    ...{ transaction_id: row.transaction_id, reference: row.reference },
  }),
};
