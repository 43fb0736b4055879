import type { z } from 'zod';
import { fromMinor } from '#kernel/money.ts';
import { type DividendRow, type Reconciliation, toDividend } from './dividend.repository.ts';
import type { Dividend } from './dividends.routes.ts';

/** A dividend with its sums, and whether they prove each other. */
export function toReconciled(dividend: DividendRow, sums: Reconciliation): z.infer<typeof Dividend> {
  const inCurrency = (...minor: string[]) =>
    fromMinor(
      minor.reduce((all, one) => all + BigInt(one), 0n),
      dividend.currency,
    );
  return {
    ...toDividend(dividend),
    ...standing(dividend, sums),
    reconciled: isReconciled(dividend, sums),
    reconciliation: {
      lines: Number(sums.lines + sums.adjustments),
      lines_total: inCurrency(sums.lines_total, sums.adjusted),
      payable_lines: Number(sums.payable),
      transactions: Number(sums.transactions + sums.adjusting),
      transactions_total: inCurrency(sums.transactions_total, sums.adjusting_total),
      withheld_total: inCurrency(String(dividend.withheld_amount), sums.adjusted_withheld),
      unmatched: Number(sums.unmatched + sums.adjustments_unmatched),
      failed_holders: Number(sums.failed_holders),
    },
  };
}

/** Returns how much of the entitlement has been paid, and how much is owed still. */
function standing(
  { total_amount, withheld_amount, currency, state }: DividendRow,
  { paid, in_flight, returned, adjusted, adjusted_withheld }: Reconciliation,
) {
  const isOwed = total_amount !== null && state !== 'CANCELLED';
  const inCurrency = (minor: bigint) => (isOwed ? fromMinor(minor, currency) : null);
  const total = BigInt(total_amount ?? 0) + BigInt(adjusted);
  const withheld = withheld_amount + BigInt(adjusted_withheld);
  return {
    entitled_amount: inCurrency(total),
    adjusted_amount: inCurrency(BigInt(adjusted)),
    paid_amount: inCurrency(BigInt(paid)),
    in_flight_amount: inCurrency(BigInt(in_flight)),
    tax_amount: inCurrency(withheld),
    unpaid_amount: inCurrency(total - withheld - BigInt(paid) - BigInt(in_flight)),
    returned_amount: inCurrency(BigInt(returned)),
  };
}

function isReconciled(
  { state, holders, total_amount, withheld_amount }: DividendRow,
  sums: Reconciliation,
): boolean {
  if (state === 'CANCELLED') return sums.pending === 0n;
  const total = String(total_amount);
  return (
    sums.unmatched === 0n &&
    sums.adjustments_unmatched === 0n &&
    BigInt(sums.adjusted) - BigInt(sums.adjusted_withheld) === BigInt(sums.adjusting_total) &&
    sums.transactions === sums.payable &&
    Number(sums.lines) === holders &&
    sums.lines_total === total &&
    sums.transactions_total === String(BigInt(total_amount ?? 0) - withheld_amount)
  );
}
