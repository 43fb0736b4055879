import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { handler as resealHandler } from '#functions/scheduled/reseal-fields.ts';
import { handler as rotateHandler } from '#functions/scheduled/rotate-field-key.ts';
import { rotateFieldKey } from '#identity/keys/rotate-field-key.ts';
import { SEALED_FIELDS } from '#identity/keys/sealed-fields.ts';
import { correctionPlace } from '#payments/files/correction-place.ts';
import { offsetPlace } from '#payments/settings/offset-place.ts';
import { fieldKeysOf, fieldSealer, type Sealer, sealerOf } from '#platform/sealing.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { testContext } from '#tests/support/request.ts';
import { insertTestTenant } from '#tests/support/tenants.ts';

const FIRST_SECRET = 'the key of fields in the test';
const NOW = new Date('2026-03-01T00:00:00Z');
const minutesLater = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);

let database: TestDatabase;
let aws: TestAws;
let shareholder: { tenant_id: string; id: string };

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  const acme = await insertTestTenant(database.admin, 'ISSUER');
  [shareholder] = await rows(
    `insert into shareholders (tenant_id, external_ref, name) values ($1, 'A', 'Ada Holder') returning tenant_id, id`,
    [acme.id],
  );
});
afterAll(async () => {
  await aws.close();
  await database.close();
});
beforeEach(async () => {
  await rows('delete from bank_accounts');
  await rows('delete from webhooks');
  await rows('delete from inbound_items');
  await rows('delete from payment_settings');
  secret(FIRST_SECRET);
});

// biome-ignore lint/suspicious/noExplicitAny: rows of many tables
async function rows(text: string, values: unknown[] = []): Promise<any[]> {
  return (await database.admin.query(text, values)).rows;
}

const arn = (): string => process.env.FIELD_KEY_SECRET_ARN ?? '';
const secret = (text: string): void => void aws.endpoint.secrets.put(arn(), { text });
const secretText = (): string => aws.endpoint.secrets.get(arn()).text ?? '';
const reseal = (at: Date) => resealHandler({ time: at.toISOString() }, testContext());
const rotate = (at: Date) => rotateHandler({ time: at.toISOString() }, testContext());

async function addAccount(sealer: Sealer, number: string): Promise<string> {
  const [{ id }] = await rows('select uuid_v7() as id');
  await rows(
    `insert into bank_accounts (tenant_id, id, shareholder_id, routing_number, account_number_sealed, account_last4, account_type, holder_name)
     values ($1, $2, $3, '121042882', $4, '6789', 'CHECKING', 'Ada Holder')`,
    [shareholder.tenant_id, id, shareholder.id, sealer.seal(number, `bank_accounts/${id}/account_number`)],
  );
  return id;
}

const sealedNumbers = async (): Promise<Map<string, string>> =>
  new Map(
    (await rows('select id, account_number_sealed from bank_accounts')).map((row) => [
      row.id,
      row.account_number_sealed,
    ]),
  );

test('every sealed column of the database is known to the job', async () => {
  const columns = await rows(
    `select table_name || '.' || column_name as name from information_schema.columns
     where table_schema = 'vestry' and column_name like '%\\_sealed' order by 1`,
  );
  expect(columns.map(({ name }) => name)).toEqual(
    SEALED_FIELDS.map(({ table, column }) => `${table}.${column}`).sort(),
  );
});

test('a new key opens at once and seals ten minutes later; the old ones stay', async () => {
  const old = sealerOf(secretText()).seal('000123456789', 'a place');
  const { key } = await rotate(NOW);
  expect(await rotateFieldKey(NOW)).toEqual({ key, keys: 2 });
  const [before, after] = [
    sealerOf(secretText(), minutesLater(9).getTime()),
    sealerOf(secretText(), minutesLater(10).getTime()),
  ];
  expect([before.keyId, after.keyId]).toEqual(['v1', key]);
  const sealed = after.seal('000123456789', 'a place');
  for (const sealer of [before, after])
    for (const value of [old, sealed]) expect(sealer.open(value, 'a place')).toBe('000123456789');
  expect(() => sealerOf(FIRST_SECRET).open(sealed, 'a place')).toThrow('not sealed by us');
  expect((await rotate(minutesLater(60))).keys).toBe(3);
  expect(sealerOf(secretText(), minutesLater(120).getTime()).open(old, 'a place')).toBe('000123456789');
});

