import { describe, expect, test } from 'vitest';
import { MAX_ENTRIES_PER_BATCH, writeNachaFile } from './nacha-file.ts';
import { readNachaFile } from './nacha-reader.ts';
import { SAMPLE_HEADER, sampleBatch, samplePayment } from './payments.sample.ts';
import { UnwritableAchFile } from './unwritable-ach-file.ts';

const WRITTEN = writeNachaFile(
  SAMPLE_HEADER,
  [
    sampleBatch([
      samplePayment(1),
      samplePayment(2, { accountType: 'savings', memo: 'Q2 dividend, 100 shares' }),
    ]),
    sampleBatch(
      [
        samplePayment(3, {
          routingNumber: '026009593',
          amountMinor: 9_999_999_999n,
          receiverName: '李小龍',
        }),
      ],
      { secCode: 'CCD', entryDescription: 'Distribution' },
    ),
  ],
  42,
);

// Written out by hand from the tables of Appendix Three, without the layouts that the writer uses.
const EXPECTED = [
  '101 02100002111234567892607012105A094101FIRST BANK OF NEW YORK VESTRY, INC.           RUN 0001',
  '5220ACME INDUSTRIES                     1987654321PPDDIVIDEND  JUL 26260703   1021000020000001',
  '622121042882000123456789     0000012550008000000000001MARIA NUNEZ             0021000020000042',
  '632121042882000123456789     0000012550008000000000002MARIA NUNEZ             1021000020000043',
  '705Q2 DIVIDEND, 100 SHARES                                                         00010000043',
  '822000000300242085760000000000000000000251001987654321                         021000020000001',
  '5220ACME INDUSTRIES                     1987654321CCDDISTRIBUTIJUL 26260703   1021000020000002',
  '622026009593000123456789     9999999999008000000000003PAYEE 008000000000003   0021000020000044',
  '822000000100026009590000000000000099999999991987654321                         021000020000002',
  '9000002000001000000040026809535000000000000010000025099                                       ',
];

/** Columns counted from 1, inclusive, as in Appendix Three. */
function columns(line: number, first: number, last: number): string {
  return (WRITTEN.text.split('\n')[line - 1] ?? '').slice(first - 1, last);
}

test('a file follows the Nacha Operating Rules, character by character', () => {
  expect(WRITTEN.text).toBe(`${EXPECTED.join('\n')}\n`);
});

test.each([
  ['priority code', 1, 2, 3, '01'],
  ['immediate destination', 1, 4, 13, ' 021000021'],
  ['immediate origin', 1, 14, 23, '1123456789'],
  ['file creation date, Eastern', 1, 24, 29, '260701'],
  ['file creation time, Eastern', 1, 30, 33, '2105'],
  ['record size, blocking factor, format code', 1, 35, 40, '094101'],
  ['service class code', 2, 2, 4, '220'],
  ['company name', 2, 5, 20, 'ACME INDUSTRIES '],
  ['company identification', 2, 41, 50, '1987654321'],
  ['standard entry class code', 2, 51, 53, 'PPD'],
  ['company entry description', 2, 54, 63, 'DIVIDEND  '],
  ['effective entry date', 2, 70, 75, '260703'],
  ['settlement date', 2, 76, 78, '   '],
  ['originator status code', 2, 79, 79, '1'],
  ['transaction code, checking', 3, 2, 3, '22'],
  ['transaction code, savings', 4, 2, 3, '32'],
  ['receiving DFI identification', 3, 4, 11, '12104288'],
  ['check digit', 3, 12, 12, '2'],
  ['DFI account number', 3, 13, 29, '000123456789     '],
  ['amount', 3, 30, 39, '0000012550'],
  ['individual identification number', 3, 40, 54, '008000000000001'],
  ['individual name', 3, 55, 76, 'MARIA NUNEZ           '],
  ['addenda record indicator', 3, 79, 79, '0'],
  ['addenda record indicator', 4, 79, 79, '1'],
  ['trace number', 4, 80, 94, '021000020000043'],
  ['addenda type code', 5, 2, 3, '05'],
  ['addenda and entry sequence', 5, 84, 94, '00010000043'],
  ['entry/addenda count of the batch', 6, 5, 10, '000003'],
  ['entry hash of the batch', 6, 11, 20, '0024208576'],
  ['debits and credits of the batch', 6, 21, 44, '000000000000000000025100'],
  ['batch number', 9, 88, 94, '0000002'],
  ['batch and block count', 10, 2, 13, '000002000001'],
  ['entry/addenda count of the file', 10, 14, 21, '00000004'],
  ['entry hash of the file', 10, 22, 31, '0026809535'],
])('%s stands on line %i in columns %i to %i', (_, line, first, last, expected) => {
  expect(columns(line, first, last)).toBe(expected);
});

