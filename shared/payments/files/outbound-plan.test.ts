import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Instruction } from '#payments/execution/payment-instruction.ts';
import type { AchEntry, AchFile } from '#payments/nacha/ach-file.ts';
import type { AchOffset } from '#payments/nacha/nacha-payments.ts';
import { readNachaFile } from '#payments/nacha/nacha-reader.ts';
import { DEFAULT_PROFILE, type Profile } from '#payments/settings/bank-profile.ts';
import { EntryTimes } from './entry-times.ts';
import { inBatchOrder, type PlannedEntry, type Purpose, planEntry, writePlanned } from './outbound-plan.ts';

const ORIGINATOR = {
  company_name: 'Acme Industries',
  company_id: '1987654321',
  odfi_routing_number: '021000021',
  immediate_destination: '021000021',
  immediate_destination_name: 'First Bank of New York',
  immediate_origin: '1987654321',
  same_day: false,
};
/** Wednesday, 14:00 in New York. */
const SENT_AT = '2026-03-04T19:00:00.000Z';
const OFFSET: AchOffset = {
  routingNumber: '021000021',
  accountNumber: '0077001234',
  accountType: 'checking',
};
const OFFSET_ACCOUNT = {
  routing_number: '021000021',
  account_last4: '1234',
  account_type: 'CHECKING',
} as const;

