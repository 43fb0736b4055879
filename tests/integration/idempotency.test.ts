import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handler as createTenantHandler } from '#functions/identity/create-tenant.ts';
import { handler as createHandler } from '#functions/register/create-shareholder.ts';
import { handler as transferHandler } from '#functions/register/transfer-shares.ts';
import { createTenant } from '#identity/tenants/tenants.routes.ts';
import { dayOf } from '#kernel/calendar.ts';
import { transferShares } from '#register/positions.routes.ts';
import { createShareholder } from '#register/shareholders.routes.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { call, proxyEvent, type TestResponse } from '#tests/support/request.ts';
import { insertTestOperator, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

const KEYS = 50;
const POSTS_PER_KEY = 20;
/** Bounded by the few connections of one process. */
const KEYS_AT_ONCE = 5;

let database: TestDatabase;
let aws: TestAws;
let acme: TestTenant;
let from: string;
let to: string;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  acme = await insertTestTenant(database.admin, 'ISSUER');
  from = await holder('1000000');
  to = await holder('0');
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

async function holder(holdings: string): Promise<string> {
  const body = { external_ref: randomUUID(), name: 'Holder', holdings };
  return (await call(createHandler, createShareholder, { as: acme.as('OPS'), body })).body.id;
}

const today = dayOf(new Date());

const transfer = (key: string, quantity = '1', giver = from, taker = to): Promise<TestResponse> =>
  call(transferHandler, transferShares, {
    as: acme.as('OPS'),
    headers: { 'Idempotency-Key': key },
    body: { from_shareholder_id: giver, to_shareholder_id: taker, quantity, effective_date: today },
  });

async function moved(): Promise<{ holdings: number; entries: number; audited: number }> {
  const { rows } = await database.admin.query(
    `select (select holdings::integer from shareholders where id = $1) as holdings,
       (select count(*)::integer from position_entries where shareholder_id = $1) as entries,
       (select count(*)::integer from audit_log where action = 'shares.transferred') as audited`,
    [to],
  );
  return rows[0];
}

test('fifty keys, each posted twenty times at once, have fifty effects', async () => {
  const keys = Array.from({ length: KEYS }, () => randomUUID());
  const before = await moved();
  const answers = new Map<string, TestResponse[]>();
  const postAll = async (key: string) =>
    answers.set(key, await Promise.all(Array.from({ length: POSTS_PER_KEY }, () => transfer(key))));
  for (let first = 0; first < KEYS; first += KEYS_AT_ONCE) {
    await Promise.all(keys.slice(first, first + KEYS_AT_ONCE).map(postAll));
  }
  const after = await moved();
  expect(after.holdings - before.holdings).toBe(KEYS);
  expect(after.entries - before.entries).toBe(KEYS);
  expect(after.audited - before.audited).toBe(KEYS);
  for (const [key, all] of answers) {
    const winner = await transfer(key);
    expect(winner.header('idempotency-replayed')).toBe('true');
    for (const answer of all) {
      if (answer.status === 409) expect(answer.body.type).toBe('/problems/request-in-progress');
      else expect(answer.text).toBe(winner.text);
    }
  }
  expect(await moved()).toEqual(after);
}, 180_000);

test('a key with another body is refused', async () => {
  const key = randomUUID();
  expect((await transfer(key)).status).toBe(201);
  const other = await transfer(key, '2');
  expect(other).toMatchObject({ status: 422, body: { type: '/problems/idempotency-key-reused' } });
});

test('a refusal is not stored: the same key may succeed later', async () => {
  const key = randomUUID();
  const tooMuch = await transfer(key, '99999999');
  expect(tooMuch).toMatchObject({ status: 422, body: { type: '/problems/insufficient-position' } });
  expect((await transfer(key, '99999999')).header('idempotency-replayed')).toBeUndefined();
  await transfer(randomUUID(), '99999999', await holder('99999999'), from);
  expect((await transfer(key, '99999999')).status).toBe(201);
});

test('what fails before the commit leaves neither an effect nor an answer', async () => {
  const key = randomUUID();
  const before = await moved();
  await database.admin.query(
    `alter table outbox add constraint broken check (request_id = 'never') not valid`,
  );
  expect((await transfer(key)).status).toBe(500);
  await database.admin.query('alter table outbox drop constraint broken');
  expect(await moved()).toEqual(before);
  const again = await transfer(key);
  expect(again.status).toBe(201);
  expect(again.header('idempotency-replayed')).toBeUndefined();
});

test('an execution that died is taken over once its claim expires; a live one is not', async () => {
  const key = randomUUID();
  const body = { external_ref: randomUUID(), name: 'Holder' };
  const create = () =>
    call(createHandler, createShareholder, { as: acme.as('OPS'), body, headers: { 'Idempotency-Key': key } });
  expect((await create()).status).toBe(201);
  await database.admin.query(`delete from shareholders where external_ref = $1`, [body.external_ref]);
  const hold = (until: string) =>
    database.admin.query(
      `update idempotency_keys set status = 'INPROGRESS', response = null, in_progress_until = now() + $1::interval where id like '%createShareholder%'`,
      [until],
    );
  await hold('1 minute');
  expect(await create()).toMatchObject({
    status: 409,
    body: { type: '/problems/request-in-progress' },
  });
  await hold('-1 second');
  expect((await create()).status).toBe(201);
});

test('one tenant’s key is nothing to another', async () => {
  const key = randomUUID();
  const other = await insertTestTenant(database.admin, 'ISSUER');
  const create = (tenant: TestTenant) =>
    call(createHandler, createShareholder, {
      as: tenant.as('OPS'),
      headers: { 'Idempotency-Key': key },
      body: { external_ref: key, name: 'Holder' },
    });
  const ours = await create(acme);
  const theirs = await create(other);
  expect([ours.status, theirs.status]).toEqual([201, 201]);
  expect(theirs.body.id).not.toBe(ours.body.id);
});

test('an operator’s key holds for the tenant that it creates', async () => {
  const operator = await insertTestOperator(database.admin);
  const slug = `t${randomUUID().slice(0, 8)}`;
  const create = () =>
    call(createTenantHandler, createTenant, {
      as: operator,
      headers: { 'Idempotency-Key': slug },
      body: {
        slug,
        name: 'Created once',
        type: 'ISSUER',
        admin: { email: 'admin@created.example', password: 'correct horse battery' },
      },
    });
  const created = await create();
  expect(created.status).toBe(201);
  const again = await create();
  expect(again.header('idempotency-replayed')).toBe('true');
  expect(again.body).toEqual(created.body);
});

test('what was sent cannot be recognised by its fingerprint, for anyone who does not know the key', async () => {
  const key = randomUUID();
  const sent = await transfer(key);
  expect(sent.status).toBe(201);
  const { rows } = await database.admin.query<{ hash: string }>(
    'select payload_sha256 as hash from idempotency_keys where tenant_id = $1',
    [acme.id],
  );
  const body = { from_shareholder_id: from, to_shareholder_id: to, quantity: '1', effective_date: today };
  const text = JSON.stringify(body);
  const { path, multiValueQueryStringParameters } = proxyEvent(transferShares, { body });
  const guesses = [
    text,
    Buffer.from(text).toString('base64'),
    JSON.stringify([path, multiValueQueryStringParameters, Buffer.from(text).toString('base64')]),
  ].flatMap((guess) => [guess, JSON.stringify(guess)]);
  const hashes = new Set(rows.map(({ hash }) => hash));
  for (const guess of guesses)
    for (const encoding of ['hex', 'base64'] as const)
      expect(hashes).not.toContain(createHash('sha256').update(guess).digest(encoding));
  // The same key with the same body is still known.
  expect((await transfer(key)).header('idempotency-replayed')).toBe('true');
});
