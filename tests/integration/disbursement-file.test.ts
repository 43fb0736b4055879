import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readNachaFile } from '#ach/nacha-reader.ts';
import { sampleReturnFile } from '#ach/return-file.sample.ts';
import { reconcilePayments } from '#disbursements/reconcile-payments.ts';
import { writeAchFiles } from '#disbursements/write-ach-files.ts';
import { handler as readWorker } from '#functions/workers/read-ach-answers.ts';
import { Payments, verifiedHolder } from '#tests/support/payment-client.ts';
import { type PaymentsWorld, paymentsWorld } from '#tests/support/payments.ts';
import { recordOf } from '#tests/support/queue-driver.ts';
import { testContext } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

const ORIGINATOR = {
  company_name: 'Acme Industries',
  company_id: '1987654321',
  odfi_routing_number: '021000021',
  immediate_destination: '021000021',
  immediate_destination_name: 'First Bank of New York',
  immediate_origin: '1987654321',
};
/** Thursday, 14:00 in New York, before the holiday of July 3 (observed on no day: the 4th is a Saturday). */
const NOW = new Date('2026-07-02T18:00:00Z');

let world: PaymentsWorld;
let acme: TestTenant;
let ops: Payments;
let s3: S3Client;

beforeAll(async () => {
  world = await paymentsWorld();
  acme = await insertTestTenant(world.database.admin, 'ISSUER');
  ops = new Payments(acme.as('OPS'));
  s3 = new S3Client({ forcePathStyle: true });
  const set = await new Payments(acme.as('ADMIN')).setSettings({
    channel: 'NACHA_FILE',
    ach_originator: ORIGINATOR,
  });
  expect(set.status, set.text).toBe(200);
});
afterAll(async () => {
  s3.destroy();
  await world.close();
});

const outbound = async (): Promise<string[]> => {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: world.aws.uploadsBucket, Prefix: 'ach/outbound/' }),
  );
  return Contents.map(({ Key = '' }) => Key);
};
const textOf = async (key: string): Promise<string> =>
  (
    await s3.send(new GetObjectCommand({ Bucket: world.aws.uploadsBucket, Key: key }))
  ).Body?.transformToString() ?? '';

async function order(
  amount: string,
  account: object = {},
): Promise<{ id: string; holder: string; accountId: string }> {
  const { id: holder, accountId } = await verifiedHolder(world.database.admin, acme.id, ops, '000123456789');
  const named =
    Object.keys(account).length === 0 ? accountId : (await ops.addAccount(holder, account)).body.id;
  const { body } = await ops.order({
    shareholder_id: holder,
    amount,
    currency: 'USD',
    bank_account_id: named,
  });
  await expect.poll(async () => waiting(body.id), { timeout: 20_000 }).toBe(true);
  return { id: body.id, holder, accountId: named };
}

async function waiting(id: string): Promise<boolean> {
  const { rows } = await world.database.admin.query(
    `select claimed_at is not null and task_token is not null as waits from disbursements where transaction_id = $1`,
    [id],
  );
  return rows[0]?.waits === true;
}

/** Drops a file of answers where the bank does, and delivers its notification. */
async function answer(name: string, text: string, times = 1): Promise<{ itemIdentifier: string }[]> {
  const Key = `ach/inbound/${acme.slug}/${name}`;
  await s3.send(new PutObjectCommand({ Bucket: world.aws.uploadsBucket, Key, Body: text }));
  const failures = [];
  for (let time = 0; time < times; time++) {
    const event = { Records: [recordOf({ Records: [{ s3: { object: { key: Key } } }] })] };
    failures.push(...(await readWorker(event, testContext())).batchItemFailures);
  }
  return failures;
}

test('payments of files need dollars', async () => {
  const { id } = await verifiedHolder(world.database.admin, acme.id, ops, '000123456789');
  expect(await ops.order({ shareholder_id: id, amount: '1', currency: 'EUR' })).toMatchObject({
    status: 422,
    body: { type: 'urn:vestry:problem:currency-mismatch' },
  });
});

