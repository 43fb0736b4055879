import { describe, expect, test } from 'vitest';
import { contributionContract } from './contribution-contract.ts';
import { shareholderContract } from './shareholder-contract.ts';

const CONFUSABLE = [
  ['ZW-\u200b1', 'invisible-character'],
  ['ZW\u00ad-1', 'invisible-character'],
  ['ZW-１', 'compatibility-character'],
] as const;

describe.each(CONFUSABLE)('%j is taken for another identifier', (identifier, code) => {
  test('as a holder', () => {
    const row = {
      external_ref: identifier,
      name: 'Ada',
      email: null,
      security_class: undefined,
      effective_date: undefined,
      holdings: '1',
    };
    expect(shareholderContract.finish(2, row).error).toMatchObject({ column: 'external_ref', code });
  });

  test('as an employee', () => {
    const row = {
      ...{ employee_id: identifier, plan_type: '401K', amount: '1' },
      ...{ source: null, period: '2026-10', currency: null, run_id: null },
    };
    expect(contributionContract.finish(2, row).error).toMatchObject({ column: 'employee_id', code });
  });
});

test('a name may hold what an identifier may not', () => {
  const row = {
    external_ref: 'Größe-1',
    name: '株式会社\u200bＡＢＣ',
    email: null,
    security_class: undefined,
    effective_date: undefined,
    holdings: '1',
  };
  expect(shareholderContract.finish(2, row).error).toBeUndefined();
});
