import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { behaviourOf, isForEver, isSilent, reversalBehaviourOf } from '#payments/mock-bank/behaviour.ts';
import { DEVIATIONS } from '#payments/nacha/bank-deviations.sample.ts';
import { writeNachaFile } from '#payments/nacha/nacha-file.ts';
import type { AchBatch, AchFileStyle } from '#payments/nacha/nacha-payments.ts';
import { readReturnFile } from '#payments/nacha/return-file.ts';
import { type Answer, answersTo } from './answers-to.ts';

const NAME = '2026-07-02-A.ach';
const ACCOUNT = { routingNumber: '121042882', accountType: 'checking', receiverName: 'Ada Holder' } as const;

/** A file of Thursday, 2 July 2026, 14:00 in New York, whose payments take effect on the 3rd. */
function fileOf(
  last4s: readonly string[],
  { style = {}, ...batch }: Partial<AchBatch> & { style?: AchFileStyle } = {},
) {
  return writeNachaFile(
    {
      immediateDestination: '021000021',
      immediateDestinationName: 'First Bank of New York',
      immediateOrigin: '1987654321',
      immediateOriginName: 'Acme Industries',
      createdAt: '2026-07-02T18:00:00Z',
      fileIdModifier: 'A',
    },
    [
      {
        companyName: 'Acme Industries',
        companyId: '1987654321',
        secCode: 'PPD',
        direction: 'credit',
        entryDescription: 'PAYMENT',
        effectiveEntryDate: '2026-07-03',
        odfiRoutingNumber: '021000021',
        payments: last4s.map((last4, index) => ({
          ...ACCOUNT,
          paymentId: `0198c0de-0000-7000-8000-${String(index + 1).padStart(12, '0')}`,
          accountNumber: `90000000${last4}`,
          amountMinor: batch.isOfPrenotes === true ? 0n : BigInt(100 + index),
        })),
        ...batch,
      },
    ],
    1,
    style,
  );
}

const answered = (...parameters: Parameters<typeof fileOf>) => answersTo(NAME, fileOf(...parameters).text);
/** Shows each answer, without the name of the file that it answers, and when it comes. */
const shown = (...parameters: Parameters<typeof fileOf>) =>
  answered(...parameters).answers.map(({ name, due, says }) => [
    name.slice(NAME.length + 1),
    due.toISOString(),
    says,
  ]);

const itemsOf = (answers: readonly Answer[]) =>
  answers.filter(({ name }) => name.endsWith('.ach')).flatMap(({ text }) => readReturnFile(text).items);

const MADE = '2026-07-02T18:00:00.000Z';
/** The banking day after the effective entry date, and the fifth. */
const [SOON, LATE] = ['2026-07-06', '2026-07-10'];
const morning = (day: string) => `${day}T12:30:00.000Z`;
const ACKNOWLEDGED = ['ack', MADE, 'acknowledges it'];

