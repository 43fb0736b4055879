import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand, type S3Client, type S3ServiceException } from '@aws-sdk/client-s3';
import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '#identity/api-keys/api-keys.routes.ts';
import { bootstrapOperator } from '#identity/tenants/bootstrap-operator.ts';
import { addDays, dayOf } from '#kernel/calendar.ts';
import { accessToken } from '#local/sign-in.ts';
import type { Json } from '#tests/support/json.ts';
import { magic } from '#tests/support/payment-client.ts';
import { awsCliKnows, commands, HAS_AWS_CLI } from '#tests/support/runbook.ts';
import { loadedDemo } from './loaded-demo.ts';
import { enrolled, eventually, type RunningPlatform, removeDataDir, startedPlatform } from './platform.ts';
import { auditVerification } from './runbooks/audit-verification.rehearsal.ts';
import { aWeekBeforeReconciliation, bankReconciliation } from './runbooks/bank-reconciliation.rehearsal.ts';
import { failingFunctions } from './runbooks/failing-functions.rehearsal.ts';
import { keyRotation } from './runbooks/key-rotation.rehearsal.ts';
import { lostIdentityProvider } from './runbooks/lost-identity-provider.rehearsal.ts';
import { lostSecondFactor } from './runbooks/lost-second-factor.rehearsal.ts';
import { Rehearsal } from './runbooks/rehearsal.ts';
import { aWeekBeforeStuck, stuckDisbursement } from './runbooks/stuck-disbursement.rehearsal.ts';

/** The incident of each runbook is caused on a platform with the demo, and ended by the commands of the runbook as they stand there. */

const REPOSITORY = join(import.meta.dirname, '../..');

let dataDir: string;
let platform: RunningPlatform;
let rehearsal: Rehearsal;

beforeAll(async () => {
  ({ dataDir } = await loadedDemo());
  platform = await startedPlatform({ dataDir });
  rehearsal = new Rehearsal(platform);
  // The first incident takes a week, which others need too.
  await aWeekBeforeReconciliation(rehearsal);
  await aWeekBeforeStuck(rehearsal);
});
afterAll(async () => {
  await platform.stop();
  removeDataDir(dataDir);
});

const follow = (...blocks: readonly string[]): Promise<string> => rehearsal.follow(...blocks);
const local = (...words: string[]): Promise<string> => rehearsal.local(...words);

describe('stuck-disbursement.md', () => {
  test('a bank that says nothing: the payment is named, looked into, and settled once the bank speaks', async () => {
    const [, holder] = (await platform.api('acme/OPS', 'GET', '/shareholders?kyc_status=VERIFIED&limit=2'))
      .body.data;
    const account = await platform.api('acme/OPS', 'POST', `/shareholders/${holder.id}/bank-accounts`, {
      ...{ routing_number: '121042882', account_number: magic('0000'), account_type: 'CHECKING' },
      holder_name: holder.name,
    });
    expect(account.status, account.text).toBe(202);
    await platform.api('acme/COMPLIANCE', 'POST', `/approvals/${account.body.id}/approve`);
    await local('bank', 'silent', 'on');
    const { body: payment } = await platform.api(
      'acme/OPS',
      'POST',
      '/transactions/disburse',
      { shareholder_id: holder.id, amount: '12.50', currency: 'USD' },
      { 'idempotency-key': randomUUID() },
    );
    await local('advance', addDays(dayOf(new Date()), 7));

    const [look = '', eachOne = ''] = commands('stuck-disbursement.md', '1. Which, and in which state');
    const named = await follow(look);
    expect(named).toContain(`transactions/${payment.id}`);
    // The demo has a silent payment of its own, which is looked into first.
    const [, first] = /resource: 'transactions\/([\w-]+)'/.exec(named) ?? [];
    const [, tenant] = /tenant_id: '([\w-]+)'/.exec(named) ?? [];
    const [records = ''] = commands('README.md', "A tenant's records");
    const reader = records.replace(/^export TENANT=.*$/m, `export TENANT=${tenant}`);
    expect(reader).toContain(`TENANT=${tenant}`);
    const shown = await follow(reader, eachOne);
    expect(shown).toContain(`id: '${first}'`);
    expect(shown).toContain('payment-order.restarted');
    expect(shown).not.toContain(holder.name);

    await local('bank', 'silent', 'off');
    for (let twice = 0; twice < 2; twice += 1) await local('fire', 'reconcile-payments');
    const statusOf = async () =>
      (await platform.api('acme/OPS', 'GET', `/transactions/${payment.id}`)).body.status;
    await eventually(statusOf, (status) => status === 'SETTLED');
    const { data: left } = (await platform.api('operator', 'GET', '/operations/stuck')).body;
    expect(left.map(({ resource }: Json) => resource)).not.toContain(`transactions/${payment.id}`);
  });
});