const idOf = (number: number) => `0198c0de-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

const instruction = (changes: Partial<Instruction> = {}): Instruction => ({
  routing_number: '121042882',
  account_number: '000123456789',
  account_type: 'CHECKING',
  holder_type: 'INDIVIDUAL',
  holder_name: 'Ada Holder',
  amount: '12550',
  currency: 'USD',
  memo: null,
  not_before: null,
  ...changes,
});

interface Sample extends Partial<Instruction> {
  readonly purpose?: Purpose;
}

function planned(samples: readonly Sample[], profile: Profile): PlannedEntry[] {
  return inBatchOrder(
    samples.map(({ purpose = 'other', ...changes }, index) =>
      planEntry(idOf(index + 1), instruction(changes), {
        ...{ profile, times: new EntryTimes(SENT_AT, ORIGINATOR, profile), purpose },
      }),
    ),
  );
}

function written(samples: readonly Sample[], changes: Partial<Profile> = {}) {
  const profile = { ...DEFAULT_PROFILE, ...changes };
  return writePlanned({
    ...{ originator: ORIGINATOR, profile, createdAt: SENT_AT, modifier: 'A', firstTraceSequence: 42 },
    entries: planned(samples, profile),
    offset: profile.offset_account === null ? undefined : OFFSET,
  });
}

test('the file of a bank that asks for nothing is what it was before banks could ask for anything', () => {
  const { text } = written([
    {},
    { holder_type: 'COMPANY', account_type: 'SAVINGS', amount: '9999999999', memo: 'Q2 dividend' },
    { not_before: '2026-03-07', amount: '1' },
    { reverses: idOf(99), amount: '100' },
  ]);
  expect(createHash('sha256').update(text).digest('hex')).toBe(
    '8526d21bae807c440e85af9cf0174686cfa42211f5f6974e2847d04d8f034609',
  );
});

/** Each value that a profile can have for what decides the bytes of a file. */
const VARIANTS: { readonly [Name in keyof Profile]?: readonly Profile[Name][] } = {
  line_ends: ['LF', 'CRLF'],
  padding: [true, false],
  entry_description: [null, 'STOCK PLAN'],
  offset_account: [null, OFFSET_ACCOUNT],
};
const PROFILES = Object.entries(VARIANTS).reduce<Partial<Profile>[]>(
  (profiles, [name, values]) =>
    profiles.flatMap((profile) => values.map((value) => ({ ...profile, [name]: value }))),
  [{}],
);

const sample = fc.record<Sample>({
  amount: fc.bigInt({ min: 1n, max: 9_999_999_999n }).map(String),
  account_number: fc.stringMatching(/^\d{3,16}[1-9]$/),
  account_type: fc.constantFrom('CHECKING', 'SAVINGS'),
  holder_type: fc.constantFrom('INDIVIDUAL', 'COMPANY'),
  memo: fc.constantFrom(null, 'Second quarter'),
  not_before: fc.constantFrom(null, '2026-03-20'),
  purpose: fc.constantFrom<Purpose>('dividend', 'plan', 'other', 'prenote'),
});
const samples = fc
  .tuple(fc.array(sample, { minLength: 1, maxLength: 40 }), fc.nat(3))
  .map(([all, reversed]) =>
    all
      .map((one, index): Sample => {
        const isReversed = index < reversed && one.purpose !== 'prenote';
        return isReversed ? { ...one, reverses: idOf(500 + index) } : one;
      })
      .map((one) => (one.purpose === 'prenote' ? { ...one, amount: '0' } : one)),
  );

const isOffset = ({ individualId }: AchEntry): boolean => individualId === 'OFFSET';

/** The payments of a file, in the order of their references, without what a profile decides. */
const paymentsOf = (file: AchFile) =>
  file.batches
    .flatMap(({ entries, secCode, effectiveEntryDate }) =>
      entries.filter((entry) => !isOffset(entry)).map((entry) => ({ ...entry, secCode, effectiveEntryDate })),
    )
    .map(({ line: _, traceNumber: __, addenda, ...entry }) => ({
      ...entry,
      addenda: addenda?.kind === 'payment' ? addenda.paymentInformation : undefined,
    }))
    .toSorted((a, b) => (a.individualId < b.individualId ? -1 : 1));

test.each(PROFILES)('a file by %o has the payments and totals of any other', (profile) => {
  fc.assert(
    fc.property(samples, (all) => {
      const plain = written(all);
      const { text, totalCreditMinor, totalDebitMinor, entries, nextTraceSequence } = written(all, profile);
      const file = readNachaFile(text);
      expect(paymentsOf(file)).toEqual(paymentsOf(readNachaFile(plain.text)));
      expect([totalCreditMinor, totalDebitMinor]).toEqual([plain.totalCreditMinor, plain.totalDebitMinor]);

      const ending = profile.line_ends === 'CRLF' ? '\r\n' : '\n';
      const lines = text.split(ending);
      expect(lines.pop()).toBe('');
      expect(lines.every((line) => /^[\x20-\x7e]{94}$/.test(line))).toBe(true);
      expect(lines.length % 10 === 0 || profile.padding === false).toBe(true);
      expect(lines.some((line) => /^9{94}$/.test(line)) && profile.padding === false).toBe(false);

      const traces = file.batches.flatMap((batch) => batch.entries.map((entry) => entry.traceNumber));
      expect(traces.map((trace) => Number(trace.slice(8)))).toEqual(traces.map((_, index) => 42 + index));
      expect(nextTraceSequence).toBe(42 + traces.length);
      const ours = file.batches.flatMap((batch) => batch.entries.filter((entry) => !isOffset(entry)));
      expect(entries.map(({ traceNumber }) => traceNumber)).toEqual(
        ours.map(({ traceNumber }) => traceNumber),
      );

      for (const batch of file.batches) {
        const offsets = batch.entries.filter(isOffset);
        const isReversal = batch.entryDescription === 'REVERSAL';
        const arePrenotes = batch.entries.map(({ transactionCode }) =>
          ['23', '33'].includes(transactionCode),
        );
        expect(new Set(arePrenotes).size).toBe(1);
        if (profile.offset_account === null || arePrenotes[0] === true) {
          expect(offsets).toEqual([]);
          expect(batch.serviceClassCode).toBe(isReversal ? '225' : '220');
        } else {
          expect(batch.serviceClassCode).toBe('200');
          expect(batch.totals.creditMinor).toBe(batch.totals.debitMinor);
          expect(offsets).toEqual([batch.entries.at(-1)]);
          expect(offsets[0]).toMatchObject({
            transactionCode: isReversal ? '22' : '27',
            routingNumber: OFFSET.routingNumber,
            accountNumber: OFFSET.accountNumber,
            amountMinor: batch.entries.slice(0, -1).reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
          });
        }
        if (profile.entry_description !== null && !isReversal)
          expect(batch.entryDescription).toBe('STOCK PLAN');
      }
    }),
    { numRuns: 25 },
  );
});

test('receivers read what they are paid for, in batches of their own; a reversal is called one whatever the profile says', () => {
  const all: Sample[] = [
    { purpose: 'dividend' },
    { purpose: 'plan' },
    {},
    { purpose: 'dividend' },
    { purpose: 'dividend', reverses: idOf(9) },
  ];
  const descriptions = (changes: Partial<Profile> = {}) =>
    readNachaFile(written(all, changes).text).batches.map(({ entryDescription, entries }) => [
      entryDescription,
      entries.length,
    ]);
  expect(descriptions()).toEqual([
    ['DISTRIB', 1],
    ['DIVIDEND', 2],
    ['PAYMENT', 1],
    ['REVERSAL', 1],
  ]);
  expect(descriptions({ entry_description: 'ACME STOCK' })).toEqual([
    ['ACME STOCK', 4],
    ['REVERSAL', 1],
  ]);
});

test('a prenote moves no money, by a code of its own, and no offset entry balances it', () => {
  const all: Sample[] = [
    { purpose: 'prenote', amount: '0' },
    { purpose: 'prenote', amount: '0', account_type: 'SAVINGS', holder_type: 'COMPANY' },
  ];
  for (const changes of [{}, { offset_account: OFFSET_ACCOUNT }]) {
    const { text, totalCreditMinor } = written(all, changes);
    const { batches, totals } = readNachaFile(text);
    expect(
      batches.map(({ serviceClassCode, secCode, entryDescription, entries }) => [
        ...[serviceClassCode, secCode, entryDescription],
        ...entries.map(({ transactionCode, amountMinor }) => `${transactionCode} ${amountMinor}`),
      ]),
    ).toEqual([
      ['220', 'CCD', 'PRENOTE', '33 0'],
      ['220', 'PPD', 'PRENOTE', '23 0'],
    ]);
    expect([totalCreditMinor, totals.creditMinor, totals.debitMinor]).toEqual([0n, 0n, 0n]);
  }
  expect(() => written([{ purpose: 'prenote', amount: '1' }])).toThrow('moves no money');
  expect(() => written([{ amount: '0' }])).toThrow('0.01');
});

test('what comes to more than an entry can say is balanced in several batches, and a batch holds its offset entry too', () => {
  const rich = written(
    ['9999999999', '1', '9999999998', '2'].map((amount) => ({ amount })),
    { offset_account: OFFSET_ACCOUNT },
  );
  expect(
    readNachaFile(rich.text).batches.map(({ entries }) => entries.map(({ amountMinor }) => amountMinor)),
  ).toEqual([
    [9_999_999_999n, 9_999_999_999n],
    [1n, 9_999_999_998n, 9_999_999_999n],
    [2n, 2n],
  ]);
  // An offset entry of more than a million dollars is settled on no same day.
  const profile = { ...DEFAULT_PROFILE, offset_account: OFFSET_ACCOUNT };
  const originator = { ...ORIGINATOR, same_day: true };
  const { text } = writePlanned({
    ...{ originator, profile, offset: OFFSET, createdAt: SENT_AT, modifier: 'A', firstTraceSequence: 1 },
    entries: ['60000000', '40000000', '1'].map((amount, index) =>
      planEntry(idOf(index + 1), instruction({ amount }), {
        ...{ profile, times: new EntryTimes(SENT_AT, originator, profile), purpose: 'other' },
      }),
    ),
  });
  expect(
    readNachaFile(text).batches.map(({ descriptiveDate, totals }) => [descriptiveDate, totals.debitMinor]),
  ).toEqual([
    ['SD1700', 100_000_000n],
    ['SD1700', 1n],
  ]);
  const many = written(
    Array.from({ length: 10_000 }, () => ({ amount: '1' })),
    { offset_account: OFFSET_ACCOUNT },
  );
  expect(readNachaFile(many.text).batches.map(({ entries }) => entries.length)).toEqual([10_000, 2]);
});

describe('the hours of a bank', () => {
  const effective = (changes: Partial<Profile>, sentAt = SENT_AT, same_day = false, not_before?: string) => {
    const profile = { ...DEFAULT_PROFILE, ...changes };
    const times = new EntryTimes(sentAt, { ...ORIGINATOR, same_day }, profile);
    const { effectiveEntryDate, descriptiveDate } = planEntry(
      idOf(1),
      instruction({ not_before: not_before ?? null }),
      { profile, times, purpose: 'other' },
    );
    return [effectiveEntryDate, descriptiveDate ?? ''].join(' ').trim();
  };

  test.each<[string, Partial<Profile>, string, string]>([
    ['none of its own', {}, '2026-03-04T23:00:00Z', '2026-03-05'],
    ['before its cut-off', { next_day_cut_off: '18:00' }, '2026-03-04T22:59:59Z', '2026-03-05'],
    ['at its cut-off', { next_day_cut_off: '18:00' }, '2026-03-04T23:00:00Z', '2026-03-06'],
    ['after it, on a Friday', { next_day_cut_off: '18:00' }, '2026-03-06T23:30:00Z', '2026-03-10'],
    ['on a Saturday', { next_day_cut_off: '18:00' }, '2026-03-08T00:30:00Z', '2026-03-10'],
    [
      'after midnight, before the one of the new day',
      { next_day_cut_off: '18:00' },
      '2026-03-05T06:00:00Z',
      '2026-03-06',
    ],
    ['a day off tomorrow', { non_business_days: ['2026-03-05'] }, SENT_AT, '2026-03-06'],
    ['a day off today', { non_business_days: ['2026-03-04'] }, SENT_AT, '2026-03-06'],
    [
      'a day off after the cut-off',
      { non_business_days: ['2026-03-05'], next_day_cut_off: '12:00' },
      SENT_AT,
      '2026-03-09',
    ],
    [
      'a cut-off in Chicago, an hour later than in New York',
      { next_day_cut_off: '18:00', time_zone: 'America/Chicago' },
      '2026-03-04T23:30:00Z',
      '2026-03-05',
    ],
    [
      'a cut-off in Honolulu that FedACH’s deadline comes before',
      { next_day_cut_off: '23:00', time_zone: 'Pacific/Honolulu' },
      '2026-03-05T08:30:00Z',
      '2026-03-06',
    ],
    [
      'a cut-off on the clock of summer, the week after clocks change',
      { next_day_cut_off: '18:00' },
      '2026-03-11T22:00:00Z',
      '2026-03-13',
    ],
  ])('%s', (_, profile, sentAt, expected) => {
    expect(effective(profile, sentAt)).toBe(expected);
  });

  test.each<[string, Partial<Profile>, string, string]>([
    ['none of its own', {}, SENT_AT, '2026-03-04 SD1700'],
    ['before its cut-off', { same_day_cut_off: '14:01' }, SENT_AT, '2026-03-04 SD1700'],
    ['at its cut-off', { same_day_cut_off: '14:00' }, SENT_AT, '2026-03-05'],
    ['later than its cut-off for the next day', { next_day_cut_off: '13:00' }, SENT_AT, '2026-03-06'],
    [
      'on its day off',
      { same_day_cut_off: '10:00', non_business_days: ['2026-03-04'] },
      SENT_AT,
      '2026-03-05 SD1300',
    ],
    ['on a Saturday', { same_day_cut_off: '10:00' }, '2026-03-07T19:00:00Z', '2026-03-09 SD1300'],
  ])('same day: %s', (_, profile, sentAt, expected) => {
    expect(effective(profile, sentAt, true)).toBe(expected);
  });

  test('a payment that may not be paid before its day off is paid after it', () => {
    const off = { non_business_days: ['2026-03-20', '2026-03-23'] };
    expect(effective(off, SENT_AT, false, '2026-03-20')).toBe('2026-03-24');
  });

  test('no profile lets a payment take effect sooner than without one, or on a day on which its bank is closed', () => {
    const time = fc
      .tuple(fc.nat(23), fc.nat(59))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
    const days = Array.from({ length: 20 }, (_, index) => `2026-03-${String(index + 5).padStart(2, '0')}`);
    const profile = fc.record<Partial<Profile>>({
      next_day_cut_off: fc.option(time),
      same_day_cut_off: fc.option(time),
      time_zone: fc.constantFrom('America/New_York', 'America/Los_Angeles', 'Pacific/Honolulu', 'UTC'),
      non_business_days: fc.subarray(days, { maxLength: 12 }),
    });
    const sentAt = fc
      .date({ min: new Date('2026-03-04'), max: new Date('2026-03-18'), noInvalidDate: true })
      .map((date) => date.toISOString());
    fc.assert(
      fc.property(profile, sentAt, fc.boolean(), (changes, at, sameDay) => {
        const [day = ''] = effective(changes, at, sameDay).split(' ');
        expect(day >= (effective({}, at, sameDay).split(' ')[0] ?? '')).toBe(true);
        expect(changes.non_business_days).not.toContain(day);
      }),
    );
  });
});
