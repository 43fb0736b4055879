import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeNachaFile } from './nacha-file.ts';
import { SAMPLE_HEADER, sampleBatch, samplePayment } from './payments.sample.ts';
import { type SampleAnswer, sampleReturnFile } from './return-file.sample.ts';
import { readReturnFile } from './return-file.ts';
import { UnreadableAchFile } from './unreadable-ach-file.ts';

// Written out by hand from Appendices Four and Five: an account that is closed, a receiver who died, and a new account number.
const LINES = [
  '101 112345678 0210000212607060830A094101VESTRY, INC.           FIRST BANK OF NEW YORK         ',
  '5220ACME INDUSTRIES                     1987654321PPDDIVIDEND        2607031841121042880000001',
  '621021000021000123456789     0000012550008000000000001MARIA NUNEZ             1121042880000007',
  '799R02021000020000042      12104288                                            121042880000007',
  '631021000021000123456789     0000012550008000000000002MARIA NUNEZ             1121042880000008',
  '799R1502100002000004326062812104288DECEASED                                    121042880000008',
  '822000000400042000040000000000000000000251001987654321                         121042880000001',
  '5220ACME INDUSTRIES                     1987654321CORDISTRIBUTI      2607031841026009590000002',
  '621021000021000123456789     0000000000008000000000003PAYEE 008000000000003   1026009590000001',
  '798C03021000020000044      02600959021000021   12345678901234567               026009590000001',
  '822000000200021000020000000000000000000000001987654321                         026009590000002',
  '9000002000002000000060006300006000000000000000000025100                                       ',
  ...Array<string>(8).fill('9'.repeat(94)),
];

test('returns and notifications of change are read from their columns', () => {
  expect(readReturnFile(`${LINES.join('\n')}\n`)).toEqual({
    returns: [
      {
        line: 3,
        originalTraceNumber: '021000020000042',
        reference: '008000000000001',
        companyId: '1987654321',
        traceNumber: '121042880000007',
        originalRdfi: '12104288',
        reason: { code: 'R02', meaning: 'Account closed', consequence: 'block-account' },
        amountMinor: 12_550n,
        dateOfDeath: undefined,
        information: '',
      },
      {
        line: 5,
        originalTraceNumber: '021000020000043',
        reference: '008000000000002',
        companyId: '1987654321',
        traceNumber: '121042880000008',
        originalRdfi: '12104288',
        reason: {
          code: 'R15',
          meaning: 'Beneficiary or account holder deceased',
          consequence: 'block-account',
        },
        amountMinor: 12_550n,
        dateOfDeath: '2026-06-28',
        information: 'DECEASED',
      },
    ],
    notifications: [
      {
        line: 9,
        originalTraceNumber: '021000020000044',
        reference: '008000000000003',
        companyId: '1987654321',
        traceNumber: '026009590000001',
        originalRdfi: '02600959',
        reason: {
          code: 'C03',
          meaning: 'Incorrect routing number and account number',
          corrects: ['routing-number', 'account-number'],
        },
        correction: { routingNumber: '021000021', accountNumber: '12345678901234567' },
        correctedData: '021000021   12345678901234567',
      },
    ],
    totalReturnedMinor: 25_100n,
  });
});