describe('a file is answered by the account numbers in it', () => {
  test.each([
    ['0000', [ACKNOWLEDGED]],
    ['0102', [ACKNOWLEDGED, [`returns-${SOON}.ach`, morning(SOON), '1 × R02']]],
    ['0203', [ACKNOWLEDGED, [`returns-${LATE}.ach`, morning(LATE), '1 × R03']]],
    ['0301', [ACKNOWLEDGED, [`returns-${SOON}.ach`, morning(SOON), '1 × C01']]],
    ['0404', [ACKNOWLEDGED]],
    ['0501', [['ack', morning('2026-07-03'), 'acknowledges it']]],
    ['0504', [ACKNOWLEDGED, [`returns-${SOON}.ach`, morning(SOON), '1 × R13']]],
    ['0505', []],
    ['0506', []],
    ['0507', [['rej', MADE, 'rejects it']]],
    [
      '0903',
      [ACKNOWLEDGED, [`returns-${SOON}-3.ach`, morning(SOON), '1 × R03, with lines that are not broken']],
    ],
  ])('%s', (last4, expected) => {
    expect(shown([last4])).toEqual(expected);
    expect(answered([last4]).isFetched).toBe(last4 !== '0505');
  });

  test('those of one morning in one file, by receiving bank and class', () => {
    expect(shown(['0102', '0000', '0103', '0203', '0301'])).toEqual([
      ACKNOWLEDGED,
      [`returns-${SOON}.ach`, morning(SOON), '1 × C01, 1 × R02, 1 × R03'],
      [`returns-${LATE}.ach`, morning(LATE), '1 × R03'],
    ]);
  });

  test('a reversal by what its number says of reversals', () => {
    const reversal = { direction: 'debit', entryDescription: 'REVERSAL' } as const;
    expect(shown(['0203'], reversal)).toEqual([ACKNOWLEDGED]);
    expect(shown(['0701'], reversal)).toEqual([
      ACKNOWLEDGED,
      [`returns-${SOON}.ach`, morning(SOON), '1 × R01'],
    ]);
  });

  test('a prenote that would come back late passes: it moves no money', () => {
    const prenotes = { isOfPrenotes: true };
    expect(shown(['0203'], prenotes)).toEqual([ACKNOWLEDGED]);
    expect(shown(['0103'], prenotes)[1]?.[2]).toBe('1 × R03');
  });

  test('an offset entry by nothing', () => {
    const offset = {
      routingNumber: '021000021',
      accountNumber: '900000000102',
      accountType: 'checking',
    } as const;
    expect(shown(['0000'], { offset })).toEqual([ACKNOWLEDGED]);
  });

  test('and what is no file is rejected, with the reason', () => {
    const [rejection] = answersTo(NAME, 'not a file').answers;
    expect([rejection?.name, rejection?.text]).toEqual([
      `${NAME}.rej`,
      expect.stringMatching(/^[0-9a-f]{64} .*94/),
    ]);
  });
});

test('both banks do the same by the same number', () => {
  for (let number = 0; number < 1_000; number++) {
    const last4 = String(number).padStart(4, '0');
    for (const [behaviour, { answers }] of [
      [behaviourOf(`90000000${last4}`), answered([last4])],
      [reversalBehaviourOf(`90000000${last4}`), answered([last4], { direction: 'debit' })],
    ] as const) {
      const said = itemsOf(answers).map(({ code }) => code);
      const code = behaviour.returns?.code ?? behaviour.rejects;
      const expected =
        isForEver(behaviour) || isSilent(behaviour) || behaviour.rejectsFile === true
          ? []
          : [behaviour.corrects?.code, code].filter((one) => one !== undefined);
      expect(said, last4).toEqual(expected);
    }
  }
});

test.each(Object.keys(DEVIATIONS).map((way, index) => [index, way] as const))(
  'number 09%i: a return is read the same with %s',
  (index) => {
    const last4 = `09${String(index).padStart(2, '0')}`;
    const [, returned] = answered([last4, last4]).answers;
    const { items } = readReturnFile(returned?.text ?? '');
    expect(items.map(({ code, amountMinor }) => [code, amountMinor]).toSorted()).toEqual([
      ['R03', 100n],
      ['R03', 101n],
    ]);
  },
);

test.each([
  ['CRLF', true],
  ['CRLF', false],
  ['LF', true],
  ['LF', false],
] as const)('answers are written as the bank wants ours: %s, padded %s', (lineEnds, isPadded) => {
  const text = answered(['0102'], { style: { lineEnds, isPadded } }).answers[1]?.text ?? '';
  expect(
    text
      .split('\n')
      .slice(0, -1)
      .every((line) => line.endsWith('\r')),
  ).toBe(lineEnds === 'CRLF');
  expect(/^9{94}/m.test(text)).toBe(isPadded);
});

test('the same file has the same answers, each payment at most one return, and none before its acknowledgement', () => {
  const last4 = fc.integer({ min: 0, max: 999 }).map((number) => String(number).padStart(4, '0'));
  fc.assert(
    fc.property(fc.array(last4, { minLength: 1, maxLength: 12 }), (last4s) => {
      const { answers } = answered(last4s);
      expect(answered(last4s).answers).toEqual(answers);
      const due = answers.map((answer) => answer.due.getTime());
      expect(due).toEqual(due.toSorted((a, b) => a - b));
      const returned = itemsOf(answers).filter(({ kind }) => kind === 'RETURNED');
      const traces = returned.map(({ originalTraceNumber }) => originalTraceNumber);
      expect(new Set(traces).size).toBe(traces.length);
    }),
    { numRuns: 60 },
  );
});