describe('tenant-offboarding.md', () => {
  test('a tenant that was suspended is held, closed, exported and handed over by two operators', async () => {
    const { hostname, port, pathname, username, password } = new URL(platform.file.databaseUrl);
    const database = {
      port: Number(port),
      database: pathname.slice(1),
      user: username,
      password,
      ssl: false,
    };
    const another = { email: 'second@vestry.example', password: 'plum trolley ninety saturn' };
    await bootstrapOperator({ host: hostname, ...database }, another);
    const second = await accessToken({ ...platform.file, operator: another }, 'operator', 'ADMIN', enrolled);
    const { data: tenants } = (await platform.api('operator', 'GET', '/tenants')).body;
    const { id } = tenants.find(({ slug }: Json) => slug === 'initech');
    const key = await platform.api('initech', 'POST', '/api-keys', createApiKey.example);
    expect(key.status, key.text).toBe(202);
    const { headers } = await platform.api('operator', 'GET', `/tenants/${id}`);
    const ifMatch = { 'if-match': String(headers.get('etag')) };
    await platform.api('operator', 'PATCH', `/tenants/${id}`, { status: 'SUSPENDED' }, ifMatch);

    const [begin = '', ...steps] = commands('tenant-offboarding.md', 'The tenant is suspended');
    const handover = join(dataDir, 'handover');
    const shown = await follow(
      `export SECOND=${second}`,
      begin,
      ...steps.map((step) => step.replaceAll(/\bhandover\b/g, handover)),
      `curl -s "$API/api-keys" -H "Authorization: Bearer $ACTING" | field .data[0].status`,
      `curl -s "$API/approvals/${key.body.id}" -H "Authorization: Bearer $ACTING" | field .state`,
    );
    expect(shown).toContain('APPROVED');
    expect(shown.match(/: OK$/gm)).toHaveLength(4);
    expect(shown.trim()).toMatch(/\nREVOKED\nDENIED$/);
    expect(
      readdirSync(handover)
        .map((name) => name.split('-')[0])
        .toSorted(),
    ).toEqual(['SHA256SUMS', 'access', 'audit', 'holdings', 'transactions']);
  });
});

describe('dlq-redrive.md', () => {
  const RUNBOOK = 'dlq-redrive.md';
  const [set = '', byApi = ''] = commands(RUNBOOK, 'Dead letters: read, repair, redrive');

  async function fail(): Promise<void> {
    const sqs = platform.sqs();
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'vestry-local-uploads-dlq' }));
    const { body } = JSON.parse(readFileSync(join(REPOSITORY, 'events/upload-created.json'), 'utf8'))
      .Records[0];
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
    sqs.destroy();
  }
  const left = async (): Promise<Json[]> =>
    (await platform.api('operator', 'GET', '/operations/dead-letters?queue=uploads')).body.data;

  test('a message that failed for good is looked at, and goes back to its queue', async () => {
    await fail();
    const shown = await follow('QUEUE=uploads', byApi);
    expect(shown).toContain('register+2026.csv');
    expect(shown).toContain('"messages":1');
    expect(await left()).toEqual([]);
    // Whoever does it twice moves nothing.
    expect(await follow('QUEUE=uploads', byApi)).toContain('"messages":0');
  });

  test.runIf(HAS_AWS_CLI)('so it is by the commands of AWS', async () => {
    await fail();
    const [look = ''] = commands(RUNBOOK, '1. How many, and what');
    expect(await follow(set, look)).toContain('register+2026.csv');
    const [redrive = ''] = commands(RUNBOOK, '3. Redrive');
    const [step, says] = awsCliKnows('sqs', 'start-message-move-task')
      ? [redrive, 'COMPLETED']
      : [byApi, '"messages":1'];
    expect(await follow(set, step)).toContain(says);
    expect(await left()).toEqual([]);
  });
});

