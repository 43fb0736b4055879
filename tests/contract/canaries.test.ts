/// <reference types="vite/types/importMeta.d.ts" />
import { afterAll, beforeAll, expect, test } from 'vitest';
import { API_ENTRIES } from '#lib/stacks/api-stack.ts';
import { CANARY } from '#platform/canary.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { testContext } from '#tests/support/request.ts';
import { jobs } from '../../shared/jobs.ts';
import { routes } from '../../shared/routes.ts';

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const functions = import.meta.glob<{ handler: Handler }>('../../functions/**/*.ts');
const entries = [...routes, ...jobs].map(({ entry }) => entry).concat(API_ENTRIES);

let database: TestDatabase;
let aws: TestAws;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

async function answerOf(entry: string): Promise<unknown> {
  const module = await functions[`../../${entry}`]?.();
  return module?.handler(CANARY, testContext());
}

/** A release calls each new version like this before anybody else does. */
test.each(entries)('%s answers a canary, and does nothing', async (entry) => {
  expect(await answerOf(entry)).toEqual({ canary: 'passed' });
});

test('a function that can’t reach its database fails its canary', async () => {
  const { closePools } = await import('#platform/db/pool.ts');
  const { DATABASE_PASSWORD } = process.env;
  await closePools();
  process.env.DATABASE_PASSWORD = 'wrong';
  try {
    await expect(answerOf('functions/register/get-shareholder.ts')).rejects.toThrow(/password/);
  } finally {
    process.env.DATABASE_PASSWORD = DATABASE_PASSWORD;
    await closePools();
  }
});
