import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Dividends, enterHolders, work } from '#tests/support/dividends.ts';
import { contribute, enroll } from '#tests/support/plans.ts';
import { Register } from '#tests/support/register.ts';
import { insertTestTenant } from '#tests/support/tenants.ts';
import { type DropFolder, dropFolder, UPLOAD_HEADER } from '#tests/support/uploads.ts';

/**
 * The code of one release runs on the schema of the next, warm: the next has added a column to every table, a table and a
 * function, while functions keep their connections.
 */

let database: TestDatabase;
let aws: TestAws;
let uploads: DropFolder;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
  uploads = dropFolder(database.admin, aws);
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

/** Requests, an upload, a dividend with its workers, and a plan: what they leave behind. */
async function traffic(): Promise<unknown> {
  const issuer = await insertTestTenant(database.admin, 'ISSUER');
  const sponsor = await insertTestTenant(database.admin, 'SPONSOR');
  const register = new Register(issuer.as('OPS'));
  const created = await register.create({ external_ref: 'a-1', name: 'Ada Holder', holdings: '10' });
  const listed = await register.list({});
  const upload = await uploads.load(`${UPLOAD_HEADER}a-2,Grace Holder,,20\n`, issuer);
  await enterHolders(database.admin, issuer.id, ['30']);
  const dividends = new Dividends(issuer.as('OPS'));
  const dividend = await dividends.declare();
  aws.endpoint.queues.send(
    'vestry-test-dividend-runs',
    JSON.stringify({ tenant_id: issuer.id, dividend_id: dividend, closed_on: '2099-12-31' }),
  );
  await work(aws);
  const plan = await enroll(sponsor, {
    ...{ employee_id: 'e-1', plan_type: '401K', enrolled_on: '2025-01-31' },
    vesting_schedule: { type: 'graded', total_months: 48, cliff_months: 12 },
  });
  const contribution = await contribute(sponsor, plan.body.id, { amount: '480.10', source: 'EMPLOYEE' });
  return {
    statuses: [created.status, listed.status, plan.status, contribution.status],
    listed: listed.body.data.length,
    upload: [upload.state, upload.accepted],
    dividend: (await dividends.get(dividend)).body.state,
  };
}

test('a warm release works as before when the next has added to every table', async () => {
  const before = await traffic();
  expect(before).toEqual({
    statuses: [201, 200, 201, 201],
    listed: 1,
    upload: ['COMPLETED', 1],
    dividend: 'PENDING',
  });
  const { rows } = await database.admin.query<{ name: string }>(
    `select quote_ident(relname) as name from pg_class
     where relnamespace = 'vestry'::regnamespace and relkind in ('r', 'p') and not relispartition`,
  );
  expect(rows.length).toBeGreaterThan(30);
  for (const { name } of rows) {
    await database.admin.query(`alter table ${name} add column of_next_release text`);
    await database.admin.query(`alter table ${name} add column counted_next integer not null default 0`);
  }
  await database.admin.query('create table next_release (id uuid primary key, note text)');
  await database.admin.query(`create function next_release() returns integer language sql as 'select 1'`);
  expect(await traffic()).toEqual(before);
  expect(await traffic()).toEqual(before);
});
