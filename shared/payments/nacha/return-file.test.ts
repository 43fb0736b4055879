import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEVIATIONS } from './bank-deviations.sample.ts';
import { writeNachaFile } from './nacha-file.ts';
import { SAMPLE_HEADER, sampleBatch, samplePayment } from './payments.sample.ts';
import { type SampleAnswer, sampleReturnFile } from './return-file.sample.ts';
import { readReturnFile } from './return-file.ts';

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

const item = {
  traceNumber: '',
  originalRdfi: '12104288',
  correctedData: undefined,
  fault: undefined,
} as const;
const READ = [
  {
    ...item,
    ...{ line: 3, kind: 'RETURNED', code: 'R02', originalTraceNumber: '021000020000042' },
    ...{ reference: '008000000000001', traceNumber: '121042880000007', amountMinor: 12_550n },
  },
  {
    ...item,
    ...{ line: 5, kind: 'RETURNED', code: 'R15', originalTraceNumber: '021000020000043' },
    ...{ reference: '008000000000002', traceNumber: '121042880000008', amountMinor: 12_550n },
  },
  {
    ...item,
    ...{ line: 9, kind: 'CORRECTED', code: 'C03', originalTraceNumber: '021000020000044' },
    ...{
      reference: '008000000000003',
      traceNumber: '026009590000001',
      amountMinor: 0n,
      originalRdfi: '02600959',
    },
    correctedData: '021000021   12345678901234567',
  },
];

test('returns and notifications of change are read from their columns', () => {
  expect(readReturnFile(`${LINES.join('\n')}\n`)).toEqual({ items: READ, faults: [], ignoredBatches: 0 });
});

/** The items without their places, sorted by trace number. */
function itemsOf(text: string): unknown {
  const { items, faults } = readReturnFile(text);
  const placeless = items.map(({ line: _, ...rest }) => rest);
  return { faults, items: placeless.toSorted((a, b) => (a.traceNumber < b.traceNumber ? -1 : 1)) };
}

describe('a file that deviates as banks do has the same items', () => {
  const expected = itemsOf(LINES.join('\n'));
  test.each(Object.entries(DEVIATIONS))('%s', (_, deviate) => {
    expect(itemsOf(deviate(LINES))).toEqual(expected);
  });

  /** Two deviations at once: one of the records, and one of how they stand in the file. */
  const layouts = Object.entries(DEVIATIONS).filter(([name]) => /^(lines|blanks|empty)/.test(name));
  const contents = Object.entries(DEVIATIONS)
    .map(([name, deviate]) => [name, deviate(LINES).split('\n').filter(Boolean)] as const)
    .filter(([, lines]) => lines.every((line) => line.length === 94));

  test.each(layouts)('%s, whatever else is unusual about it', (_, lay) => {
    expect(contents.length).toBeGreaterThan(10);
    for (const [name, lines] of contents) expect(itemsOf(lay(lines)), name).toEqual(expected);
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
        const { items, faults } = readReturnFile(sampleReturnFile(answers));
        expect(faults).toEqual([]);
        const returns = items.filter(({ kind }) => kind === 'RETURNED');
        const sent = answers.filter(({ code }) => code.startsWith('R'));
        expect(returns.map(({ code, originalTraceNumber }) => [code, originalTraceNumber])).toEqual(
          sent.map(({ code, entry }) => [code, entry.traceNumber]),
        );
        expect(returns.map(({ reference }) => reference)).toEqual(sent.map(({ entry }) => entry.reference));
        expect(returns.map(({ amountMinor }) => amountMinor)).toEqual(
          sent.map(({ amountMinor }) => amountMinor),
        );
        expect(items).toHaveLength(answers.length);
        expect(items.every(({ fault }) => fault === undefined)).toBe(true);
      }),
    );
  });
});

/** The file with a line's columns (from 1) overwritten. */
function changed(line: number, column: number, text: string): string {
  const old = LINES[line - 1] ?? '';
  return LINES.with(line - 1, old.slice(0, column - 1) + text + old.slice(column - 1 + text.length)).join(
    '\n',
  );
}

/** The fault of each item, by line, and of the file. */
function faultsOf(text: string): unknown {
  const { items, faults } = readReturnFile(text);
  return [
    ...items.map(({ line, fault }) => [line, fault]),
    ...faults.map(({ line, code }) => [line, code]),
  ].filter(([, fault]) => fault !== undefined);
}

