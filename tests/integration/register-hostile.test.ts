import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { daysAgo, Register } from '#tests/support/register.ts';
import { insertTestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let ops: Register;
let id: string;
let to: string;

beforeAll(async () => {
  database = await testDatabase();
  ops = new Register((await insertTestTenant(database.admin, 'ISSUER')).as('ADMIN'));
  id = (await ops.holder('1000')).id;
  to = (await ops.holder('0')).id;
});
afterAll(() => database.close());

/** A body in which one JSON value is written as given. */
const created = (holdings: string) =>
  `{"external_ref":"${randomUUID()}","name":"Ada","holdings":${holdings}}`;
const moved = (quantity: string) =>
  `{"from_shareholder_id":"${id}","to_shareholder_id":"${to}","quantity":${quantity},"effective_date":"${daysAgo(0)}"}`;

const NOT_NUMBERS = [
  ...['NaN', 'Infinity', '-Infinity', '1e309', '1e3', '0x10', '1_000', '1,000.5', '٣', '', ' ', '$5', '+5'],
  ...[' 5', '5 ', '.5', '5.', '--5', '-1', '1.123456789', '123456789012345678901', 'null', '½', '1\u0000'],
].map((text) => JSON.stringify(text));
const NOT_EXACT = ['1e3', '1E400', '-1', '1.123456789', 'true', '[]', '{}', '[1]', '{"source":"1"}'];

describe('numbers', () => {
  test.each([...NOT_NUMBERS, ...NOT_EXACT, 'null'])('%s is refused', async (value) => {
    for (const answer of [await ops.create(created(value)), await ops.transfer(moved(value))]) {
      expect(answer.status).toBe(422);
      expect(answer.body.errors[0].pointer).toMatch(/^\/(holdings|quantity)/);
    }
  });

  test.each(['NaN', '0x10', '01', '+1', '.5', '1_000', '--1', 'Infinity'])(
    '%s is not JSON',
    async (value) => {
      expect((await ops.create(created(value))).status).toBe(400);
      expect((await ops.transfer(moved(value))).status).toBe(400);
    },
  );

  test.each([
    ['1250.50', '1250.5'],
    ['"007.10"', '7.1'],
    ['-0', '0'],
    ['"-0.00"', '0'],
    ['0.00000001', '0.00000001'],
    ['9007199254740993.00000001', '9007199254740993.00000001'],
    ['"99999999999999999999.99999999"', '99999999999999999999.99999999'],
  ])('%s is %s to the last digit', async (sent, kept) => {
    expect((await ops.create(created(sent))).body.holdings).toBe(kept);
  });
});

const NOT_DATES = [
  '2023-02-29',
  '0000-01-01',
  '10000-01-01',
  '45000',
  '2026-13-01',
  '2026-1-1',
  '01/02/2026',
];

describe('dates', () => {
  test.each([
    ...NOT_DATES,
    '',
    'today',
    '2026-01-01T00:00:00Z',
    '-infinity',
    '2026-01-01\u0000',
    '２０２６-01-01',
  ])('%j is refused', async (effective_date) => {
    expect((await ops.update(id, { holdings: '1', effective_date }, 1)).status).toBe(422);
    expect((await ops.transfer({ ...JSON.parse(moved('"1"')), effective_date })).status).toBe(422);
    expect((await ops.positions(id, { as_of: effective_date })).status).toBe(422);
  });

  test('a future day is refused: a ledger records what happened', async () => {
    const body = { external_ref: randomUUID(), name: 'Ada', holdings: '1', effective_date: daysAgo(-1) };
    expect(await ops.create(body)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/effective_date', code: 'future-date' }] },
    });
  });
});

