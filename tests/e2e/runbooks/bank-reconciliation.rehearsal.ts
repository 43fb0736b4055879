import { describe, expect, test } from 'vitest';
import { addDays } from '#kernel/calendar.ts';
import { paymentReference } from '#payments/nacha/payment-reference.ts';
import { type SampleEntry, sampleCamt } from '#payments/statements/statements.sample.ts';
import type { Json } from '#tests/support/json.ts';
import { commands } from '#tests/support/runbook.ts';
import type { Rehearsal, RehearsedTenant } from './rehearsal.ts';

const RUNBOOK = 'bank-reconciliation.md';
const ACCOUNT = '123456789';

let tenant: RehearsedTenant;
let paid: string;
let unpaid: string;
let day: string;

/** Two payments that the ledger has, a week before. */
export async function aWeekBeforeReconciliation(rehearsal: Rehearsal): Promise<void> {
  tenant = await rehearsal.newIssuer('stark');
  await rehearsal.setPayments('stark', {
    cooling_off_hours: 0,
    statement_account: { account_number: ACCOUNT },
  });
  const holder = await rehearsal.payee('stark', '0000');
  paid = await rehearsal.pay('stark', holder, '10.00');
  unpaid = await rehearsal.pay('stark', holder, '20.00');
  for (const id of [paid, unpaid]) await rehearsal.reaches('stark', id, 'SETTLED');
  day = (await rehearsal.platform.api('stark/OPS', 'GET', '/reports/bank-reconciliation')).body.as_of;
}

export function bankReconciliation(rehearsal: () => Rehearsal): void {
  describe(RUNBOOK, () => {
    const [read = ''] = commands(RUNBOOK, 'Read the report');
    const [desk = '', explain = ''] = commands(RUNBOOK, 'Match or explain an entry');
    const [missing = '', resolve = ''] = commands(RUNBOOK, 'A payment is not at the bank');

    const follow = (...blocks: readonly string[]) => rehearsal().follow(tenant.people, ...blocks);
    const report = async (): Promise<Json> =>
      (await rehearsal().platform.api('stark/OPS', 'GET', '/reports/bank-reconciliation')).body;
    const statement = (from: number, to: number, openingMinor: bigint, entries: readonly SampleEntry[]) =>
      sampleCamt('08', {
        ...{ account: ACCOUNT, from: addDays(day, from), to: addDays(day, to), openingMinor, entries },
      });

    test('an entry matches nothing of ours: it is on the desk until two people have said what it is, and once', async () => {
      const entries = [
        { day, amountMinor: -1_000n, bankReference: 'B1', reference: paymentReference(paid) },
        { day, amountMinor: -500n, bankReference: 'B2', reference: 'MONTHLY FEE' },
      ];
      await rehearsal().brought('stark', 'week.xml', statement(0, 5, 0n, entries), 'PARTLY');
      expect(await follow(read)).toMatch(/unmatched: \{ count: 1, amount: '-5.00' \}/);
      const [, item, file] = /^unknown -5\.00 (\S+) (\S+)$/m.exec(await follow(desk)) ?? [];
      const named = [`FILE=${file}`, `ITEM=${item}`, explain];
      expect(await follow(...named)).toBe('APPROVED\n');
      expect(await follow(desk)).toBe('\n');
      await expect(follow(...named)).rejects.toThrow(/nothing|resolved|open/i);
      expect(await report()).toMatchObject({
        explained: { count: 1, amount: '-5.00' },
        unmatched: { count: 0 },
      });
    });

    test('the bank doesn’t know a payment: two people say that it was never made, and the report accounts for every cent', async () => {
      const [, id] = /^not-paid-by-bank -?20\.00 (\S+)/m.exec(await follow(missing)) ?? [];
      expect(id).toBe(unpaid);
      const named = [`ID=${id}`, resolve];
      expect(await follow(...named)).toBe('APPROVED\n');
      expect(await follow(missing)).toBe('\n');
      const accounted = {
        ...{ difference: '0.00', outstanding: { count: 2, amount: '0.00' }, unmatched: { count: 0 } },
        ledger: { balance: '-10.00' },
      };
      expect(await report()).toMatchObject(accounted);
      await expect(follow(...named)).rejects.toThrow();
      expect(await report()).toMatchObject(accounted);
    });

    test('a statement is missing: there is a difference until it is dropped', async () => {
      await rehearsal().brought('stark', 'later.xml', statement(7, 7, -2_500n, []), 'APPLIED');
      expect(await follow(read)).toMatch(/difference: '-10.00'/);
      const wire = [{ day: addDays(day, 6), amountMinor: -1_000n, bankReference: 'B3', reference: 'WIRE' }];
      await rehearsal().brought('stark', 'missing.xml', statement(6, 6, -1_500n, wire), 'PARTLY');
      expect(await follow(read)).toMatch(/difference: '0.00'/);
    });
  });
}