test('each payment gets its trace number', () => {
  expect(WRITTEN.entries).toEqual([
    {
      paymentId: samplePayment(1).paymentId,
      traceNumber: '021000020000042',
      reference: '008000000000001',
      batchNumber: 1,
    },
    {
      paymentId: samplePayment(2).paymentId,
      traceNumber: '021000020000043',
      reference: '008000000000002',
      batchNumber: 1,
    },
    {
      paymentId: samplePayment(3).paymentId,
      traceNumber: '021000020000044',
      reference: '008000000000003',
      batchNumber: 2,
    },
  ]);
  expect(WRITTEN).toMatchObject({ batchCount: 2, totalCreditMinor: 10_000_025_099n, nextTraceSequence: 45 });
});

test('the same payments give the same file', () => {
  const write = () => writeNachaFile(SAMPLE_HEADER, [sampleBatch([samplePayment(1)])], 7);
  expect(write()).toEqual(write());
});

test('a reversal debits: its batch, entries and totals say so, and the reader reads them so', () => {
  const batch = (direction: 'credit' | 'debit') =>
    sampleBatch(
      [
        samplePayment(direction === 'debit' ? 1 : 2),
        samplePayment(direction === 'debit' ? 3 : 4, { accountType: 'savings' }),
      ],
      { direction, entryDescription: direction === 'debit' ? 'REVERSAL' : 'DIVIDEND' },
    );
  const written = writeNachaFile(SAMPLE_HEADER, [batch('credit'), batch('debit')]);
  const lines = written.text.split('\n');
  expect(
    lines.filter((line) => line.startsWith('5')).map((line) => [line.slice(1, 4), line.slice(53, 63)]),
  ).toEqual([
    ['220', 'DIVIDEND  '],
    ['225', 'REVERSAL  '],
  ]);
  expect(lines.filter((line) => line.startsWith('6')).map((line) => line.slice(1, 3))).toEqual([
    '22',
    '32',
    '27',
    '37',
  ]);
  expect(
    lines
      .filter((line) => line.startsWith('8'))
      .map((line) => [line.slice(1, 4), line.slice(20, 32), line.slice(32, 44)]),
  ).toEqual([
    ['220', '000000000000', '000000025100'],
    ['225', '000000025100', '000000000000'],
  ]);
  expect([written.totalCreditMinor, written.totalDebitMinor]).toEqual([25_100n, 25_100n]);
  expect(readNachaFile(written.text).totals).toMatchObject({ creditMinor: 25_100n, debitMinor: 25_100n });
});

describe('many entries', () => {
  test('more than 10,000 become further batches', () => {
    const payments = Array.from({ length: 2 * MAX_ENTRIES_PER_BATCH + 1 }, (_, at) => samplePayment(at));
    const written = writeNachaFile(SAMPLE_HEADER, [sampleBatch(payments)]);
    const { batches, totals } = readNachaFile(written.text);
    expect(batches.map(({ entries }) => entries.length)).toEqual([10_000, 10_000, 1]);
    expect(batches.map(({ batchNumber }) => batchNumber)).toEqual([1, 2, 3]);
    expect(written.entries.at(-1)).toMatchObject({ batchNumber: 3, traceNumber: '021000020020001' });
    // The product 20,001 × 12104288 has twelve digits, of which the last ten are kept.
    expect(totals.entryHash).toBe((20_001n * 12_104_288n) % 10_000_000_000n);
    expect(totals.creditMinor).toBe(20_001n * 12_550n);
  });

  test('exactly 10,000 are one batch', () => {
    const payments = Array.from({ length: MAX_ENTRIES_PER_BATCH }, (_, at) => samplePayment(at));
    expect(writeNachaFile(SAMPLE_HEADER, [sampleBatch(payments)]).batchCount).toBe(1);
  });
});

