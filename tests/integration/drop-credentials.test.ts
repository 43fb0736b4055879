import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as endCredentials } from '#functions/scheduled/end-drop-credentials.ts';
import { handler as createHandler } from '#functions/uploads/create-drop-credential.ts';
import { handler as getHandler } from '#functions/uploads/get-drop-credential.ts';
import { handler as getUploadHandler } from '#functions/uploads/get-upload.ts';
import { handler as listHandler } from '#functions/uploads/list-drop-credentials.ts';
import { handler as revokeHandler } from '#functions/uploads/revoke-drop-credential.ts';
import { handler as showHandler } from '#functions/uploads/show-drop-key.ts';
import { handler as issueWorker } from '#functions/workers/issue-drop-keys.ts';
import { handler as recordWorker } from '#functions/workers/record-drop-key.ts';
import type { Principal } from '#platform/http/authorize.ts';
import { queueName, type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { insertDropCredential } from '#tests/support/drop-credentials.ts';
import { drain, takeAll } from '#tests/support/queue-driver.ts';
import { call, testContext } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { DELIVERY, storedFile, storeFile, UPLOAD_HEADER } from '#tests/support/uploads.ts';
import * as routes from '#uploads/drop/drop-credentials.routes.ts';
import { getUpload } from '#uploads/intake/uploads.routes.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';

const POLICY = 'arn:aws:iam::000000000000:policy/drop';
const FOLDER_OF_USER = 'arn:aws:s3:::vestry-test-uploads/drop/\u0024{aws:PrincipalTag/folder}/*';

let database: TestDatabase;
let aws: TestAws;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws({
    managedPolicies: [
      {
        arn: POLICY,
        statements: [{ effect: 'Allow', actions: ['s3:PutObject'], resources: [FOLDER_OF_USER] }],
      },
    ],
  });
  Object.assign(process.env, { DROP_POLICY_ARN: POLICY, DROP_USER_PREFIX: 'vestry-test-drop-' });
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

const newTenant = () => insertTestTenant(database.admin, 'ISSUER');
const create = (as: Principal, body: object = { name: 'payroll' }) =>
  call(createHandler, routes.createDropCredential, { as, body });
const get = (as: Principal, id: string) => call(getHandler, routes.getDropCredential, { as, params: { id } });
const show = (as: Principal, id: string) => call(showHandler, routes.showDropKey, { as, params: { id } });
const revoke = (as: Principal, id: string) =>
  call(revokeHandler, routes.revokeDropCredential, { as, params: { id } });
const rows = async (text: string, values: unknown[]) => (await database.admin.query(text, values)).rows;

/** Lets the workers do what the queues hold. */
async function work(): Promise<void> {
  await drain(aws, 'drop-keys', issueWorker);
  await drain(aws, 'drop-key-outcomes', recordWorker);
  await drain(aws, 'drop-keys', issueWorker);
  await drain(aws, 'drop-key-outcomes', recordWorker);
}

interface Key {
  readonly id: string;
  readonly access_key_id: string;
  readonly secret_access_key: string;
}

async function newKey(tenant: TestTenant, as = tenant.as('ADMIN')): Promise<Key> {
  const created = await create(as);
  expect(created.status, created.text).toBe(201);
  await work();
  const shown = await show(as, created.body.id);
  expect(shown.status, shown.text).toBe(200);
  return shown.body;
}

/** Puts a file as a customer's S3 client does, and answers S3's name of the outcome. */
async function put(key: Key, Key: string, Body = `${UPLOAD_HEADER}A,Ann,,1\n`): Promise<string> {
  const credentials = { accessKeyId: key.access_key_id, secretAccessKey: key.secret_access_key };
  const client = new S3Client({ credentials, maxAttempts: 1 });
  try {
    await client.send(new PutObjectCommand({ Bucket: aws.uploadsBucket, Key, Body }));
    return 'done';
  } catch (error) {
    return (error as Error).name;
  } finally {
    client.destroy();
  }
}

/** Processes what is stored under a key, by the identity that the object tells. */
async function load(tenant: TestTenant, key: string) {
  const { writtenBy } = aws.endpoint.objects.get(aws.uploadsBucket, key);
  await processUpload({ ...storedFile(aws, key), principalId: writtenBy ?? '000000000000' }, DELIVERY);
  const [{ id }] = await rows('select id from uploads where object_key = $1 order by id desc limit 1', [key]);
  return (await call(getUploadHandler, getUpload, { as: tenant.as('COMPLIANCE'), params: { id } })).body;
}

test('a key is issued by its owner’s request, shown once, and writes into the tenant’s folder alone', async () => {
  const tenant = await newTenant();
  const admin = tenant.as('ADMIN');
  const created = await create(admin, { name: 'payroll', expires_in_days: 30 });
  expect(created.body).toMatchObject({ state: 'ISSUING', access_key_id: null, owner_id: admin.actorId });
  expect((await show(admin, created.body.id)).status).toBe(409);
  await work();
  expect((await get(tenant.as('OPS'), created.body.id)).body).toMatchObject({
    state: 'ACTIVE',
    shown_at: null,
  });
  const [stored] = await rows('select * from drop_credentials where id = $1', [created.body.id]);
  const key: Key & Record<string, unknown> = (await show(admin, created.body.id)).body;
  expect(key).toMatchObject({
    bucket: aws.uploadsBucket,
    prefix: `drop/${tenant.slug}/`,
    region: 'us-east-1',
  });
  expect(JSON.stringify(stored)).not.toContain(key.secret_access_key);
  expect((await show(admin, created.body.id)).status).toBe(409);
  expect(await rows('select secret_sealed from drop_credentials where id = $1', [key.id])).toEqual([
    { secret_sealed: null },
  ]);
  const trail = JSON.stringify(await rows('select * from audit_log where tenant_id = $1', [tenant.id]));
  expect(trail).toContain('drop-credential.shown');
  expect(trail).not.toContain(key.secret_access_key);
  expect(await put(key, `drop/${tenant.slug}/shareholders/a.csv`)).toBe('done');
  for (const elsewhere of [
    `drop/${tenant.slug}x/shareholders/a.csv`,
    'drop/a.csv',
    `incoming/${tenant.id}/x`,
  ])
    expect(await put(key, elsewhere), elsewhere).toBe('AccessDenied');
});

test('a load names the credential and its owner, and so do its entries', async () => {
  const tenant = await newTenant();
  const key = await newKey(tenant);
  const object = `drop/${tenant.slug}/shareholders/named.csv`;
  await put(key, object);
  const by = { uploaded_by: tenant.as('ADMIN').actorId, drop_credential_id: key.id };
  const upload = await load(tenant, object);
  expect(upload).toMatchObject({ state: 'COMPLETED', accepted: 1, ...by });
  const [entry] = await rows(
    `select payload from audit_log where tenant_id = $1 and action = 'upload.completed'`,
    [tenant.id],
  );
  expect(entry.payload).toMatchObject(by);
  expect((await get(tenant.as('OPS'), key.id)).body.last_used_at).not.toBeNull();
});

test('a key is its owner’s to see, and another tenant’s is not there', async () => {
  const [tenant, other] = [await newTenant(), await newTenant()];
  const { id } = (await create(tenant.as('ADMIN'))).body;
  await work();
  await database.admin.query(`update users set role = 'ADMIN' where id = $1`, [tenant.as('OPS').actorId]);
  const colleague = { ...tenant.as('OPS'), actorRole: 'ADMIN' } as const;
  expect((await show(colleague, id)).status).toBe(403);
  for (const stranger of [get, show, revoke])
    expect((await stranger(other.as('ADMIN'), id)).status, stranger.name).toBe(404);
  expect((await call(listHandler, routes.listDropCredentials, { as: other.as('ADMIN') })).body.data).toEqual(
    [],
  );
  expect((await revoke(colleague, id)).status).toBe(204);
  expect((await get(colleague, id)).body).toMatchObject({ state: 'REVOKED', revoked_by: colleague.actorId });
  expect((await revoke(colleague, id)).status).toBe(409);
});

test('two are live at most, also of those that are asked for at once', async () => {
  const tenant = await newTenant();
  const admin = tenant.as('ADMIN');
  const asked = await Promise.all(Array.from({ length: 5 }, () => create(admin)));
  expect(asked.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(2);
  for (const { status, body } of asked)
    if (status !== 201) expect(body.type).toMatch(/too-many-drop-credentials$/);
  while ((await create(admin)).status === 201);
  const { data } = (await call(listHandler, routes.listDropCredentials, { as: admin })).body;
  expect(data).toHaveLength(2);
  expect((await revoke(admin, data[0].id)).status).toBe(204);
  expect((await create(admin)).status).toBe(201);
  expect((await create(admin)).status).toBe(409);
});

test('a revoked key is refused by S3, and what it dropped before doesn’t load', async () => {
  const tenant = await newTenant();
  const key = await newKey(tenant);
  const object = `drop/${tenant.slug}/shareholders/late.csv`;
  await put(key, object);
  expect((await revoke(tenant.as('ADMIN'), key.id)).status).toBe(204);
  expect(await load(tenant, object)).toMatchObject({
    state: 'FAILED',
    failure: expect.stringMatching(/^credential-ended: /),
    drop_credential_id: key.id,
  });
  await work();
  expect(await put(key, object)).toBe('InvalidAccessKeyId');
  expect(
    await rows('select removed_at is not null as removed from drop_credentials where id = $1', [key.id]),
  ).toEqual([{ removed: true }]);
});

test('a key that is issued after its credential was revoked is removed again', async () => {
  const tenant = await newTenant();
  const { id } = (await create(tenant.as('ADMIN'))).body;
  await drain(aws, 'drop-keys', issueWorker);
  const outcomes = await takeAll<{ issued: { access_key_id: string } }>(aws, 'drop-key-outcomes');
  expect((await revoke(tenant.as('ADMIN'), id)).status).toBe(204);
  await work();
  for (const outcome of outcomes)
    aws.endpoint.queues.send(queueName('drop-key-outcomes'), JSON.stringify(outcome));
  await work();
  expect((await get(tenant.as('ADMIN'), id)).body).toMatchObject({ state: 'REVOKED', access_key_id: null });
  expect(aws.endpoint.principals.find(outcomes[0]?.issued.access_key_id ?? '')).toBeUndefined();
});

test('a message that comes again issues another key, and the one that was kept goes on', async () => {
  const tenant = await newTenant();
  const { id } = (await create(tenant.as('ADMIN'))).body;
  const [message] = await takeAll<object>(aws, 'drop-keys');
  for (let times = 0; times < 4; times += 1) {
    aws.endpoint.queues.send(queueName('drop-keys'), JSON.stringify(message));
    await work();
  }
  const key = (await show(tenant.as('ADMIN'), id)).body;
  expect(await put(key, `drop/${tenant.slug}/shareholders/a.csv`)).toBe('done');
});

describe('a file that is refused, since', () => {
  const DAY = '2020-01-01';
  const cases: Readonly<
    Record<string, (tenant: TestTenant, other: TestTenant) => Promise<[string, string]>>
  > = {
    'nobody is named': async () => ['unknown-sender', ''],
    'it was written by an identity that nobody knows': async () => ['unknown-sender', 'AWS:AIDASTRANGER'],
    'it was written by the account itself': async () => ['unknown-sender', '000000000000'],
    'it was written by a role of ours': async () => ['unknown-sender', 'AWS:AROAFUNCTION:function'],
    'another tenant’s credential has written it': async (_, other) => [
      'unknown-sender',
      (await insertDropCredential(database.admin, other)).principalId,
    ],
    'the credential has expired': async (tenant) => [
      'credential-ended',
      (await insertDropCredential(database.admin, tenant, { expiresAt: DAY })).principalId,
    ],
    'its owner is disabled': async (tenant) => {
      const { principalId, ownerId } = await insertDropCredential(database.admin, tenant);
      await database.admin.query(`update users set status = 'DISABLED' where id = $1`, [ownerId]);
      return ['uploader-put-out', principalId];
    },
    'its owner may upload no more': async (tenant) => {
      const { principalId, ownerId } = await insertDropCredential(database.admin, tenant);
      await database.admin.query(`update users set role = 'COMPLIANCE' where id = $1`, [ownerId]);
      return ['uploader-put-out', principalId];
    },
  };

  test.each(Object.entries(cases))('%s, is seen, entered and not loaded', async (_, arrange) => {
    const [tenant, other] = [await newTenant(), await newTenant()];
    const [code, principalId] = await arrange(tenant, other);
    const key = `drop/${tenant.slug}/shareholders/refused.csv`;
    const file = await storeFile(aws, key, `${UPLOAD_HEADER}A,Ann,,1\n`);
    await processUpload(principalId === '' ? file : { ...file, principalId }, DELIVERY);
    const uploads = await rows('select state, failure, accepted from uploads where tenant_id = $1', [
      tenant.id,
    ]);
    expect(uploads).toEqual([
      { state: 'FAILED', accepted: 0, failure: expect.stringMatching(new RegExp(`^${code}: .+`)) },
    ]);
    const entries = await rows(
      `select payload ->> 'code' as code from audit_log where tenant_id = $1 and action = 'upload.failed'`,
      [tenant.id],
    );
    expect(entries).toEqual([{ code }]);
    expect(await rows('select 1 from shareholders where tenant_id = $1', [tenant.id])).toEqual([]);
  });
});

describe('the sweep', () => {
  const sweep = async (at: Date) => {
    await endCredentials({ time: at.toISOString() } as never, testContext());
    await work();
  };
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);

  test.each([
    ['that has expired', 'EXPIRED', inDays(91), async (key: Key) => expect(key.id).toBeDefined()],
    [
      'whose owner may upload no more',
      'REVOKED',
      inDays(0),
      async ({ id }: Key) => {
        await database.admin.query(
          `update users set role = 'EMPLOYEE' where id = (select owner_id from drop_credentials where id = $1)`,
          [id],
        );
      },
    ],
  ])('ends a credential %s, and its key', async (_, state, at, change) => {
    const tenant = await newTenant();
    const key = await newKey(tenant);
    await change(key);
    await sweep(at);
    expect((await get(tenant.as('COMPLIANCE'), key.id)).body.state).toBe(state);
    expect(await put(key, `drop/${tenant.slug}/shareholders/a.csv`)).toBe('InvalidAccessKeyId');
    const actions = await rows('select action from audit_log where tenant_id = $1 and resource like $2', [
      tenant.id,
      `%${key.id}`,
    ]);
    expect(actions.map(({ action }) => action)).toContain(`drop-credential.${state.toLowerCase()}`);
  });

  test('revokes a key that nobody has looked at for a day, and finds one whose message is lost', async () => {
    const tenant = await newTenant();
    const unseen = (await create(tenant.as('ADMIN'))).body.id;
    await work();
    const lost = (await create(tenant.as('ADMIN'))).body.id;
    await takeAll(aws, 'drop-keys');
    await sweep(inDays(0));
    expect((await get(tenant.as('ADMIN'), lost)).body.state).toBe('ISSUING');
    await sweep(new Date(Date.now() + 20 * 60_000));
    expect((await get(tenant.as('ADMIN'), lost)).body.state).toBe('ACTIVE');
    await sweep(inDays(1.1));
    expect((await get(tenant.as('ADMIN'), unseen)).body.state).toBe('REVOKED');
  });
});
