import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPEN_STATUSES, TRANSACTION_STATUSES, TRANSACTION_TYPES } from '#contracts/transactions.ts';
import { ACCOUNTS } from '#ledger/chart-of-accounts.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

/** The words that a check of a table lists for a column. */
async function wordsOf(table: string, column: string): Promise<string[]> {
  const { rows } = await database.admin.query<{ definition: string }>(
    `select pg_get_constraintdef(oid) as definition from pg_constraint where contype = 'c' and conrelid = $1::regclass`,
    [`vestry.${table}`],
  );
  const listed = new RegExp(`\\(?${column} = ANY \\(ARRAY\\[([^\\]]*)\\]`);
  return rows.flatMap(({ definition }) =>
    [...(listed.exec(definition)?.[1] ?? '').matchAll(/'([^']+)'/g)].map(([, word = '']) => word),
  );
}

test.each(['debit_account', 'credit_account'])(
  'the database takes the accounts of the chart as %s',
  async (column) => {
    expect((await wordsOf('journal', column)).sort()).toEqual(Object.keys(ACCOUNTS).sort());
  },
);

test('the database takes the types and statuses of transactions that the contracts name', async () => {
  expect((await wordsOf('transactions', 'type')).sort()).toEqual([...TRANSACTION_TYPES].sort());
  for (const [table, column] of [
    ['transactions', 'status'],
    ['transaction_transitions', 'from_status'],
    ['transaction_transitions', 'to_status'],
  ] as const)
    expect((await wordsOf(table, column)).sort(), column).toEqual([...TRANSACTION_STATUSES].sort());
});

test('the index of open transactions has those that move on', async () => {
  const { rows } = await database.admin.query<{ predicate: string }>(
    `select pg_get_expr(indpred, indrelid) as predicate from pg_index where indexrelid = 'vestry.transactions_open'::regclass`,
  );
  const words = [...(rows[0]?.predicate ?? '').matchAll(/'([^']+)'/g)].map(([, word]) => word);
  expect(words).toEqual(OPEN_STATUSES);
});
