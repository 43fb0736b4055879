import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UserRole } from '#kernel/roles.ts';
import { Approvals, approved } from '#tests/support/approvals.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { brokenPositions, daysAgo, Register } from '#tests/support/register.ts';
import type { TestResponse } from '#tests/support/request.ts';
import { declareClasses, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

/** A tenant with the limits that it has by default: 1 % by hand. */
async function issuer(): Promise<TestTenant> {
  const tenant = await insertTestTenant(database.admin, 'ISSUER');
  await declareClasses(database.admin, tenant, 'PREF');
  await database.admin.query('delete from register_settings where tenant_id = $1', [tenant.id]);
  return tenant;
}

const as = (tenant: TestTenant, role: UserRole) => new Register(tenant.as(role));

/** Two holders of 1,000 shares, entered by OPS. */
async function opened(tenant: TestTenant): Promise<{ first: string; second: string }> {
  const ops = as(tenant, 'OPS');
  return { first: (await ops.holder('600')).id, second: (await ops.holder('400')).id };
}

const transfer = (from: string, to: string, quantity: string, more: object = {}) => ({
  from_shareholder_id: from,
  to_shareholder_id: to,
  quantity,
  effective_date: daysAgo(0),
  ...more,
});

const newHolder = (holdings: string, more: object = {}) => ({
  external_ref: randomUUID(),
  name: 'Ada Holder',
  holdings,
  ...more,
});

async function holdingsOf(tenant: TestTenant): Promise<string[]> {
  const { rows } = await database.admin.query<{ holdings: string }>(
    'select trim_scale(holdings)::text as holdings from shareholders where tenant_id = $1 order by id',
    [tenant.id],
  );
  return rows.map(({ holdings }) => holdings);
}

type Move = (
  register: Register,
  holders: { first: string; second: string },
  shares: number,
) => Promise<TestResponse>;

/** Every way to move shares by hand, with the holdings that a thousand shares of two holders come to. */
const WAYS: Readonly<Record<string, { move: Move; left: (shares: number) => string[] }>> = {
  'a higher position': {
    move: (register, { first }, shares) => register.update(first, { holdings: String(600 + shares) }),
    left: (shares) => [String(600 + shares), '400'],
  },
  'a lower position': {
    move: (register, { first }, shares) => register.update(first, { holdings: String(600 - shares) }),
    left: (shares) => [String(600 - shares), '400'],
  },
  'a new holder': {
    move: (register, _, shares) => register.create(newHolder(String(shares))),
    left: (shares) => ['600', '400', String(shares)],
  },
  'a transfer': {
    move: (register, { first, second }, shares) => register.transfer(transfer(first, second, String(shares))),
    left: (shares) => [String(600 - shares), String(400 + shares)],
  },
};

describe.each(Object.entries(WAYS))('%s', (_, { move, left }) => {
  test('of one percent takes effect, and of more waits for another person', async () => {
    const tenant = await issuer();
    const holders = await opened(tenant);
    const admin = as(tenant, 'ADMIN');
    const waiting = await move(admin, holders, 10.00000001);
    expect(waiting.status, waiting.text).toBe(202);
    expect(waiting.body).toMatchObject({ kind: 'position', state: 'PENDING' });
    expect(await holdingsOf(tenant)).toEqual(['600', '400']);
    expect((await new Approvals(tenant.as('ADMIN')).approve(waiting.body.id)).status).toBe(403);
    await new Approvals(tenant.as('ADMIN')).withdraw(waiting.body.id);
    const done = await move(admin, holders, 10);
    expect([200, 201], done.text).toContain(done.status);
    expect(await holdingsOf(tenant)).toEqual(left(10));
  });

  test('takes effect as it was proposed once it is approved, and never once it is denied', async () => {
    const tenant = await issuer();
    const holders = await opened(tenant);
    const denied = await move(as(tenant, 'ADMIN'), holders, 300);
    expect((await new Approvals(tenant.as('COMPLIANCE')).deny(denied.body.id)).status).toBe(200);
    expect(await holdingsOf(tenant)).toEqual(['600', '400']);
    await approved(tenant, await move(as(tenant, 'ADMIN'), holders, 300));
    expect(await holdingsOf(tenant)).toEqual(left(300));
    expect(await brokenPositions(database.admin)).toEqual([]);
  });

  test('does not escape by being split: the day of a user counts', async () => {
    const tenant = await issuer();
    const { first, second } = await opened(tenant);
    const admin = as(tenant, 'ADMIN');
    expect((await admin.transfer(transfer(second, first, '4'))).status).toBe(201);
    expect((await admin.update(second, { holdings: '393' })).status).toBe(200);
    const holders = { first: (await admin.create(newHolder('1'))).body.id, second };
    await as(tenant, 'OPS').transfer(transfer(first, holders.first, '4'));
    const waits = await WAYS['a transfer']?.move(admin, { first, second }, 4);
    expect(waits?.status, waits?.text).toBe(202);
    const other = await WAYS['a transfer']?.move(as(tenant, 'OPS'), { first, second }, 4);
    expect(other?.status, 'another user has a day of their own').toBe(201);
  });
});

test('forty changes at once move no more than one percent', async () => {
  const tenant = await issuer();
  const { first, second } = await opened(tenant);
  const admin = as(tenant, 'ADMIN');
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => admin.transfer(transfer(first, second, '1'))),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(10);
  expect(new Set(statuses)).toEqual(new Set([201, 202]));
  expect(await holdingsOf(tenant)).toEqual(['590', '410']);
});

