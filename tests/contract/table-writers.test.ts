import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

/**
 * A table has one room that writes it; others ask that room. This test reads every statement that writes, in TypeScript (Kysely and
 * SQL text) and in the functions of the database, and compares the room that it stands in with the table's.
 */

const REPOSITORY = join(import.meta.dirname, '../..');

/** Each migration belongs to a room, and so do the tables that it creates. */
const ROOMS: Readonly<Record<string, string>> = {
  '0001_platform.sql': 'platform',
  '0002_identity.sql': 'identity',
  '0003_register.sql': 'register',
  '0004_ledger.sql': 'ledger',
  '0005_dividends.sql': 'dividends',
  '0006_proxy.sql': 'proxy',
  '0007_plans.sql': 'plans',
  '0008_payments.sql': 'payments',
  '0009_mock_bank.sql': 'payments',
  '0010_uploads.sql': 'uploads',
  '0011_audit.sql': 'audit',
  '0012_retention.sql': 'retention',
  '0013_reporting.sql': 'reporting',
  '0014_webhooks.sql': 'webhooks',
};

/** Each function that writes belongs to a room, and writes the tables of that room alone. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  add_login_failure: 'identity',
  clear_login_failures: 'identity',
  distribute_from_plan: 'plans',
  guard_dividend_payment: 'dividends',
  post_entry: 'ledger',
  post_payment: 'ledger',
  post_return: 'ledger',
  purge_login_failures: 'identity',
  purge_shareholder_names: 'register',
  record_changed_positions: 'register',
  record_new_positions: 'register',
  refuse_illegal_transition: 'ledger',
  take_dividend_snapshot: 'dividends',
};

/** These writers write a table of another room, for the reason given. An entry that is no longer needed fails the test. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'shared/identity/keys/sealed-field.repository.ts → a table named elsewhere':
    'A new key seals the fields anew that it is told of, in rows of every room.',
  'shared/identity/tenants/bootstrap-operator.ts → audit_log':
    'The first operator is made by the migrator, on a connection that has no tenant transaction.',
  'shared/plans/contributions/payroll.repository.ts → outbox':
    'A payroll file leaves thousands of events, which one statement writes beside its transactions.',
  'shared/platform/db/tenant-tx.ts → audit_log':
    'The audit entry and the work that it tells of are committed by one round trip.',
  'shared/retention/purge.repository.ts → a table named elsewhere':
    'A purge erases what retention categories name, in rows of every room.',
  'shared/retention/purge.repository.ts → audit_log':
    'A purge is audited by the role that purges, outside of a tenant transaction.',
};

const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
const list = (pattern: string) => globSync(pattern, { cwd: REPOSITORY }).sort();

const tables = new Map<string, string>();
for (const path of list('migrations/*.sql'))
  for (const [, table = ''] of read(path).matchAll(/^create table (\w+)/gm))
    tables.set(table, ROOMS[basename(path)] ?? `no room for ${path}`);

const KYSELY = /\b(?:insertInto|updateTable|deleteFrom|mergeInto|replaceInto)\(\s*'(\w+)/g;
const TEXT =
  /\b(?:insert\s+into|update|delete\s+from|merge\s+into|truncate(?:\s+table)?)\s+(?:only\s+)?(\w+)/gi;

/** This finds a statement whose table is no part of its text. */
const UNNAMED = /\b(?:insert\s+into|update|delete\s+from|merge\s+into|truncate)\s+\$\{/i;

/** Returns the known tables that a text writes. Words after `update` in prose, and `do update set`, are no tables. */
function written(text: string): string[] {
  const named = [KYSELY, TEXT].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, table = '']) => table),
  );
  const known = [...new Set(named)].filter((table) => tables.has(table));
  return UNNAMED.test(text) ? [...known, 'a table named elsewhere'] : known;
}

const withoutComments = (sql: string) => sql.replace(/--.*$/gm, '');

/** Lists every statement that stands in another room than its table, as `writer → table`. */
function foreignWrites(): string[] {
  const code = list('{shared,functions}/**/*.ts')
    .filter((path) => !/\.(test|sample)\.ts$/.test(path) && !path.startsWith('shared/generated/'))
    .flatMap((path) =>
      written(read(path)).map((table) => ({ writer: path, room: path.split('/')[1], table })),
    );
  const functions = list('migrations/functions/*.sql').flatMap((path) =>
    written(withoutComments(read(path))).map((table) => ({
      writer: path,
      room: FUNCTIONS[basename(path, '.sql')],
      table,
    })),
  );
  return [...code, ...functions]
    .filter(({ room, table }) => room !== tables.get(table))
    .map(({ writer, table }) => `${writer} → ${table}`)
    .sort();
}

test('every table belongs to a room', () => {
  expect(tables.size).toBeGreaterThan(40);
  expect([...tables].filter(([, room]) => room.startsWith('no room'))).toEqual([]);
});

test('a table is written by its own room, but for the exceptions, all of which are needed', () => {
  expect(foreignWrites()).toEqual(Object.keys(EXCEPTIONS).sort());
});

test('every function that writes has a room, and no other is named', () => {
  const writers = list('migrations/functions/*.sql').filter(
    (path) => written(withoutComments(read(path))).length > 0,
  );
  expect(writers.map((path) => basename(path, '.sql'))).toEqual(Object.keys(FUNCTIONS).sort());
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
