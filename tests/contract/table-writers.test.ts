import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { acrossRooms, FUNCTIONS, functions, readBy, tables, written } from './table-rooms.ts';

/**
 * A table has one room that writes it; others ask that room. This test reads every statement that writes, in TypeScript (Kysely and
 * SQL text) and in the functions of the database, and compares the room that it stands in with the table's.
 */

/** These writers write a table of another room, for the reason given. An entry that is no longer needed fails the test. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'shared/identity/keys/sealed-field.repository.ts → a table named elsewhere':
    'A new key seals the fields anew that it is told of, in rows of every room.',
  'shared/platform/db/audit-each.ts → audit_log':
    'As tenant-tx.ts does, for a transaction with many entries.',
  'shared/platform/db/disclosing.ts → audit_log': 'A list and the entry of who read it are one statement.',
  'shared/platform/db/tenant-tx.ts → audit_log':
    'The audit entry and the work that it tells of are committed by one round trip.',
  'shared/retention/purge.repository.ts → a table named elsewhere':
    'A purge erases what retention categories name, in rows of every room.',
};

test('every table belongs to a room', () => {
  expect(tables.size).toBeGreaterThan(40);
  expect([...tables].filter(([, room]) => room.startsWith('no room'))).toEqual([]);
});

test('a table is written by its own room, but for the exceptions, all of which are needed', () => {
  expect(acrossRooms(written)).toEqual(Object.keys(EXCEPTIONS).sort());
});

test('every function that uses a table has a room, and no other is named', () => {
  const users = functions.filter(({ text }) => [...written(text), ...readBy(text)].length > 0);
  expect(users.map(({ path }) => basename(path, '.sql'))).toEqual(Object.keys(FUNCTIONS).sort());
});

test('the scan sees each way to write', () => {
  const ways = [
    "tx.insertInto('journal')",
    "tx.updateTable('journal as j')",
    "tx.deleteFrom('journal')",
    'insert into journal (amount)',
    'update journal j set amount = 1',
    'delete from journal',
    'merge into journal j',
    'truncate journal',
  ];
  for (const way of ways) expect(written(way), way).toEqual(['journal']);
  expect(written('on conflict do update set amount = 1')).toEqual([]);
});
