import { describe, expect, test } from 'vitest';
import type { Day } from '#kernel/calendar.ts';
import { identified, type KnownStatement, newsOf } from './known-entries.ts';
import type { Statement, StatementEntry } from './statement.ts';

const d = (number: number): Day => `2026-07-0${number}` as Day;
const entry = (day: number, amountMinor: bigint, bankReference: string | null = null): StatementEntry => ({
  ...{ line: 1, day: d(day), valueDay: null, amountMinor, code: null, bankReference, reference: null },
  ...{ texts: [], details: [] },
});

/** A statement of some days that opens with a balance. */
function statement(from: number, to: number, openingMinor: bigint, ...entries: StatementEntry[]): Statement {
  const moved = entries.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  return {
    ...{ line: 1, account: '00123-456', currency: 'USD', reference: null, entries },
    ...{ from: d(from), to: d(to), openingMinor, closingMinor: openingMinor + moved },
  };
}

const [fee, again] = [entry(3, -10n), entry(3, -10n)];
const [first, second, third, fourth] = [
  entry(1, 5n, 'A'),
  entry(2, 6n, 'B'),
  entry(3, 7n, 'C'),
  entry(4, 8n, 'D'),
];
const week = statement(1, 3, 100n, first, second, third);

describe('of statements that are read one after another', () => {
  test.each<[string, readonly Statement[], Statement, string, number?]>([
    ['the first is news', [], week, 'NEWS', 3],
    ['the same again is not', [week], week, 'REPEATED'],
    [
      'one of other words for the same is not',
      [week],
      { ...week, reference: 'COPY', account: '1' },
      'REPEATED',
    ],
    ...['NOTPROVIDED', 'FEE', 'A'].map((reference): [string, Statement[], Statement, string] => [
      `one with a reference that tells nothing is not: ${reference}`,
      [week],
      { ...week, entries: [{ ...first, reference }, second, third] },
      'REPEATED',
    ]),
    ['the next day is news', [week], statement(4, 4, 118n, fourth), 'NEWS', 1],
    ['one that overlaps brings what is new', [week], statement(2, 4, 105n, second, third, fourth), 'NEWS', 1],
    [
      'one that was before and overlaps, too',
      [statement(2, 4, 105n, second, third, fourth)],
      week,
      'NEWS',
      1,
    ],
    ['a part of what is known is not', [week], statement(2, 2, 105n, second), 'REPEATED'],
    ['two alike on a day are two', [], statement(3, 3, 50n, fee, again), 'NEWS', 2],
    [
      'the whole day after its morning brings the rest',
      [statement(3, 3, 50n, fee)],
      statement(3, 3, 50n, fee, again),
      'NEWS',
      1,
    ],
    [
      'the morning after its whole day brings none',
      [statement(3, 3, 50n, fee, again)],
      statement(3, 3, 50n, fee),
      'REPEATED',
    ],
    [
      'the afternoon goes on where the morning has ended',
      [statement(3, 3, 50n, fee)],
      statement(3, 3, 40n, third),
      'NEWS',
      1,
    ],
    [
      'the morning that comes after its afternoon, too',
      [statement(3, 3, 40n, third)],
      statement(3, 3, 50n, fee),
      'NEWS',
      1,
    ],
    [
      'other entries of a day that is known contradict',
      [week],
      statement(2, 4, 105n, entry(2, 6n, 'X'), third, fourth),
      'OVERLAPS',
    ],
    [
      'one that has lost an entry of a day contradicts',
      [week],
      statement(2, 4, 105n, second, fourth),
      'OVERLAPS',
    ],
    [
      'the same entries with other balances contradict',
      [week],
      statement(1, 3, 99n, first, second, third),
      'OVERLAPS',
    ],
    [
      'an afternoon whose entry is like one of the morning is for people',
      [statement(3, 3, 50n, fee)],
      statement(3, 3, 40n, again, third),
      'NEWS',
      1,
    ],
    ['a quiet day is news', [week], statement(4, 4, 118n), 'NEWS', 0],
    ['a quiet day again is not', [statement(4, 4, 118n)], statement(4, 4, 118n), 'REPEATED'],
    [
      'a quiet day of another balance contradicts',
      [statement(4, 4, 118n)],
      statement(4, 4, 119n),
      'OVERLAPS',
    ],
  ])('%s', (_, before, next, kind, entries) => {
    const known = before.map(
      ({ from, to, openingMinor, closingMinor }): KnownStatement => ({
        from,
        to,
        openingMinor,
        closingMinor,
      }),
    );
    const news = newsOf(
      next,
      '1',
      known,
      before.flatMap((one) => identified(one.entries, '1')),
    );
    expect(news.kind).toBe(kind);
    if (news.kind === 'NEWS') expect(news.entries).toHaveLength(entries ?? -1);
  });
});
