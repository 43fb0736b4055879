import type { TransactionStatus } from '#contracts/transactions.ts';

interface Sum {
  readonly count: number;
  /** Minor units. */
  readonly amount: bigint;
}

/** The sums of a dividend from lines, payments and journal. */
export interface DividendSums {
  readonly lines: Sum;
  /** The tax that is part of the lines. */
  readonly withheld: bigint;
  readonly payments: Readonly<Record<TransactionStatus, Sum>>;
  /** The sum of payments that settled and were returned, positive. */
  readonly returned: Sum;
  /** The sum of payments that adjustments have taken back, positive. */
  readonly takenBack: Sum;
  /** The journal's sums by reason. */
  readonly journal: ReadonlyMap<string, bigint>;
}

/** The states in which everything that was declared has its payments. */
const PAYABLE = ['PENDING', 'PAYING', 'PAID'];

/**
 * Returns what doesn't add up: nothing, if the dividend is in order. Payments go through SENT before they settle, and
 * those that fail after it are posted back, so that each of the journal's sums follows from the payments.
 */
export function differencesOf(
  state: string,
  { lines, withheld, payments, returned, takenBack, journal }: DividendSums,
): string[] {
  const { PENDING, SENT, SETTLED, FAILED, CANCELLED } = payments;
  const posted = (reason: string) => journal.get(reason) ?? 0n;
  const inTransit = posted('sent') - posted('settled') - posted('failed');
  const paid =
    PENDING.amount + SENT.amount + SETTLED.amount + FAILED.amount + CANCELLED.amount - takenBack.amount;
  const owed =
    posted('dividend-declared') +
    posted('entitlement-added') -
    posted('entitlement-reduced') -
    posted('withholding-reduced');
  const taxed = posted('tax-withheld') - posted('withholding-reduced');
  const checks: readonly [boolean, string][] = [
    [
      !PAYABLE.includes(state) || paid === lines.amount - withheld,
      'the payments are not the sum of the lines',
    ],
    [
      owed === (PAYABLE.includes(state) ? lines.amount : posted('dividend-cancelled')),
      'the journal does not owe the sum of the lines',
    ],
    [
      taxed === (PAYABLE.includes(state) ? withheld : posted('withholding-cancelled')),
      'the journal has withheld another tax',
    ],
    [posted('settled') === SETTLED.amount, 'the journal has settled another amount'],
    [inTransit === SENT.amount, 'the journal has another amount in transit'],
    [posted('failed') <= FAILED.amount, 'the journal has more failures than there are'],
    [posted('returned') === returned.amount, 'the journal has other returns'],
  ];
  return checks.flatMap(([holds, message]) => (holds ? [] : [message]));
}