async function drop(client: S3Client, name: string, body: string): Promise<void> {
  const Bucket = platform.file.buckets.uploads;
  await client.send(
    new PutObjectCommand({
      Bucket,
      Key: `drop/acme/shareholders/${name}`,
      Body: `external_ref,name,holdings\n${body}`,
    }),
  );
}

async function holdersOf(reference: string): Promise<Json[]> {
  return (await platform.api('acme/OPS', 'GET', `/shareholders?external_ref=${reference}`)).body.data;
}

describe('failed-upload.md', () => {
  test('a file that can’t be read is told why, and loads once its sender has mended it', async () => {
    const client = await platform.dropClient('acme');
    await drop(client, 'torn.csv', 'TORN-1,"Ada Lovelace,10\n');
    const newest = async () => (await platform.api('acme/OPS', 'GET', '/uploads?limit=1')).body.data[0];
    const { id } = await eventually(
      newest,
      ({ filename, state }) => filename === 'torn.csv' && state === 'FAILED',
    );
    const shown = await follow(`ID=${id}`, ...commands('failed-upload.md', '1. Read its state'));
    expect(shown).toContain("state: 'FAILED'");
    expect(shown).toContain('unclosed-quote');
    expect(await holdersOf('TORN-1')).toEqual([]);

    await drop(client, 'mended.csv', 'TORN-1,Ada Lovelace,10\n');
    await eventually(newest, ({ filename, state }) => filename === 'mended.csv' && state === 'COMPLETED');
    expect(await holdersOf('TORN-1')).toHaveLength(1);
  });
});

describe('drop-folder.md', () => {
  test('a key is issued as it stands there, and loads nothing once it has leaked', async () => {
    // Two are live at most, and the incident before this one has used another.
    const { data: credentials } = (await platform.api('acme/ADMIN', 'GET', '/drop-credentials')).body;
    for (const { id } of credentials.filter(({ state }: Json) => state === 'ACTIVE'))
      await platform.api('acme/ADMIN', 'DELETE', `/drop-credentials/${id}`);
    const [issue = ''] = commands('drop-folder.md', 'Issue a key');
    const [create, look, take] = issue.trim().split('\n');
    const shown = await follow(
      `ID=$(${create} | field .id); echo $ID`,
      `until [ "$(${look})" = ACTIVE ]; do sleep 0.2; done`,
      take ?? '',
    );
    const [id, key = '{}'] = shown.trim().split('\n');
    const { access_key_id: accessKeyId, secret_access_key: secretAccessKey } = JSON.parse(key);
    const client = platform.s3({ accessKeyId, secretAccessKey });
    await drop(client, 'before.csv', 'KEY-1,Ada Lovelace,10\n');
    await eventually(
      () => holdersOf('KEY-1'),
      ({ length }) => length === 1,
    );

    expect((await platform.api('acme/ADMIN', 'DELETE', `/drop-credentials/${id}`)).status).toBeLessThan(300);
    const refused = async () =>
      drop(client, 'after.csv', 'KEY-2,Grace Hopper,10\n').then(
        () => undefined,
        (error: S3ServiceException) => error.name,
      );
    expect(await eventually(refused, (name) => name !== undefined)).toMatch(
      /AccessDenied|InvalidAccessKeyId/,
    );
    expect(await holdersOf('KEY-2')).toEqual([]);
  });
});

describe('security-alarms.md', () => {
  test('who tries what is shown with the address that it comes from', async () => {
    const from = new Date().toISOString();
    await fetch(`${platform.file.apiUrl}/api/shareholders`, { headers: { authorization: 'Bearer made-up' } });
    const shown = await follow(
      `FROM=${from}`,
      ...commands('security-alarms.md', '1. Who tries what, from where'),
    );
    expect(shown).toMatch(/127\.0\.0\.1 \S*unauthenticated/);
  });
});

// Each has a tenant of its own. The last but one ends every session, and the last one overwrites a digest.
for (const rehearse of [
  lostSecondFactor,
  lostIdentityProvider,
  failingFunctions,
  bankReconciliation,
  stuckDisbursement,
  keyRotation,
  auditVerification,
])
  rehearse(() => rehearsal);