describe('the first shares of a register', () => {
  test('are entered by one person without another, holder by holder', async () => {
    const tenant = await issuer();
    const ops = as(tenant, 'OPS');
    for (const holdings of ['100', '900', '0', '5000'])
      expect((await ops.create(newHolder(holdings))).status).toBe(201);
    const empty = await ops.holder('0');
    expect((await ops.update(empty.id, { holdings: '7' })).status).toBe(200);
    expect((await ops.update(empty.id, { holdings: '700' })).status, 'a position that was there').toBe(202);
    expect((await as(tenant, 'ADMIN').create(newHolder('900'))).status, 'another person').toBe(202);
  });

  test('may be of several classes', async () => {
    const tenant = await issuer();
    await opened(tenant);
    const preferred = (holdings: string) => newHolder(holdings, { security_class: 'PREF' });
    expect((await as(tenant, 'OPS').create(preferred('10'))).status).toBe(201);
    expect((await as(tenant, 'OPS').create(preferred('90'))).status).toBe(201);
    expect((await as(tenant, 'ADMIN').create(newHolder('90'))).status).toBe(202);
  });

  test('are not those of a further class, whose votes nobody has agreed on', async () => {
    const tenant = await issuer();
    const { first } = await opened(tenant);
    const admin = as(tenant, 'ADMIN');
    expect((await admin.create(newHolder('1', { security_class: 'PREF' }))).status).toBe(202);
    const empty = await admin.holder('0');
    for (const id of [empty.id, first])
      expect((await admin.update(id, { holdings: '1', security_class: 'PREF' })).status).toBe(202);
    await database.admin.query('update position_tallies set day = day - 1 where tenant_id = $1', [tenant.id]);
    const ops = as(tenant, 'OPS');
    expect((await ops.create(newHolder('1', { security_class: 'PREF' }))).status, 'the day after').toBe(202);
  });

  test('are entered at once by parallel requests too', async () => {
    const tenant = await issuer();
    const ops = as(tenant, 'OPS');
    const answers = await Promise.all(Array.from({ length: 20 }, () => ops.create(newHolder('10'))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  });

  test('are free no more on the day after', async () => {
    const tenant = await issuer();
    await opened(tenant);
    await database.admin.query('update position_tallies set day = day - 1 where tenant_id = $1', [tenant.id]);
    expect((await as(tenant, 'OPS').create(newHolder('500'))).status).toBe(202);
  });
});

test('what cannot be done is refused, and waits for nobody', async () => {
  const tenant = await issuer();
  const { first, second } = await opened(tenant);
  const admin = as(tenant, 'ADMIN');
  const known = (await admin.get(first)).body.external_ref;
  const refusals: [Promise<TestResponse>, number, string][] = [
    [admin.transfer(transfer(first, second, '601')), 422, 'insufficient-position'],
    [
      admin.transfer(transfer(first, second, '600', { security_class: 'PREF' })),
      422,
      'insufficient-position',
    ],
    [
      admin.transfer(transfer(first, second, '500', { effective_date: daysAgo(-1) })),
      422,
      'validation-failed',
    ],
    [admin.transfer(transfer(first, randomUUID(), '500')), 404, 'not-found'],
    [admin.create(newHolder('500', { external_ref: known })), 409, 'shareholder-exists'],
    [admin.create(newHolder('500', { effective_date: daysAgo(-1) })), 422, 'validation-failed'],
    [admin.update(first, { holdings: '900' }, 7), 412, 'precondition-failed'],
  ];
  for (const [answering, status, slug] of refusals) {
    const answer = await answering;
    expect(answer, answer.text).toMatchObject({ status, body: { type: `/problems/${slug}` } });
  }
  const { rows } = await database.admin.query('select from change_requests where tenant_id = $1', [
    tenant.id,
  ]);
  expect(rows).toEqual([]);
});

test('a holder who has changed since is not overwritten by an approval', async () => {
  const tenant = await issuer();
  const { first } = await opened(tenant);
  const waiting = await as(tenant, 'ADMIN').update(first, { holdings: '900', reason: 'split' });
  expect(waiting.body).toMatchObject({
    before: { holdings: '600' },
    after: { holdings: '900', security_class: 'COMMON', reason: 'split' },
  });
  await as(tenant, 'OPS').update(first, { holdings: '599' });
  const answer = await new Approvals(tenant.as('COMPLIANCE')).approve(waiting.body.id);
  expect(answer).toMatchObject({ status: 409, body: { type: '/problems/change-outdated' } });
  expect(await holdingsOf(tenant)).toEqual(['599', '400']);
});

test('a name that comes with a change of shares waits with it', async () => {
  const tenant = await issuer();
  const { first } = await opened(tenant);
  const admin = as(tenant, 'ADMIN');
  const waiting = await admin.update(first, { holdings: '900', name: 'Mallory' });
  expect(waiting.status).toBe(202);
  expect((await admin.get(first)).body.name).toBe('Ada Holder');
  expect(await admin.update(first, { holdings: '901' })).toMatchObject({
    status: 409,
    body: { type: '/problems/change-pending' },
  });
  await approved(tenant, waiting);
  expect((await admin.get(first)).body).toMatchObject({ name: 'Mallory', holdings: '900' });
});

describe('the limits', () => {
  test('have defaults; lower ones are there at once, higher ones wait', async () => {
    const tenant = await issuer();
    const admin = as(tenant, 'ADMIN');
    expect((await admin.settings()).body).toMatchObject({
      by_hand_percent: '1',
      by_file_percent: '10',
      version: 0,
    });
    const lower = await admin.setSettings({ by_hand_percent: 0, by_file_percent: '9.75' });
    expect(lower.body).toMatchObject({ by_hand_percent: '0', by_file_percent: '9.75', version: 1 });
    const { first, second } = await opened(tenant);
    expect((await admin.transfer(transfer(first, second, '0.00000001'))).status).toBe(202);
    const higher = await admin.setSettings({ by_hand_percent: '30' });
    expect(higher.status).toBe(202);
    expect((await admin.transfer(transfer(first, second, '1'))).status).toBe(202);
    await approved(tenant, higher);
    expect((await admin.settings()).body).toMatchObject({
      by_hand_percent: '30',
      by_file_percent: '10',
      version: 2,
    });
    expect((await admin.transfer(transfer(first, second, '300'))).status).toBe(201);
    expect((await admin.transfer(transfer(first, second, '1'))).status).toBe(202);
  });

  test.each(['-1', '100.01', '1e1', '1.234', '', 'NaN', null, true])(
    '%j is no percentage',
    async (percent) => {
      const tenant = await issuer();
      const answer = await as(tenant, 'ADMIN').setSettings({ by_hand_percent: percent }, 0);
      expect(answer.status).toBe(422);
      expect(answer.body.errors[0].pointer).toBe('/by_hand_percent');
    },
  );

  test('of a hundred stop nothing', async () => {
    const tenant = await issuer();
    const admin = as(tenant, 'ADMIN');
    await approved(tenant, await admin.setSettings({ by_hand_percent: '100' }));
    const { first } = await opened(tenant);
    expect((await admin.update(first, { holdings: '60000' })).status).toBe(200);
  });
});

test('what is issued is what the ledger sums to, however shares move', async () => {
  const { rows } = await database.admin.query(`
    select e.tenant_id, e.security_class from (
      select tenant_id, security_class, sum(delta) as issued from position_entries group by 1, 2) e
    left join (select tenant_id, security_class, sum(delta) as issued from issuance_entries group by 1, 2) i
      using (tenant_id, security_class)
    where e.issued <> coalesce(i.issued, 0)`);
  expect(rows).toEqual([]);
});
