import type { z } from 'zod';
import { fromMinor } from '#kernel/money.ts';
import { type DividendRow, type Reconciliation, toDividend } from './dividend.repository.ts';
import type { Dividend } from './dividends.routes.ts';

/** A dividend with its sums, and whether they prove each other. */
export function toReconciled(dividend: DividendRow, sums: Reconciliation): z.infer<typeof Dividend> {
  const inCurrency = (minor: string) => fromMinor(BigInt(minor), dividend.currency);
  return {
    ...toDividend(dividend),
    reconciled: isReconciled(dividend, sums),
    reconciliation: {
      lines: Number(sums.lines),
      lines_total: inCurrency(sums.lines_total),
      payable_lines: Number(sums.payable),
      transactions: Number(sums.transactions),
      transactions_total: inCurrency(sums.transactions_total),
      unmatched: Number(sums.unmatched),
      failed_holders: Number(sums.failed_holders),
    },
  };
}

function isReconciled({ state, holders, total_amount }: DividendRow, sums: Reconciliation): boolean {
  if (state === 'CANCELLED') return sums.pending === 0n;
  const total = String(total_amount);
  return (
    sums.unmatched === 0n &&
    sums.transactions === sums.payable &&
    Number(sums.lines) === holders &&
    sums.lines_total === total &&
    sums.transactions_total === total
  );
}