describe('what would be refused by a bank is not written', () => {
  function codeOf(write: () => unknown): string | undefined {
    try {
      write();
    } catch (error) {
      if (error instanceof UnwritableAchFile) return error.code;
      throw error;
    }
    return undefined;
  }

  test.each([
    ['routing-number', { routingNumber: '121042883' }],
    ['account-number', { accountNumber: '12--34' }],
    ['account-number', { accountNumber: '123456789012345678' }],
    ['amount', { amountMinor: 0n }],
    ['amount', { amountMinor: -1n }],
    ['amount', { amountMinor: 10_000_000_000n }],
    ['payment-id', { paymentId: 'P-1' }],
  ])('a payment: %s of %o', (code, changes) => {
    const bad = samplePayment(2, changes);
    const write = () => writeNachaFile(SAMPLE_HEADER, [sampleBatch([samplePayment(1), bad])]);
    expect(codeOf(write)).toBe(code);
    expect(write).toThrow(expect.objectContaining({ paymentId: bad.paymentId }));
    for (const secret of [bad.accountNumber, bad.receiverName]) {
      expect(write).not.toThrow(secret);
    }
  });

  test.each([
    ['company', { companyId: '98-7654321' }],
    ['company', { companyName: '株式会社' }],
    ['company', { entryDescription: '' }],
    ['odfi', { odfiRoutingNumber: '02100002' }],
    ['effective-entry-date', { effectiveEntryDate: '2026-07-04' }],
    ['effective-entry-date', { effectiveEntryDate: '2027-07-05' }],
    ['effective-entry-date', { effectiveEntryDate: '2026-02-30' }],
    ['no-payments', { payments: [] }],
  ])('a batch: %s of %o', (code, changes) => {
    expect(codeOf(() => writeNachaFile(SAMPLE_HEADER, [sampleBatch([samplePayment(1)], changes)]))).toBe(
      code,
    );
  });

  test.each([
    { immediateDestination: '021000022' },
    { immediateOrigin: '123456789' },
    { immediateOrigin: '112345678é' },
    { fileIdModifier: 'a' },
    { fileIdModifier: 'AB' },
  ])('a file header with %o', (changes) => {
    const write = () => writeNachaFile({ ...SAMPLE_HEADER, ...changes }, [sampleBatch([samplePayment(1)])]);
    expect(codeOf(write)).toBe('file-header');
  });

  test('payments and reversals that together come to more than 9,999,999,999.99', () => {
    const amountMinor = 9_999_999_999n;
    const reversals = Array.from({ length: 51 }, (_, at) => samplePayment(at, { amountMinor }));
    const batches = [
      sampleBatch(
        reversals
          .slice(0, 50)
          .map((payment) => ({ ...payment, paymentId: payment.paymentId.replace('0198', '0199') })),
      ),
      sampleBatch(reversals, { direction: 'debit', entryDescription: 'REVERSAL' }),
    ];
    expect(codeOf(() => writeNachaFile(SAMPLE_HEADER, batches))).toBe('total-too-large');
  });

  test('a payment that is in the file twice, though in two batches', () => {
    const batches = [sampleBatch([samplePayment(1)]), sampleBatch([samplePayment(1)])];
    expect(codeOf(() => writeNachaFile(SAMPLE_HEADER, batches))).toBe('duplicate-payment');
  });

  test('a file of more than 9,999,999,999.99', () => {
    const amountMinor = 9_999_999_999n;
    const payments = Array.from({ length: 101 }, (_, at) => samplePayment(at, { amountMinor }));
    expect(codeOf(() => writeNachaFile(SAMPLE_HEADER, [sampleBatch(payments)]))).toBe('total-too-large');
    expect(codeOf(() => writeNachaFile(SAMPLE_HEADER, [sampleBatch(payments.slice(1))]))).toBeUndefined();
  });

  test.each([0, -1, 1.5, 9_999_999])('trace numbers from sequence %d for two payments', (first) => {
    const batch = sampleBatch([samplePayment(1), samplePayment(2)]);
    expect(codeOf(() => writeNachaFile(SAMPLE_HEADER, [batch], first))).toBe('trace-sequence');
  });
});
