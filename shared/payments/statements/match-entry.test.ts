import { describe, expect, test } from 'vitest';
import type { Day } from '#kernel/calendar.ts';
import { endOfId, paymentReference } from '#payments/nacha/payment-reference.ts';
import { Candidates, type FileTotal, legKey, type NamedPayment } from './match-entry.ts';
import { tokensIn } from './reference-tokens.ts';

const id = (number: number): string => `0198c0de-0000-7000-8000-${String(number).padStart(12, '0')}`;
const FILE = id(900);
const OTHER_FILE = id(901);

function payment(number: number, amountMinor: bigint, of: Partial<NamedPayment> = {}): NamedPayment {
  return {
    ...{ id: id(number), reference: paymentReference(id(number)), amountMinor, isSent: true, reverses: null },
    traceNumber: `02100002${String(number).padStart(7, '0')}`,
    ...{ fileId: FILE, batch: 'credit PPD' },
    ...of,
  };
}

function total(amountMinor: bigint, of: Partial<FileTotal> = {}): FileTotal {
  return {
    ...{ fileId: FILE, fileName: '2026-07-02-A.ach', batch: null, side: 'CREDITS', amountMinor },
    ...{ day: '2026-07-02' as Day, lastEffectiveDay: '2026-07-03' as Day },
    ...of,
  };
}

// A file of two batches of credits and one of debits; the reversal takes back a payment of an earlier file.
const [one, two, three] = [
  payment(1, 1_000n),
  payment(2, 2_000n),
  payment(3, 4_000n, { batch: 'credit CCD' }),
];
const reversal = payment(4, 500n, { reverses: id(40), batch: 'debit PPD' });
const byApi = payment(5, 2_000n, { fileId: null, batch: null, traceNumber: null });
const unsent = payment(6, 700n, { fileId: null, batch: null, traceNumber: null, isSent: false });
const PAYMENTS = [one, two, three, reversal, byApi, unsent];
const TOTALS = [
  total(-7_000n),
  total(500n, { side: 'DEBITS' }),
  total(-6_500n, { side: 'BOTH' }),
  total(-3_000n, { batch: 'credit PPD' }),
  total(-4_000n, { batch: 'credit CCD' }),
  total(500n, { batch: 'debit PPD', side: 'DEBITS' }),
];

/** The legs that an entry of an amount and a text stands for, or why it stands for none. */
function legs(
  text: string,
  amountMinor: bigint,
  { day = '2026-07-03', covered = [] as string[], totals = TOTALS } = {},
) {
  const candidates = new Candidates(PAYMENTS, totals, covered);
  const match = candidates.match({ day: day as Day, amountMinor, tokens: tokensIn([text]) });
  return typeof match === 'string'
    ? match
    : candidates
        .legsOf(match)
        .map(({ transactionId, leg }) => `${leg} ${Number(transactionId.slice(-12))}`)
        .sort();
}