describe('text', () => {
  test.each([
    "Robert'); drop table shareholders;--",
    '<script>alert(1)</script>',
    '=HYPERLINK("http://x")',
    'Null',
    'null',
    'undefined',
    'שלום עולם',
    'Zażółć gęślą jaźń',
    '👩‍👩‍👧‍👦',
    '\\u0000 %s {{x}}',
    'é',
  ])('%j is kept as it is', async (name) => {
    const { id: kept } = await ops.holder('0', { name });
    expect((await ops.get(kept)).body.name).toBe(name);
    const found = (await ops.list({ name })).body.data as { id: string }[];
    expect(found.some((holder) => holder.id === kept)).toBe(true);
  });

  test.each([
    '',
    ' ',
    ' x',
    'x\n',
    'a\u0000b',
    'a\u0007b',
    'a\u009fb',
    'a\u202eb',
    'a\u2066b',
    'x'.repeat(201),
    7,
    null,
    {},
  ])('%j is no name', async (name) => {
    expect((await ops.create({ external_ref: randomUUID(), name })).status).toBe(422);
    expect((await ops.update(id, { name }, 1)).status).toBe(422);
    if (typeof name === 'string') expect((await ops.list({ name })).status).toBe(422);
  });

  test('references are compared after NFC', async () => {
    expect((await ops.create({ external_ref: 'Zoe\u0301', name: 'Zoé' })).body.external_ref).toBe('Zoé');
    expect((await ops.create({ external_ref: 'Zoé', name: 'Zoé' })).status).toBe(409);
    expect((await ops.list({ external_ref: 'Zoe\u0301' })).body.data).toHaveLength(1);
  });
});

describe('bodies and queries', () => {
  test.each([
    ['{"name":"A","name":"A"}', 400],
    ['{"name":"A",}', 400],
    ['"A"', 400],
    ['1', 400],
    ['', 400],
    ['{"name":"\\ud800"}', 422],
    [`${'['.repeat(65)}${']'.repeat(65)}`, 400],
    ['[]', 422],
    ['{}', 422],
    ['{"__proto__":{"name":"A"}}', 422],
    ['{"constructor":1}', 422],
    ['{"name":"A","tenant_id":"x"}', 422],
    ['{"name":"A","status":"CLOSED"}', 422],
    ['{"external_ref":"new"}', 422],
    ['{"reason":"alone"}', 422],
    ['{"name":"A","effective_date":"2026-01-01"}', 422],
    ['{"contact":null}', 422],
    ['{"contact":{"email":"not one"}}', 422],
    ['{"contact":{"fax":"1"}}', 422],
    ['{"holdings":"1","security_class":"common"}', 422],
    ['{"holdings":"1","security_class":"A; drop"}', 422],
  ])('%s changes nothing', async (body, status) => {
    const answer = await ops.update(id, body, 1);
    expect([answer.status, answer.header('content-type')]).toEqual([status, 'application/problem+json']);
    expect((await ops.get(id)).body.version).toBe(1);
  });

  const position = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  test.each([
    { limit: '0' },
    { limit: '201' },
    { limit: '1e2' },
    { limit: '-1' },
    { cursor: '' },
    { cursor: 'x' },
    { cursor: '%00' },
    { cursor: position(['x']) },
    { cursor: position({}) },
    { cursor: position([['x']]) },
    { cursor: position(['2026-01-01T00:00:00Z', '1 or 1=1']) },
    { cursor: position(['2026-02-30T00:00:00Z', '1']) },
    { cursor: position(['2026-01-01T00:00:00Z', '9'.repeat(30)]) },
    { unknown: '1' },
    { __proto__x: '1' },
  ])('%j is no page', async (query) => {
    expect((await ops.list(query as Record<string, string>)).status).toBe(422);
    expect((await ops.positions(id, query as Record<string, string>)).status).toBe(422);
  });

  test.each(['', 'active', 'DELETED', "ACTIVE' or 1=1"])('%j is no status', async (status) => {
    expect((await ops.list({ status })).status).toBe(422);
    expect((await ops.setKyc(id, { status })).status).toBe(403);
  });
});
