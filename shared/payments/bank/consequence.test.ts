import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TransactionStatus } from '#contracts/transactions.ts';
import { isTerminal, STANDINGS } from '#ledger/transaction-status.ts';
import type { PaymentEventKind } from './bank-event-kind.ts';
import { consequenceOf } from './consequence.ts';

const kind = fc.constantFrom<PaymentEventKind>('SETTLED', 'RETURNED', 'REJECTED', 'CORRECTED', 'REVERSED');
type Happening = PaymentEventKind | 'RELEASE' | 'SEND' | 'DENY';
const happening: fc.Arbitrary<Happening> = fc.oneof(
  kind,
  fc.constantFrom<Happening>('RELEASE', 'SEND', 'DENY'),
);

interface Payment {
  status: TransactionStatus;
  released: boolean;
  compensated: number;
}

/** Acts as the use cases do; a refused action changes nothing. */
function happen(payment: Payment, what: Happening): TransactionStatus[] {
  if (what === 'RELEASE') {
    if (payment.status === 'PENDING') payment.released = true;
    return [];
  }
  if (what === 'SEND') return payment.status === 'PENDING' && payment.released ? ['SENT'] : [];
  if (what === 'DENY') return payment.status === 'PENDING' && !payment.released ? ['FAILED'] : [];
  const { through, compensate } = consequenceOf(what, payment.status, payment.released);
  if (compensate && payment.compensated === 0) payment.compensated += 1;
  if (compensate) expect([payment.status, ...through].at(-1)).toBe('SETTLED');
  return [...through];
}

test('whatever happens in whatever order, every transition is legal, and an ended payment stays ended', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 30 }), (happenings) => {
      const payment: Payment = { status: 'PENDING', released: false, compensated: 0 };
      for (const what of happenings) {
        for (const next of happen(payment, what)) {
          expect(STANDINGS[payment.status].next).toContain(next);
          expect(payment.released || next === 'FAILED').toBe(true);
          payment.status = next;
        }
      }
      expect(payment.compensated).toBeLessThanOrEqual(1);
      if (payment.compensated === 1) expect(payment.status).toBe('SETTLED');
    }),
  );
});

test('a repeated bank event changes nothing more', () => {
  fc.assert(
    fc.property(fc.constantFrom<TransactionStatus>('PENDING', 'SENT'), kind, (status, event) => {
      const { through } = consequenceOf(event, status, true);
      const end = through.at(-1) ?? status;
      expect(consequenceOf(event, end, true).through).toEqual([]);
      if (event !== 'CORRECTED') expect(isTerminal(end)).toBe(true);
    }),
  );
});

test('nothing the bank says moves a payment that was never released', () => {
  for (const event of ['SETTLED', 'RETURNED', 'REJECTED', 'CORRECTED', 'REVERSED'] as const)
    expect(consequenceOf(event, 'PENDING', false)).toEqual({ through: [], compensate: false });
});
