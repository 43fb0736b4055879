import { describe, expect, test } from 'vitest';
import { MAX_ACH_FILE_LENGTH } from './ach-lines.ts';
import { readNachaFile } from './nacha-reader.ts';
import { UnreadableAchFile } from './unreadable-ach-file.ts';

// Two payments, the second with an addenda, in a PPD and a CCD batch.
const LINES = [
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
const FILLER = '9'.repeat(94);

/** The file with a line's columns (from 1) overwritten. */
function changed(line: number, column: number, text: string): string {
  const old = LINES[line - 1] ?? '';
  return LINES.with(line - 1, old.slice(0, column - 1) + text + old.slice(column - 1 + text.length)).join(
    '\n',
  );
}

function faultOf(text: string): [code: string, line: number] | undefined {
  try {
    readNachaFile(text);
  } catch (error) {
    if (error instanceof UnreadableAchFile) return [error.code, error.line];
    throw error;
  }
  return undefined;
}

test('a file is read with its lines', () => {
  const file = readNachaFile(`${LINES.join('\n')}\n`);
  expect(file).toMatchObject({
    immediateDestination: '021000021',
    immediateOrigin: '1123456789',
    immediateDestinationName: 'FIRST BANK OF NEW YORK',
    immediateOriginName: 'VESTRY, INC.',
    createdOn: '2026-07-01',
    createdAtTime: '2105',
    fileIdModifier: 'A',
    referenceCode: 'RUN 0001',
    totals: {
      entryAddendaCount: 4,
      entryHash: 26_809_535n,
      debitMinor: 0n,
      creditMinor: 10_000_025_099n,
    },
  });
  expect(file.batches.map(({ line, secCode, batchNumber }) => [line, secCode, batchNumber])).toEqual([
    [2, 'PPD', 1],
    [7, 'CCD', 2],
  ]);
  expect(file.batches[0]).toMatchObject({
    companyName: 'ACME INDUSTRIES',
    companyId: '1987654321',
    entryDescription: 'DIVIDEND',
    descriptiveDate: 'JUL 26',
    effectiveEntryDate: '2026-07-03',
    settlementDayOfYear: '',
    odfiIdentification: '02100002',
  });
  expect(file.batches[0]?.entries[1]).toEqual({
    line: 4,
    transactionCode: '32',
    routingNumber: '121042882',
    accountNumber: '000123456789',
    amountMinor: 12_550n,
    individualId: '008000000000002',
    receiverName: 'MARIA NUNEZ',
    traceNumber: '021000020000043',
    addenda: { kind: 'payment', line: 5, paymentInformation: 'Q2 DIVIDEND, 100 SHARES' },
  });
});

test('line ends may be CRLF, and the last one absent', () => {
  expect(readNachaFile(LINES.join('\r\n'))).toEqual(readNachaFile(`${LINES.join('\n')}\n`));
});

describe('filler', () => {
  const shorter = [
    ...LINES.slice(0, 6),
    '9000001000001000000030024208576000000000000000000025100'.padEnd(94),
  ];
  const filled = (count: number) => [...shorter, ...Array<string>(count).fill(FILLER)].join('\n');

  test('fills the block, or is absent', () => {
    expect(faultOf(filled(3))).toBeUndefined();
    expect(faultOf(filled(0))).toBeUndefined();
  });

  test.each([1, 2, 4, 13])('of %i lines after seven records is refused', (count) => {
    expect(faultOf(filled(count))).toEqual(['filler', 7 + count]);
  });

  test('of a whole block behind a full one is refused', () => {
    expect(faultOf([...LINES, ...Array<string>(10).fill(FILLER)].join('\n'))).toEqual(['filler', 20]);
  });

  test('must be nines', () => {
    expect(faultOf([...shorter, LINES[0], FILLER, FILLER].join('\n'))).toEqual(['filler', 8]);
  });
});

describe('a fault names its line', () => {
  test.each<[string, string, number, number, string]>([
    ['field', 'priority code', 1, 2, '02'],
    ['field', 'record size', 1, 35, '095'],
    ['field', 'blocking factor', 1, 38, '20'],
    ['date', 'file creation date', 1, 24, '260229'],
    ['unsupported-batch', 'service class', 2, 2, '280'],
    ['unsupported-batch', 'international batch', 2, 51, 'IAT'],
    ['unsupported-batch', 'entry class', 2, 51, 'P D'],
    ['date', 'effective entry date', 2, 70, '260631'],
    ['batch-number', 'the same batch number again', 7, 88, '0000001'],
    ['batch-number', 'batch number zero', 2, 88, '0000000'],
    ['transaction-code', 'no such code', 3, 2, '20'],
    ['transaction-code', 'code of a return', 3, 2, '21'],
    ['routing-number', 'routing number', 3, 4, '12104289'],
    ['routing-number', 'check digit', 3, 12, '3'],
    ['field', 'amount', 3, 30, '      1255'],
    ['field', 'amount', 3, 30, '-000012550'],
    ['field', 'addenda indicator', 3, 79, '2'],
    ['trace-number', 'trace number that does not ascend', 4, 80, '021000020000042'],
    ['trace-number', "another bank's trace number", 3, 80, '011000020000042'],
    ['addenda-type', 'addenda type', 5, 2, '06'],
    ['field', 'addenda sequence', 5, 84, '0002'],
    ['trace-number', 'entry sequence', 5, 88, '0000044'],
    ['control-mismatch', 'service class', 6, 2, '200'],
    ['count', 'entry count', 6, 5, '000002'],
    ['entry-hash', 'entry hash', 6, 11, '0024208577'],
    ['totals', 'debits', 6, 21, '000000000001'],
    ['totals', 'credits', 6, 33, '000000025101'],
    ['control-mismatch', 'company', 6, 45, '1987654322'],
    ['field', 'reserved', 6, 74, 'X'],
    ['control-mismatch', 'bank', 6, 80, '02100003'],
    ['control-mismatch', 'batch number', 6, 88, '0000002'],
    ['count', 'batch count', 10, 2, '000003'],
    ['block-count', 'block count', 10, 8, '000002'],
    ['count', 'entry count', 10, 14, '00000005'],
    ['entry-hash', 'entry hash', 10, 22, '1026809535'],
    ['totals', 'debits', 10, 32, '000000000001'],
    ['totals', 'credits', 10, 44, '010000025098'],
    ['field', 'reserved', 10, 94, '1'],
    ['record-type', 'record type', 4, 1, '2'],
    ['record-order', 'record type', 5, 1, '6'],
    ['record-order', 'record type', 8, 1, '8'],
    ['record-order', 'record type', 1, 1, '5'],
    ['character', 'a letter with a mark', 3, 55, 'É'],
    ['character', 'a NUL', 3, 55, '\0'],
    ['character', 'a digit of another script', 3, 30, '٠'],
  ])('%s: %s on line %i', (code, _, line, column, text) => {
    expect(faultOf(changed(line, column, text))).toEqual([code, line]);
  });

  test('an amount that changed is found by its batch', () => {
    expect(faultOf(changed(3, 30, '0000012551'))).toEqual(['totals', 6]);
  });

  test('debits in a batch of credits are refused though the totals are right', () => {
    const debits = LINES.with(3 - 1, (LINES[2] as string).replace(/^622/, '627')).with(
      6 - 1,
      (LINES[5] as string).replace('000000000000000000025100', '000000012550000000012550'),
    );
    expect(faultOf(debits.join('\n'))).toEqual(['totals', 6]);
  });

  test.each([
    ['longer', 3, `${LINES[2]} `],
    ['shorter', 10, (LINES[9] as string).trimEnd()],
    ['empty', 4, ''],
  ])('a record that is %s', (_, line, text) => {
    expect(faultOf(LINES.with(line - 1, text).join('\n'))).toEqual(['record-length', line]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('a file that ends after line %i', (count) => {
    const [code, line] = faultOf(LINES.slice(0, count).join('\n')) ?? [];
    expect(code).toBe('truncated');
    expect(line).toBe(count + 1);
  });

  test.each([
    ['an entry', [0, 1, 3, 4, 5, 6, 7, 8, 9]],
    ['an addenda', [0, 1, 2, 3, 5, 6, 7, 8, 9]],
    ['a batch', [0, 6, 7, 8, 9]],
    ['all entries of a batch', [0, 1, 5, 6, 7, 8, 9]],
    ['a batch control', [0, 1, 2, 3, 4, 6, 7, 8, 9]],
  ])('%s that is missing', (_, kept) => {
    expect(faultOf(kept.map((at) => LINES[at]).join('\n'))).toBeDefined();
  });

  test('an entry that is there twice', () => {
    expect(faultOf(LINES.toSpliced(3, 0, LINES[2] as string).join('\n'))).toEqual(['trace-number', 4]);
  });
});

test.each(['', '\n'])('%j is no file', (text) => {
  expect(['empty-file', 'record-length']).toContain(faultOf(text)?.[0]);
});

test('a file beyond bounds is refused before it is split', () => {
  expect(faultOf('9'.repeat(MAX_ACH_FILE_LENGTH + 1))).toEqual(['too-large', 1]);
});

test('messages quote no personal data', () => {
  for (const [line, column] of [
    [3, 13],
    [3, 30],
    [3, 55],
    [3, 1],
  ] as const) {
    const text = changed(line, column, 'É');
    expect(() => readNachaFile(text)).not.toThrow(/MARIA|000123456789/);
  }
});
