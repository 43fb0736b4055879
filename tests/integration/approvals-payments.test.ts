import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Principal } from '#platform/http/authorize.ts';
import { Approvals, approved } from '#tests/support/approvals.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Dividends, enterHolders, work } from '#tests/support/dividends.ts';
import { Payments } from '#tests/support/payment-client.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let aws: TestAws;
let acme: TestTenant;
let compliance: Approvals;

beforeAll(async () => {
  process.env.BANK_BY_HTTP = 'on';
  database = await testDatabase();
  aws = await testAws();
});
afterAll(async () => {
  await aws.close();
  await database.close();
});
beforeEach(async () => {
  acme = await insertTestTenant(database.admin, 'ISSUER');
  compliance = new Approvals(acme.as('COMPLIANCE'));
});

describe('payments of one person', () => {
  const holderOf = async () => {
    const { rows } = await database.admin.query(
      `insert into shareholders (tenant_id, external_ref, name, kyc_status) values ($1, gen_random_uuid()::text, 'Ada', 'VERIFIED') returning id`,
      [acme.id],
    );
    await database.admin.query(
      `insert into bank_accounts (tenant_id, shareholder_id, routing_number, account_number_sealed, account_last4, account_type, holder_name)
       values ($1, $2, '121042882', 'v1.sealed', '0000', 'CHECKING', 'Ada')`,
      [acme.id, rows[0].id],
    );
    return rows[0].id as string;
  };
  const order = async (maker: Principal, payee: string, amount: string) =>
    (await new Payments(maker).order({ shareholder_id: payee, amount, currency: 'USD' })).body.approval;

  test('wait above the threshold by user and day, also when they are ordered at once', async () => {
    const payees = await Promise.all(Array.from({ length: 8 }, holderOf));
    const approvals = await Promise.all(payees.map((payee) => order(acme.as('OPS'), payee, '3000')));
    expect(approvals.filter((approval) => approval === 'NOT_NEEDED')).toHaveLength(3);
    expect(approvals.filter((approval) => approval === 'REQUIRED')).toHaveLength(5);
    const inbox = (await compliance.list({ state: 'PENDING', kind: 'payment' })).body.data;
    expect(inbox).toHaveLength(5);
    expect(inbox[0]).toMatchObject({ before: null, after: { amount: '3000.00', currency: 'USD' } });
    // The remaining thousand is still there: what waits for a second person does not count.
    expect(await order(acme.as('OPS'), payees[0] ?? '', '1000')).toBe('NOT_NEEDED');
    expect(await order(acme.as('OPS'), payees[0] ?? '', '0.01')).toBe('REQUIRED');
  });

  test('wait above the threshold by payee and day, whoever orders', async () => {
    const payee = await holderOf();
    expect(await order(acme.as('OPS'), payee, '9000')).toBe('NOT_NEEDED');
    expect(await order(acme.as('ADMIN'), payee, '1000')).toBe('NOT_NEEDED');
    expect(await order(acme.as('ADMIN'), payee, '1')).toBe('REQUIRED');
  });

  test('are withdrawn by who has ordered them, and approved by no one alone', async () => {
    const { body } = await new Payments(acme.as('OPS')).order({
      shareholder_id: await holderOf(),
      amount: '20000',
      currency: 'USD',
    });
    const [request] = (await compliance.list({ state: 'PENDING' })).body.data;
    expect(request).toMatchObject({ kind: 'payment', subject: { type: 'transactions', id: body.id } });
    const withdrawn = await new Approvals(acme.as('OPS')).withdraw(request.id);
    expect(withdrawn.body, withdrawn.text).toMatchObject({ state: 'WITHDRAWN' });
    expect((await new Payments(acme.as('OPS')).get(body.id)).body).toMatchObject({
      status: 'FAILED',
      return_code: 'WITHDRAWN',
      approval: 'WITHDRAWN',
    });
    expect((await new Payments(acme.as('COMPLIANCE')).approve(body.id)).status).toBe(409);
  });
});

test('a dividend is paid once another person has approved it, and its run as a whole', async () => {
  const dividends = new Dividends(acme.as('OPS'));
  await enterHolders(database.admin, acme.id, ['100000', '20000']);
  const id = await dividends.declare();
  await work(aws);
  const ops = new Payments(acme.as('OPS'));
  expect((await ops.disburseDividend(id)).body.type).toBe('/problems/approval-required');
  const [request] = (await compliance.list({ kind: 'dividend' })).body.data;
  expect(request).toMatchObject({ subject: { id }, after: { rate_per_share: '0.125' } });
  expect((await new Approvals(acme.as('OPS')).approve(request.id)).status).toBe(403);
  expect((await compliance.approve(request.id)).status).toBe(200);
  expect((await dividends.get(id)).body.approval).toBe('APPROVED');

  const run = await ops.disburseDividend(id);
  expect(run.body).toMatchObject({
    kind: 'payment-run',
    subject: { id },
    after: { payments: 2, total: '15000.00', currency: 'USD' },
  });
  expect((await ops.progress(id)).status).toBe(404);
  await approved(acme, run);
  expect((await ops.progress(id)).body).toMatchObject({ state: 'RUNNING' });
});