test('released payments go into a file, come back or settle, and a corrected account is corrected', async () => {
  const [paid, returned, corrected] = [
    await order('10.01'),
    await order('20.02', { holder_type: 'COMPANY', account_type: 'SAVINGS' }),
    await order('30.03'),
  ];
  expect((await ops.get(paid.id)).body.status).toBe('PENDING');
  expect(await writeAchFiles(NOW, 'r', () => 600_000)).toEqual({ files: 1, payments: 3, failed: 0 });
  for (const { id } of [paid, returned, corrected]) expect((await ops.get(id)).body.status).toBe('SENT');
  const [key = ''] = await outbound();
  expect(key).toBe(`ach/outbound/${acme.slug}/2026-07-02-A.ach`);
  const text = await textOf(key);
  const file = readNachaFile(text);
  expect(
    file.batches.map(({ secCode, effectiveEntryDate, entries }) => [
      secCode,
      effectiveEntryDate,
      entries.length,
    ]),
  ).toEqual([
    ['CCD', '2026-07-03', 1],
    ['PPD', '2026-07-03', 2],
  ]);
  expect(file.totals.creditMinor).toBe(6006n);
  expect(await writeAchFiles(NOW, 'r', () => 600_000)).toEqual({ files: 0, payments: 0, failed: 0 });

  const { rows } = await world.database.admin.query(
    'select transaction_id, trace_number, instruction_sealed from ach_entries',
  );
  expect(JSON.stringify(rows)).not.toContain('000123456789');
  const entries = file.batches.flatMap((batch) => batch.entries.map((entry) => ({ batch, entry })));
  const sent = (id: string) => {
    const trace = rows.find(({ transaction_id }) => transaction_id === id)?.trace_number;
    const found = entries.find(({ entry }) => entry.traceNumber === trace);
    return { traceNumber: String(trace), reference: found?.entry.individualId ?? '' };
  };
  const answers = sampleReturnFile([
    { entry: sent(returned.id), code: 'R03', amountMinor: 2002n },
    { entry: sent(corrected.id), code: 'C01', correctedData: '99887766' },
  ]);
  // Delivered three times, as queues do.
  expect(await answer('returns-1.ach', answers, 3)).toEqual([]);
  await ops.until(returned.id, 'FAILED');
  expect((await ops.get(returned.id)).body.return_code).toBe('R03');
  const accounts = async (holder: string) => (await ops.accounts(holder)).body.data;
  expect(
    (await accounts(returned.holder)).find(({ id }: { id: string }) => id === returned.accountId).status,
  ).toBe('BLOCKED');
  expect((await accounts(corrected.holder))[0]).toMatchObject({ account_last4: '7766', status: 'ACTIVE' });

  // July 3 and two banking days: the 6th and the 7th.
  expect(await reconcilePayments(new Date('2026-07-07T23:00:00Z'), 'r', () => 60_000)).toMatchObject({
    settled: 0,
  });
  expect(await reconcilePayments(new Date('2026-07-08T01:00:00Z'), 'r', () => 60_000)).toMatchObject({
    settled: 2,
  });
  await ops.until(paid.id, 'SETTLED');

  // A return after that takes the payment back.
  await answer(
    'returns-2.ach',
    sampleReturnFile([{ entry: sent(paid.id), code: 'R02', amountMinor: 1001n }]),
    2,
  );
  const after = (await ops.get(paid.id)).body;
  expect(after).toMatchObject({ status: 'SETTLED', return_code: 'R02' });
  expect((await ops.get(after.compensated_by)).body.amount).toBe('-10.01');
});

test('a file that can not be read applies nothing, and is reported', async () => {
  expect(await answer('broken.ach', 'not a file')).toHaveLength(1);
});