describe('what was sent is what comes back', () => {
  const returnCode = fc.integer({ min: 1, max: 85 }).map((number) => `R${String(number).padStart(2, '0')}`);
  const answer = fc.record({ at: fc.nat(19), code: fc.oneof(returnCode, fc.constantFrom('C01', 'C05')) });

  test('by trace number and reference, whatever the code', () => {
    const payments = Array.from({ length: 20 }, (_, at) =>
      samplePayment(at, { amountMinor: BigInt(at + 1) }),
    );
    const { entries } = writeNachaFile(SAMPLE_HEADER, [sampleBatch(payments)], 1_000);
    fc.assert(
      fc.property(fc.uniqueArray(answer, { minLength: 1, selector: ({ at }) => at }), (chosen) => {
        const answers = chosen.map(({ at, code }): SampleAnswer => {
          const entry = entries[at] as (typeof entries)[number];
          return code.startsWith('R')
            ? { entry, code, amountMinor: BigInt(at + 1) }
            : { entry, code, correctedData: code === 'C01' ? '987654321' : '32' };
        });
        const { returns, notifications, totalReturnedMinor } = readReturnFile(sampleReturnFile(answers));
        const sent = answers.filter(({ code }) => code.startsWith('R'));
        expect(returns.map(({ reason, originalTraceNumber }) => [reason.code, originalTraceNumber])).toEqual(
          sent.map(({ code, entry }) => [code, entry.traceNumber]),
        );
        expect(returns.map(({ reference }) => reference)).toEqual(sent.map(({ entry }) => entry.reference));
        expect(totalReturnedMinor).toBe(sent.reduce((sum, { amountMinor = 0n }) => sum + amountMinor, 0n));
        expect(returns.length + notifications.length).toBe(answers.length);
        for (const { correction } of notifications) expect(correction).toBeDefined();
      }),
    );
  });
});

const ENTRY = { traceNumber: '021000020000042', reference: '008000000000001' };

test('a date of death is read for reasons of death only', () => {
  const dates = (code: string, dateOfDeath: string) =>
    readReturnFile(sampleReturnFile([{ entry: ENTRY, code, amountMinor: 1n, dateOfDeath }])).returns[0]
      ?.dateOfDeath;
  expect(dates('R14', '240229')).toBe('2024-02-29');
  expect(dates('R15', '')).toBeUndefined();
  expect(dates('R03', '240229')).toBeUndefined();
});

test('corrected data that cannot be used is handed on as it stands', () => {
  const [notification] = readReturnFile(
    sampleReturnFile([{ entry: ENTRY, code: 'C02', correctedData: '021000022' }]),
  ).notifications;
  expect(notification).toMatchObject({ correction: undefined, correctedData: '021000022' });
});

describe('a file that is no return file is refused', () => {
  function faultOf(text: string): [code: string, line: number] | undefined {
    try {
      readReturnFile(text);
    } catch (error) {
      if (error instanceof UnreadableAchFile) return [error.code, error.line];
      throw error;
    }
    return undefined;
  }

  /** The file with a line's columns (from 1) overwritten. */
  function changed(line: number, column: number, text: string): string {
    const old = LINES[line - 1] ?? '';
    return LINES.with(line - 1, old.slice(0, column - 1) + text + old.slice(column - 1 + text.length)).join(
      '\n',
    );
  }

  test.each<[string, string, number, number, string]>([
    ['return-code', 'R00', 4, 4, 'R00'],
    ['return-code', 'R86', 4, 4, 'R86'],
    ['return-code', 'a change code', 4, 4, 'C01'],
    ['change-code', 'C15', 10, 4, 'C15'],
    ['change-code', 'of a refused notification', 10, 4, 'C61'],
    ['date', 'date of death', 6, 22, '260631'],
    ['trace-number', 'of a return addenda', 4, 94, '8'],
    ['trace-number', 'of a change addenda', 10, 94, '2'],
    ['field', 'original trace number', 4, 7, '               '],
    ['field', 'reserved', 10, 22, '260628'],
    ['transaction-code', 'of a payment', 3, 2, '22'],
    ['amount', 'of a notification', 9, 39, '1'],
  ])('%s: %s on line %i', (code, _, line, column, text) => {
    expect(faultOf(changed(line, column, text))).toEqual([code, line]);
  });

  test('a notification outside a COR batch, a return inside one', () => {
    expect(faultOf(changed(8, 51, 'PPD'))).toEqual(['addenda-type', 9]);
    expect(faultOf(changed(2, 51, 'COR'))).toEqual(['addenda-type', 3]);
  });

  test('a file of payments', () => {
    const { text } = writeNachaFile(SAMPLE_HEADER, [sampleBatch([samplePayment(1)])]);
    expect(faultOf(text)).toEqual(['not-a-return', 3]);
  });
});