describe('a batch that does not add up has the fault in each of its items, the others in none', () => {
  test.each<[string, string, number, number, string]>([
    ['count', 'entry count', 7, 5, '000003'],
    ['entry-hash', 'entry hash', 7, 11, '0042000041'],
    ['totals', 'credits', 7, 33, '000000025101'],
    ['totals', 'debits', 7, 21, '000000000001'],
    ['totals', 'an amount', 3, 30, '0000012551'],
    ['totals', 'an amount that is none', 3, 30, '0000O12550'],
    ['field', 'a sum that is none', 7, 33, '0000000251OO'],
    ['entry-hash', 'a receiving bank', 3, 4, '02100003'],
    ['control-mismatch', 'company', 7, 45, '1987654322'],
    ['control-mismatch', 'batch number', 7, 88, '0000009'],
    ['truncated', 'no control', 7, 1, '5'],
    ['record-type', 'a record of no type', 4, 1, 'X'],
    ['record-order', 'no header', 2, 1, 'X'],
  ])('%s: %s', (code, _, line, column, text) => {
    const faults = faultsOf(changed(line, column, text)) as [number, string][];
    expect(faults.filter(([at]) => at < 7)).toEqual([
      [3, code],
      [5, code],
    ]);
    expect(faults.filter(([at]) => at === 9)).toEqual([]);
  });
});

test.each<[string, string, number, number, string]>([
  ['return-code', 'no code', 4, 4, '   '],
  ['return-code', 'a change code', 4, 4, 'C01'],
  ['trace-number', 'of a return addenda', 4, 94, '8'],
  ['trace-number', 'no original trace number', 4, 7, '               '],
  ['transaction-code', 'of a payment', 3, 2, '22'],
])('an item can be unreadable alone: %s, %s', (code, _, line, column, text) => {
  expect(faultsOf(changed(line, column, text))).toEqual([[3, code]]);
});

test.each(['R00', 'R49', 'R86', 'R99'])('a return with the unknown code %s is a return', (code) => {
  expect(faultsOf(changed(4, 4, code))).toEqual([]);
  expect(readReturnFile(changed(4, 4, code)).items[0]).toMatchObject({ kind: 'RETURNED', code });
});

test.each(['C15', 'C61'])('a notification of change with the unknown code %s waits for a person', (code) => {
  expect(faultsOf(changed(10, 4, code))).toEqual([[9, 'change-code']]);
});

test('a control that counts other batches tells that something may be missing', () => {
  expect(faultsOf(changed(12, 2, '000003'))).toEqual([[12, 'count']]);
  expect(faultsOf(changed(12, 44, '000000025101'))).toEqual([[12, 'totals']]);
  expect(faultsOf(LINES.slice(0, 11).join('\n'))).toEqual([[11, 'truncated']]);
  expect(faultsOf(LINES.toSpliced(1, 6).join('\n'))).toEqual([[6, 'count']]);
});

test.each([
  ['', [[1, 'empty-file']]],
  ['\n\n', [[1, 'empty-file']]],
  ['not a file', [[1, 'record-type']]],
  [`${LINES[0]}\n`, [[1, 'truncated']]],
])('%j has nothing', (text, faults) => {
  expect(faultsOf(text)).toEqual(faults);
});

test('a day without returns is a file without items', () => {
  const control = '9000000000001000000000000000000000000000000000000000000'.padEnd(94);
  expect(readReturnFile([LINES[0], control].join('\n'))).toEqual({
    items: [],
    faults: [],
    ignoredBatches: 0,
  });
});

test('a file of payments answers nothing', () => {
  const { text } = writeNachaFile(SAMPLE_HEADER, [sampleBatch([samplePayment(1)])]);
  expect(readReturnFile(text)).toEqual({ items: [], faults: [], ignoredBatches: 1 });
});

test('arbitrary bytes are read without an exception', () => {
  const line = fc
    .tuple(fc.constantFrom(...'1567899'), fc.string({ maxLength: 110 }))
    .map(([type, rest]) => type + rest);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      readReturnFile(lines.join('\n'));
    }),
  );
});
