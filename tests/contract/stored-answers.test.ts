import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MASKED_FIELDS } from '#contracts/masked-fields.ts';
import { idempotencyOf } from '#platform/http/route.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { fillTables } from '#tests/support/filled-tables.ts';
import { insertTestOperator, insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { type RouteEntry, routes } from '../../shared/routes.ts';
import { callerOf, callRoute, sendExample } from './route-fixtures.ts';

const FIELD_KEY_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:field-key';

let database: TestDatabase;
let aws: TestAws;
const tenants: Record<'ISSUER' | 'SPONSOR', TestTenant> = {} as never;
const stored = new Set<string>();
let presigned = 0;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws({ secrets: [{ name: 'field-key', arn: FIELD_KEY_ARN, initialValue: 'of the test' }] });
  process.env.FIELD_KEY_SECRET_ARN = FIELD_KEY_ARN;
  process.env.OUTSIDE_TO_LOOPBACK = 'on';
  for (const type of ['ISSUER', 'SPONSOR'] as const) {
    tenants[type] = await insertTestTenant(database.admin, type);
    await fillTables(database.admin, [tenants[type].id]);
  }
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

const writing = routes.filter(({ audit, roles }) => audit !== undefined && roles !== 'PUBLIC');

/** Whatever lets its holder in, or leads to what would: signed URLs, secrets and tokens, by what they look like. */
const ADMITS = [
  /X-Amz-|[?&](signature|token|code|key)=/i,
  /whsec_|vsk_|\beyJ[\w-]+\.|\bA[KS]IA[A-Z0-9]{16}\b/,
  /invitation/i,
];
const SECRET_FIELDS = [...MASKED_FIELDS.filter((name) => /password|secret|token|url/.test(name)), 'parts'];

function send(route: RouteEntry, tenant: TestTenant, key: string) {
  const headers = { 'Idempotency-Key': key };
  if (callerOf(route, tenant) !== undefined) return sendExample(database.admin, route, tenant, { headers });
  return insertTestOperator(database.admin).then((as) =>
    callRoute(route, { as, params: { id: tenant.id, approval: tenant.id }, body: route.example, headers }),
  );
}

test.each(writing)('$method $path stores no answer that lets its holder in', async (route) => {
  const tenant = tenants[route.tenants?.includes('ISSUER' as never) === false ? 'SPONSOR' : 'ISSUER'];
  const before = (await database.admin.query<{ id: string }>('select id from idempotency_keys')).rows;
  const answer = await send(route, tenant, randomUUID());
  if (/X-Amz-Signature/.test(answer.text)) presigned += 1;
  const { rows } = await database.admin.query<{ row: string; body: string | null }>(
    `select k::text as row, response ->> 'body' as body from idempotency_keys k where id <> all ($1)`,
    [before.map(({ id }) => id)],
  );
  if (idempotencyOf(route) === 'none') expect(rows).toEqual([]);
  for (const { row, body } of rows) {
    for (const pattern of ADMITS) expect(row).not.toMatch(pattern);
    const fields = Object.entries(JSON.parse(body || '{}') as Record<string, unknown>);
    for (const [name, value] of fields) if (SECRET_FIELDS.includes(name)) expect(value, name).toBeNull();
    if (body !== null) stored.add(route.operationId);
  }
});

test('answers were stored, and some of them had URLs', () => {
  expect(stored.size).toBeGreaterThanOrEqual(10);
  expect(presigned).toBeGreaterThan(0);
});

/** Routes that a client may repeat, and whose bodies hold what the database knows only sealed. */
const withSecrets = routes.filter(
  (route) =>
    route.uses.includes('fieldKey:use') &&
    route.roles !== 'PUBLIC' &&
    route.method === 'POST' &&
    route.body !== undefined &&
    (route.operationId === 'createUser' ||
      /"(account_number|password|tax_id)"/.test(JSON.stringify(route.example))) &&
    idempotencyOf(route) !== 'none',
);

/** Whether somebody who reads the database and has guessed a key and a body recognises them. */
async function isRecognised(route: RouteEntry): Promise<boolean> {
  const tenant = tenants[route.tenants?.includes('ISSUER' as never) === false ? 'SPONSOR' : 'ISSUER'];
  const key = `guessed-${randomUUID()}`;
  let sent: APIGatewayProxyEvent | undefined;
  await sendExample(database.admin, route, tenant, {
    headers: { 'Idempotency-Key': key },
    seen: (event) => (sent = event),
  });
  const { path, multiValueQueryStringParameters, body } = sent as APIGatewayProxyEvent;
  const payload = JSON.stringify([
    path,
    multiValueQueryStringParameters,
    Buffer.from(body ?? '').toString('base64'),
  ]);
  const guess = createHmac('sha256', key).update(payload).digest('hex');
  const guesses = [guess, JSON.stringify(guess)].map((text) =>
    createHash('sha256').update(text).digest('base64'),
  );
  const { rows } = await database.admin.query<{ hash: string }>(
    'select payload_sha256 as hash from idempotency_keys where tenant_id = $1',
    [tenant.id],
  );
  expect(rows.length).toBeGreaterThan(0);
  return rows.some(({ hash }) => guesses.includes(hash));
}

test.each(withSecrets)(
  'whoever guesses the key of a body with a secret does not recognise it in the database: $operationId',
  async (route) => expect(await isRecognised(route)).toBe(false),
);

test('what holds no secret is recognised, so that the guess is a right one', async () => {
  const route = routes.find(({ operationId }) => operationId === 'createMeeting') as RouteEntry;
  expect(await isRecognised(route)).toBe(true);
});

test('routes with secrets were looked at', () => {
  expect(withSecrets.map(({ operationId }) => operationId)).toEqual(
    expect.arrayContaining(['createUser', 'createShareholderBankAccount', 'createParticipantBankAccount']),
  );
});