const ALL_OUT = ['OUT 1', 'OUT 2', 'OUT 3'];
describe('an entry stands for', () => {
  test.each<[string, string, bigint, readonly string[] | string]>([
    ['a file by its name', 'ACH SETTLEMENT 2026-07-02-A', -7_000n, ALL_OUT],
    ['a file by its name and ending', 'acme/2026-07-02-a.ach', -7_000n, ALL_OUT],
    ['a file by its id', `/FILE/${FILE}`, -7_000n, ALL_OUT],
    ['a file by a trace number in it', 'FIRST TRACE 021000020000001', -7_000n, ALL_OUT],
    ['a batch by a trace number in it', 'BATCH OF 021000020000003', -4_000n, ['OUT 3']],
    ['a batch, though a payment of another is named', 'BATCH OF 021000020000001', -4_000n, 'other-amount'],
    ['a file by its amount and days', 'PREAUTHORIZED ACH', -7_000n, ALL_OUT],
    ['a batch by its amount and days', '', -3_000n, ['OUT 1', 'OUT 2']],
    ['the credits of a file less its debits', '2026-07-02-A', -6_500n, ['BACK 40', ...ALL_OUT]],
    ['the debits of a file', '2026-07-02-A', 500n, ['BACK 40']],
    ['a payment by its trace number', '021000020000002', -2_000n, ['OUT 2']],
    ['a payment by its id', id(5), -2_000n, ['OUT 5']],
    [
      'a payment by its id without hyphens',
      `E2E${id(5).replaceAll('-', '').toUpperCase()}`.replace('E2E', 'REF:'),
      -2_000n,
      ['OUT 5'],
    ],
    ['a payment by its reference', `NAME ${paymentReference(id(5))} USD`, -2_000n, ['OUT 5']],
    ['a payment by all its names', `${id(2)} 021000020000002 ${paymentReference(id(2))}`, -2_000n, ['OUT 2']],
    ['several payments that come to it', `${id(1)} ${id(5)}`, -3_000n, ['OUT 1', 'OUT 5']],
    ['a payment that comes back', 'ACH RETURN R03 021000020000001', 1_000n, ['BACK 1']],
    ['several that come back', `${id(1)}, ${id(2)}`, 3_000n, ['BACK 1', 'BACK 2']],
    ['a reversal that brings its payment back', id(4), 500n, ['BACK 40']],
    ['nothing, of another amount than is named', 'ACH RETURN 021000020000001', 1_001n, 'other-amount'],
    ['nothing, for a reversal that takes money', id(4), -500n, 'other-amount'],
    ['nothing, for what the ledger has not sent', id(6), -700n, 'not-sent'],
    ['nothing, for two payments of which either may be meant', `${id(2)} ${id(5)}`, -2_000n, 'ambiguous'],
    ['nothing, for a payment’s amount alone', 'WIRE', -2_000n, 'unknown'],
    ['nothing, for a fee', 'MONTHLY FEE', -1_234n, 'unknown'],
    ['nothing, for a name of nobody', '021000029999999 2026-07-09-B', -7n, 'unknown'],
    ['nothing by a name in the midst of another', 'X2026-07-02-AB', -7_001n, 'unknown'],
    ['nothing, for digits in the midst of others', '90210000200000010', -1_000n, 'unknown'],
  ])('%s', (_, text, amount, expected) => {
    expect(legs(text, amount)).toEqual(expected);
  });

  test('a file within its days alone', () => {
    expect(legs('', -7_000n, { day: '2026-07-08' })).toEqual(ALL_OUT);
    for (const day of ['2026-07-01', '2026-07-09']) expect(legs('', -7_000n, { day })).toBe('unknown');
  });

  test('nothing that another entry stands for', () => {
    const covered = [legKey({ transactionId: id(1), leg: 'OUT' })];
    expect(legs('2026-07-02-A', -7_000n, { covered })).toBe('matched-before');
    expect(legs('', -7_000n, { covered })).toBe('unknown');
    expect(legs('', -3_000n, { covered })).toBe('unknown');
    expect(legs('', -4_000n, { covered })).toEqual(['OUT 3']);
    expect(legs(id(1), -1_000n, { covered })).toBe('matched-before');
    expect(legs(id(1), 1_000n, { covered })).toEqual(['BACK 1']);
    const candidates = new Candidates(PAYMENTS, TOTALS, []);
    const entry = { day: '2026-07-03' as Day, amountMinor: -7_000n, tokens: tokensIn(['2026-07-02-A']) };
    expect(candidates.match(entry)).toMatchObject({ kind: 'FILE' });
    expect(candidates.match(entry)).toBe('matched-before');
  });

  test('neither of two files of one amount', () => {
    const other = [payment(7, 7_000n, { fileId: OTHER_FILE })];
    const totals = [...TOTALS, total(-7_000n, { fileId: OTHER_FILE, fileName: 'ACME_20260702.02.txt' })];
    const candidates = new Candidates([...PAYMENTS, ...other], totals, []);
    const match = (text: string) =>
      candidates.match({ day: '2026-07-03' as Day, amountMinor: -7_000n, tokens: tokensIn([text]) });
    expect(match('ACH')).toBe('ambiguous');
    expect(match('SETTLED acme_20260702.02 TXT')).toMatchObject({ total: { fileId: OTHER_FILE } });
    expect(match('ACH')).toMatchObject({ total: { fileId: FILE } });
  });
});

test('the end of an id is found in its reference', () => {
  for (const number of [1, 7, 123_456_789_012])
    expect(id(number).endsWith(endOfId(paymentReference(id(number))) ?? 'none')).toBe(true);
  for (const text of ['', 'U'.repeat(15), '0'.repeat(14)]) expect(endOfId(text)).toBeUndefined();
});