test('every value is sealed again by the current key, once, wherever it is', async () => {
  const sealer = sealerOf(FIRST_SECRET);
  // More than one batch.
  const numbers = new Map<string, string>();
  for (let count = 0; count < 502; count++) {
    const number = String(100_000 + count);
    numbers.set(await addAccount(sealer, number), number);
  }
  const purged = await addAccount(sealer, '1');
  await rows(`update bank_accounts set account_number_sealed = 'purged' where id = $1`, [purged]);
  const [{ id: webhook }] = await rows('select uuid_v7() as id');
  const place = `webhooks/${webhook}/secret`;
  await rows(
    `insert into webhooks (tenant_id, id, url, events, secrets_sealed) values ($1, $2, 'https://a.example', '{transaction.sent}', $3)`,
    [shareholder.tenant_id, webhook, [sealer.seal('newer', place), sealer.seal('older', place)]],
  );
  // A correction that waits for a person, as it is sealed when its file is read.
  const [{ id: item }] = await rows('select uuid_v7() as id');
  await rows(
    `with file as (
       insert into inbound_files (tenant_id, object_key, etag, bytes) values ($1, 'ach/inbound/a.ach', 'etag', 940) returning id)
     insert into inbound_items (tenant_id, id, file_id, line, state, kind, code, reason, corrected_sealed)
     select $1, $2, id, 1, 'UNMATCHED', 'CORRECTED', 'C01', 'no-such-payment', $3 from file`,
    [shareholder.tenant_id, item, sealer.seal('000987654321', correctionPlace(item))],
  );
  // The tenant's own account, whose row has no id but the tenant's.
  const own = offsetPlace(shareholder.tenant_id);
  await rows(
    'insert into payment_settings (tenant_id, bank_profile, offset_number_sealed) values ($1, $2, $3)',
    [shareholder.tenant_id, { offset_account: { account_last4: '1234' } }, sealer.seal('0077001234', own)],
  );
  expect(await reseal(NOW)).toEqual({ key: 'v1', rows: 0, failed: 0, complete: true });
  const { key } = await rotate(NOW);
  expect(await reseal(minutesLater(9))).toMatchObject({ key: 'v1', rows: 0 });
  expect(await reseal(minutesLater(11))).toEqual({ key, rows: 505, failed: 0, complete: true });
  const [{ secret: newSecret } = { secret: '' }] = fieldKeysOf(secretText()).slice(-1);
  // The new key alone opens them: the old one is not needed any more.
  const alone = sealerOf(JSON.stringify({ keys: [{ id: key, secret: newSecret, sealsFromMs: 0 }] }));
  const sealed = await sealedNumbers();
  expect(sealed.get(purged)).toBe('purged');
  for (const [id, number] of numbers)
    expect(alone.open(sealed.get(id) ?? '', `bank_accounts/${id}/account_number`)).toBe(number);
  const [{ secrets_sealed }] = await rows('select secrets_sealed from webhooks');
  expect(secrets_sealed.map((value: string) => alone.open(value, place))).toEqual(['newer', 'older']);
  const [{ corrected_sealed }] = await rows('select corrected_sealed from inbound_items');
  expect(alone.open(corrected_sealed, correctionPlace(item))).toBe('000987654321');
  const [{ offset_number_sealed }] = await rows('select offset_number_sealed from payment_settings');
  expect(alone.open(offset_number_sealed, own)).toBe('0077001234');
  expect(await reseal(minutesLater(12))).toMatchObject({ rows: 0, complete: true });
  expect(await sealedNumbers()).toEqual(sealed);
  const audited = await rows(`select payload from audit_log where action = 'fields.resealed'`);
  expect(audited).toEqual([{ payload: { rows: 505, failed: 0, complete: true } }]);
});

test('a value of a newer key than the remembered secret opens at the next attempt', async () => {
  const sealer = await fieldSealer();
  const { key } = await rotate(NOW);
  const sealed = sealerOf(secretText(), minutesLater(10).getTime()).seal('000123456789', 'a place');
  expect(sealed.split('.')[0]).toBe(key);
  expect(() => sealer.open(sealed, 'a place')).toThrow('not sealed by us');
  expect((await fieldSealer()).open(sealed, 'a place')).toBe('000123456789');
});

test('a value that does not open is counted and left, and does not keep others from being sealed again', async () => {
  const good = await addAccount(sealerOf(FIRST_SECRET), '000123456789');
  const bad = await addAccount(sealerOf('another secret'), '000123456789');
  const before = await sealedNumbers();
  const { key } = await rotate(NOW);
  expect(await reseal(minutesLater(11))).toEqual({ key, rows: 1, failed: 1, complete: true });
  const after = await sealedNumbers();
  expect(after.get(bad)).toBe(before.get(bad));
  expect(after.get(good)?.startsWith(`${key}.`)).toBe(true);
});
