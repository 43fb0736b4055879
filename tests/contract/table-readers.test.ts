import { expect, test } from 'vitest';
import { acrossRooms, readBy } from './table-rooms.ts';

/**
 * A room reads its own tables. Of another's it reads what that room offers: a function, in TypeScript or SQL, or a view. This test
 * reads every statement that selects, in TypeScript (Kysely and SQL text), in functions of the database and in views. A foreign key
 * is no reading.
 */

/** These read a table of another room, for the reason given. An entry that is no longer needed fails the test. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'migrations/functions/record_new_positions.sql → tenants':
    'It stands for a foreign key, which would ask for each holder of a file what is asked once.',
  'shared/identity/keys/sealed-field.repository.ts → a table named elsewhere':
    'A new key seals the fields anew that it is told of, in rows of every room.',
  'shared/retention/categories.ts → refresh_tokens': 'A session is due when it has no tokens left.',
  'shared/retention/categories.ts → webhook_deliveries': 'A webhook is due when it has no deliveries left.',
  'shared/retention/purge.repository.ts → a table named elsewhere':
    'A purge erases what retention categories name, in rows of every room.',
};

test('a table is read by its own room, but for the exceptions, all of which are needed', () => {
  expect(acrossRooms(readBy)).toEqual(Object.keys(EXCEPTIONS).sort());
});

test('the scan sees each way to read', () => {
  const ways = [
    "read.selectFrom('journal')",
    "read.selectFrom(['journal as j'])",
    "read.leftJoin('journal as j', 'j.id', 'x.id')",
    'select amount from journal where true',
    'select from only journal',
    'select 1 from x join journal j on true',
    'update x set y = 1 from journal',
    'merge into x using journal j on true',
    'select from transactions t, journal',
    'select from transactions as t, journal j',
    'declare\n  entry journal;\nbegin',
  ];
  for (const way of ways) expect(readBy(way), way).toContain('journal');
  for (const other of [
    'delete from journal',
    'insert into journal select 1',
    'references journal',
    'from ledger_transactions',
  ])
    expect(readBy(other), other).toEqual([]);
});
