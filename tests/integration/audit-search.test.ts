import { generateKeyPairSync, hash, randomUUID } from 'node:crypto';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { keyPath } from 'template-runner/objects';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DIGEST_PREFIX } from '#audit/archive/digest.ts';
import { readSignedText, signText } from '#audit/archive/signed-text.ts';
import { getAuditKeys, listAudit, verifyAudit } from '#audit/audit.routes.ts';
import { listHistory, TOLD_OF } from '#audit/history/history.routes.ts';
import { TOLD_BESIDE } from '#audit/history/list-history.ts';
import { listRequests } from '#audit/requests/requests.routes.ts';
import { handler as keysHandler } from '#functions/audit/get-audit-keys.ts';
import { handler as listHandler } from '#functions/audit/list-audit.ts';
import { handler as historyHandler } from '#functions/audit/list-history.ts';
import { handler as requestsHandler } from '#functions/audit/list-requests.ts';
import { handler as verifyHandler } from '#functions/audit/verify-audit.ts';
import { handler as createHandler } from '#functions/register/create-shareholder.ts';
import { DAY_MS, dayOf } from '#kernel/calendar.ts';
import { createShareholder } from '#register/shareholders.routes.ts';
import { retentionPolicy } from '#retention/retention-policy.ts';
import { exportAll } from '#tests/support/audit-archive.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { Register } from '#tests/support/register.ts';
import { call, type TestResponse } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let aws: TestAws;
let ours: TestTenant;
let theirs: TestTenant;
let holder: { id: string };
const TODAY = dayOf(new Date());
const { archiveAfterDays } = retentionPolicy(7);
/** The bucket's own rule, and one by which somebody moves objects to a class that needs a restore. */
const TRANSITIONS = [
  { prefix: 'audit/', largerThanBytes: 0, afterDays: archiveAfterDays, storageClass: 'GLACIER_IR' },
  { prefix: 'audit/dt=', largerThanBytes: 0, afterDays: 2_000, storageClass: 'DEEP_ARCHIVE' },
];
/** The days by which the clock of the buckets is ahead. */
let daysAhead = 0;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws({
    now: () => new Date(Date.now() + daysAhead * DAY_MS),
    auditTransitions: TRANSITIONS,
  });
  ours = await insertTestTenant(database.admin, 'ISSUER');
  theirs = await insertTestTenant(database.admin, 'ISSUER');
  holder = await new Register(ours.as('ADMIN')).holder('10', {
    name: 'Ada Canary',
    contact: { email: 'ada.canary@example.com' },
  });
  await new Register(ours.as('OPS')).update(holder.id, { name: 'Ada Second' });
  await new Register(theirs.as('ADMIN')).holder('1');
  await exportAll(database.admin, `${TODAY}T01:00:00Z`);
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

type Query = Record<string, string>;

function search(query: Query = {}, as = ours.as('COMPLIANCE')): Promise<TestResponse> {
  return call(listHandler, listAudit, { as, query });
}

function verify(query: Query, as = ours.as('COMPLIANCE')): Promise<TestResponse> {
  return call(verifyHandler, verifyAudit, { as, query });
}

describe('the log of requests', () => {
  const requests = (query: Query = {}, as = tenant.as('ADMIN')) =>
    call(requestsHandler, listRequests, { as, query });
  const create = (body: object, request: object = {}) =>
    call(createHandler, createShareholder, { as: tenant.as('OPS'), body, ...request });
  let tenant: TestTenant;

  beforeAll(async () => {
    tenant = await insertTestTenant(database.admin, 'ISSUER');
  });

  test('has each request of the tenant’s users and keys with what was answered, newest first', async () => {
    const headers = { 'X-Request-ID': 'of-an-integrator' };
    expect((await create({ external_ref: 'R1', name: 'Ada Canary' }, { headers })).status).toBe(201);
    expect((await create({ external_ref: 'R1', name: 'Ada Canary' })).status).toBe(409);
    expect((await create({ name: 'Ada Canary' })).status).toBe(422);
    expect(
      (await create({ external_ref: 'R2', name: 'Ada Canary' }, { as: tenant.as('COMPLIANCE') })).status,
    ).toBe(403);
    const key = tenant.as('DIRECTORY');
    expect(
      (await create({ external_ref: 'R3', name: 'Ada Canary' }, { as: key, address: '198.51.100.4' })).status,
    ).toBe(403);
    const { status, body, text } = await requests();
    expect(status).toBe(200);
    expect(text).not.toContain('anary');
    const rows = body.data.map((row: Record<string, unknown>) => [
      row.operation,
      row.status,
      row.problem,
      row.actor_type,
    ]);
    expect(rows).toEqual([
      // The list itself is a request.
      ['listRequests', 200, null, 'USER'],
      ['createShareholder', 403, '/problems/forbidden', 'API_KEY'],
      ['createShareholder', 403, '/problems/forbidden', 'USER'],
      ['createShareholder', 422, '/problems/validation-failed', 'USER'],
      ['createShareholder', 409, '/problems/shareholder-exists', 'USER'],
      ['createShareholder', 201, null, 'USER'],
    ]);
    expect(body.data[5]).toEqual({
      id: expect.any(String),
      at: expect.stringMatching(/Z$/),
      method: 'POST',
      route: '/shareholders',
      operation: 'createShareholder',
      status: 201,
      problem: null,
      request_id: 'of-an-integrator',
      actor_type: 'USER',
      actor_id: tenant.as('OPS').actorId,
      actor_role: 'OPS',
      duration_ms: null,
      source_ip: '203.0.113.7',
    });
    expect(body.data[1]).toMatchObject({
      actor_id: key.actorId,
      actor_role: 'DIRECTORY',
      source_ip: '198.51.100.4',
      duration_ms: expect.any(Number),
    });
    expect((await requests({}, theirs.as('ADMIN'))).text).not.toContain(tenant.as('OPS').actorId);
  });

  test('of a rare operation is found without reading the others', async () => {
    const client = await database.admin.connect();
    try {
      await client.query('begin; set local enable_seqscan = off; set local enable_bitmapscan = off');
      const { rows } = await client.query(
        `explain select id from request_log where tenant_id = $1 and operation = 'reverseTransfer' order by id desc limit 51`,
        [tenant.id],
      );
      expect(JSON.stringify(rows)).toMatch(/Index (Only )?Scan Backward using request_log_by_operation/);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });

  test('is searched by status, operation, actor and time, page by page', async () => {
    const found = async (query: Query) =>
      (await requests({ limit: '200', ...query })).body.data.map(({ status }: { status: number }) => status);
    expect(await found({ status: '4xx' })).toEqual([403, 403, 422, 409]);
    expect(await found({ status: '2xx', operation: 'createShareholder' })).toEqual([201]);
    expect(await found({ status: '5xx' })).toEqual([]);
    expect(await found({ actor_id: tenant.as('OPS').actorId })).toEqual([422, 409, 201]);
    const refused = (await requests({ actor_id: tenant.as('DIRECTORY').actorId })).body.data[0];
    expect(await found({ to: refused.at, operation: 'createShareholder' })).toEqual([403, 422, 409, 201]);
    expect(await found({ from: refused.at, operation: 'createShareholder' })).toEqual([403]);
    const first = (await requests({ operation: 'createShareholder', limit: '3' })).body;
    const cursor = String(first.next_cursor);
    const second = (await requests({ operation: 'createShareholder', limit: '3', cursor })).body;
    expect([first, second].map(({ data }) => data.length)).toEqual([3, 2]);
    expect(second.next_cursor).toBeNull();
    expect((await requests({ status: '404' })).body.errors).toMatchObject([{ pointer: '?status' }]);
    expect((await requests({}, tenant.as('OPS'))).status).toBe(403);
  });

  test('is counted as any list: exactly up to 10,000, and beyond that as at least so many', async () => {
    const other = await insertTestTenant(database.admin, 'SPONSOR');
    const insert = (rows: number) =>
      database.admin.query(
        `insert into request_log (tenant_id, id, at, actor_id, actor_role, is_key, method, route, operation, status, request_id)
         select $1, uuid_v7(), now(), $1, 'OPS', false, 'GET', '/plans', 'listPlans', 200, 'counted' from generate_series(1, $2::integer)`,
        [other.id, rows],
      );
    const counted = async (query: Query = {}) => {
      const all = { operation: 'listPlans', limit: '2', total_count: 'true', ...query };
      const { body } = await requests(all, other.as('ADMIN'));
      expect(body.data.length).toBeLessThanOrEqual(2);
      return body;
    };
    expect((await counted()).total_count).toEqual({ value: 0, exact: true });
    await insert(10_000);
    const { next_cursor, total_count } = await counted();
    expect(total_count).toEqual({ value: 10_000, exact: true });
    // It is the list's, and not that of what is left of it.
    expect((await counted({ cursor: next_cursor })).total_count).toEqual(total_count);
    expect((await counted({ status: '4xx' })).total_count).toEqual({ value: 0, exact: true });
    await insert(1);
    expect((await counted()).total_count).toEqual({ value: 10_000, exact: false });
  });

  test('has whoever has no standing any more, and what found no database as soon as there is one', async () => {
    const out = tenant.as('OPS', 'out');
    await create({ external_ref: 'R4', name: 'Ada Canary' }, { as: out });
    await database.admin.query(`update users set status = 'DISABLED' where id = $1`, [out.actorId]);
    expect((await create({ external_ref: 'R5', name: 'Ada Canary' }, { as: out })).status).toBe(401);
    const gone = vi.spyOn(pg.Pool.prototype, 'connect').mockImplementation(() => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    });
    const unserved = await create({ external_ref: 'R6', name: 'Ada Canary' }).finally(() =>
      gone.mockRestore(),
    );
    expect(unserved.status).toBe(503);
    // The next one that writes carries it along.
    expect((await create({ external_ref: 'R6', name: 'Ada Canary' })).status).toBe(201);
    const { data } = (await requests({ operation: 'createShareholder', limit: '4' })).body;
    expect(data.map(({ status, problem }: { status: number; problem: string }) => [status, problem])).toEqual(
      [
        [201, null],
        [503, '/problems/temporarily-unavailable'],
        [401, '/problems/unauthenticated'],
        [201, null],
      ],
    );
  });
});

describe('the trail is searched', () => {
  test('newest first, masked, and only of the caller’s tenant', async () => {
    const { status, body, text } = await search();
    expect(status).toBe(200);
    expect(body.data.map(({ action }: { action: string }) => action)).toEqual([
      'shareholder.updated',
      'shareholder.created',
    ]);
    expect(body.data[1]).toMatchObject({
      actor_id: ours.as('ADMIN').actorId,
      actor_role: 'ADMIN',
      resource: `shareholders/${holder.id}`,
      request_id: expect.any(String),
      source_ip: '203.0.113.7',
      user_agent: null,
      outcome: 'done',
      problem: null,
      payload: { name: '***', contact: '***', holdings: '10' },
    });
    expect(text).not.toContain('anary');
  });

  test('by actor, resource, request, action and time', async () => {
    const [updated, created] = (await search()).body.data;
    const found = async (query: Query) => (await search(query)).body.data.map(({ id }: { id: string }) => id);
    expect(await found({ actor_id: ours.as('OPS').actorId })).toEqual([updated.id]);
    expect(await found({ resource: `shareholders/${holder.id}` })).toEqual([updated.id, created.id]);
    expect(await found({ resource: 'shareholders' })).toEqual([]);
    expect(await found({ request_id: created.request_id })).toEqual([created.id]);
    expect(await found({ action: 'shareholder.updated' })).toEqual([updated.id]);
    expect(await found({ from: updated.ts })).toEqual([updated.id]);
    const justAfter = new Date(Date.parse(created.ts) + 1).toISOString();
    expect(await found({ to: justAfter, action: 'shareholder.created' })).toEqual([created.id]);
    expect(await found({ to: created.ts })).toEqual([]);
  });

  test('with where each entry came from, bounded and masked', async () => {
    const answer = await call(createHandler, createShareholder, {
      as: theirs.as('OPS'),
      address: '198.51.100.4',
      headers: {
        'Idempotency-Key': randomUUID(),
        'User-Agent': `ada.canary@example.com \0\u{1f600}${'x'.repeat(100_000)}`,
      },
      body: { external_ref: randomUUID(), name: 'Holder' },
    });
    const { body } = await search({ resource: `shareholders/${answer.body.id}` }, theirs.as('COMPLIANCE'));
    expect(body.data).toMatchObject([{ source_ip: '198.51.100.4', outcome: 'done', problem: null }]);
    expect(body.data[0].user_agent).toMatch(/^\*\*\* \?{3}x+$/);
    expect(body.data[0].user_agent).toHaveLength(256);
  });

  test('page by page', async () => {
    const first = await search({ limit: '1' });
    const second = await search({ limit: '1', cursor: first.body.next_cursor });
    expect([...first.body.data, ...second.body.data]).toEqual((await search()).body.data);
    expect(second.body.next_cursor).toBeNull();
  });

  test('by COMPLIANCE and ADMIN alone', async () => {
    expect((await search({}, theirs.as('ADMIN'))).status).toBe(200);
    for (const role of ['OPS', 'EMPLOYEE'] as const)
      expect((await search({}, theirs.as(role))).status).toBe(403);
    expect((await search({ action: 'nothing.like-it' })).status).toBe(422);
    expect((await search({ from: 'yesterday' })).status).toBe(422);
  });
});

describe('the history of an object', () => {
  const history = (resource: string, as = tenant.as('OPS'), query: Query = {}) =>
    call(historyHandler, listHistory, { as, query: { resource, ...query } });
  const actions = ({ body }: TestResponse) => body.data.map(({ action }: { action: string }) => action);
  const enter = (resource: string, entry: { action: string; problem?: string; changes?: unknown }) =>
    database.admin.query(
      `insert into audit_log (tenant_id, actor_id, actor_role, action, resource, request_id, source_ip, user_agent, payload, problem, changes)
       values ($1, $2, 'COMPLIANCE', $3, $4, 'entered', '198.51.100.4', 'curl', '{}', $5, $6)`,
      [
        tenant.id,
        randomUUID(),
        entry.action,
        resource,
        entry.problem ?? null,
        entry.changes === undefined ? null : JSON.stringify(entry.changes),
      ],
    );
  let tenant: TestTenant;
  let resource: string;

  beforeAll(async () => {
    tenant = await insertTestTenant(database.admin, 'ISSUER');
    const { id } = await new Register(tenant.as('ADMIN')).holder('10', { name: 'Ada Canary' });
    resource = `shareholders/${id}`;
    await new Register(tenant.as('OPS')).update(id, { name: 'Ada Second' });
    await enter(resource, { action: 'personal-data.read' });
    await enter(resource, { action: 'access.denied', problem: 'forbidden' });
  });

  test('tells whoever may get it what was done, masked, and neither who has read nor who was refused', async () => {
    const answer = await history(resource);
    expect(answer.status).toBe(200);
    expect(actions(answer)).toEqual(['shareholder.updated', 'shareholder.created']);
    expect(answer.body.data[1]).toMatchObject({
      actor_id: tenant.as('ADMIN').actorId,
      actor_role: 'ADMIN',
      resource,
      payload: { name: '***' },
      outcome: 'done',
    });
    for (const { source_ip, user_agent } of answer.body.data)
      expect([source_ip, user_agent]).toEqual([null, null]);
    expect(answer.text).not.toContain('anary');
    // Those who watch over others get it as the trail has it.
    for (const role of ['ADMIN', 'COMPLIANCE'] as const) {
      const whole = await history(resource, tenant.as(role));
      expect(whole.body.data).toEqual((await search({ resource }, tenant.as(role))).body.data);
      expect(actions(whole)).toContain('access.denied');
      expect(whole.body.data.at(-1).source_ip).toBe('203.0.113.7');
    }
  });

  test('is of the caller’s own tenant, and of one object', async () => {
    const foreign = await history(resource, theirs.as('OPS'));
    expect([foreign.status, foreign.body]).toEqual([200, { data: [], next_cursor: null }]);
    expect((await history(`shareholders/${randomUUID()}`)).body.data).toEqual([]);
    for (const elsewhere of [
      'shareholders',
      'shareholders/',
      `users/${tenant.as('OPS').actorId}`,
      'sessions/1',
    ])
      expect((await history(elsewhere)).body.errors).toMatchObject([{ pointer: '?resource' }]);
    expect((await call(historyHandler, listHistory, { as: tenant.as('OPS') })).status).toBe(422);
    expect((await history(resource, tenant.as('EMPLOYEE'))).status).toBe(403);
  });

  test('comes page by page, oldest first if asked, and counted', async () => {
    const first = await history(resource, undefined, { limit: '1', total_count: 'true' });
    expect(first.body.total_count).toEqual({ value: 2, exact: true });
    const second = await history(resource, undefined, { limit: '1', cursor: first.body.next_cursor });
    expect([...actions(first), ...actions(second)]).toEqual(['shareholder.updated', 'shareholder.created']);
    expect(second.body.next_cursor).toBeNull();
    expect(actions(await history(resource, undefined, { sort: 'ts' }))).toEqual([
      'shareholder.created',
      'shareholder.updated',
    ]);
  });

  test('leaves out what was changed of users, sessions, connections and keys', async () => {
    const [approval, file] = [randomUUID(), randomUUID()];
    const change = (of: string) => ({ resource: of, before: null, after: { status: 'ACTIVE' } });
    const changes = [change('users/1'), change(`approvals/${approval}`), change('api-keys/1')];
    await enter(`approvals/${approval}`, { action: 'change.approved', changes });
    expect((await history(`approvals/${approval}`)).body.data).toMatchObject([
      { changes: [{ resource: `approvals/${approval}` }], changes_complete: false },
    ]);
    expect((await history(`approvals/${approval}`, tenant.as('ADMIN'))).body.data).toMatchObject([
      { changes, changes_complete: true },
    ]);
    // A file of ours is one object under two names.
    await enter(`outbound-files/${file}`, { action: 'outbound-file.written' });
    await enter(`bank-files/${file}`, { action: 'bank-file.acknowledged' });
    // Both may be of one millisecond, and are in either order then.
    expect(actions(await history(`bank-files/${file}`)).toSorted()).toEqual([
      'bank-file.acknowledged',
      'outbound-file.written',
    ]);
  });

  test('is told with every record that the database records, but for those of who gets in', async () => {
    const { rows } = await database.admin.query<{ kind: string }>(
      `select distinct (string_to_array(encode(tgargs, 'escape'), '\\000'))[1] as kind from pg_trigger where tgname = 'record_change'`,
    );
    const told: readonly string[] = [...TOLD_OF, ...TOLD_BESIDE];
    expect(
      rows
        .map(({ kind }) => kind)
        .filter((kind) => !told.includes(kind))
        .sort(),
    ).toEqual([
      'api-key-secrets',
      'api-keys',
      'connections',
      'directory-groups',
      'directory-members',
      'directory-users',
      'drop-credentials',
      'legal-holds',
      'sign-in-settings',
      'tenant-links',
      'tenants',
      'users',
    ]);
  });

  test('is found without reading the rest of the trail', async () => {
    const client = await database.admin.connect();
    try {
      await client.query('begin; set local enable_seqscan = off; set local enable_bitmapscan = off');
      const { rows } = await client.query(
        `explain select id from audit_log where tenant_id = $1 and resource in ($2) and problem is null order by id desc limit 51`,
        [tenant.id, resource],
      );
      expect(JSON.stringify(rows)).toMatch(/Index Scan Backward using audit_log_by_resource/);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});

describe('the chain is verified', () => {
  test('for the caller’s own entries', async () => {
    const { status, body } = await verify({ from: TODAY, to: TODAY });
    expect(status).toBe(200);
    expect(body).toMatchObject({ valid: true, broken: null, digests: 1, objects: 1, entries: 2 });
  });

  test('after its objects have moved to another storage class, and never as a server error', async () => {
    const range = { from: TODAY, to: TODAY };
    const [key = ''] = aws.endpoint.objects.bucket(aws.auditBucket).sortedKeys();
    const storageClass = () =>
      aws.endpoint.objects.storageClass(aws.endpoint.objects.get(aws.auditBucket, key));
    try {
      daysAhead = archiveAfterDays + 1;
      expect(storageClass()).toBe('GLACIER_IR');
      expect((await verify(range)).body).toMatchObject({ valid: true, objects: 1, entries: 2 });
      daysAhead = 2_001;
      const { status, body } = await verify(range);
      expect([status, body.type]).toEqual([409, '/problems/needs-restore']);
      expect(body.detail).toContain(`audit/dt=${TODAY}/`);
    } finally {
      daysAhead = 0;
    }
  });

  test('over a range that can be verified', async () => {
    for (const [from, to] of [
      [TODAY, '2020-01-01'],
      ['1926-01-01', TODAY],
      ['2026-02-29', TODAY],
    ] as const)
      expect(await verify({ from, to })).toMatchObject({ status: 422 });
    expect((await verify({ from: TODAY })).status).toBe(422);
    expect((await verify({ from: TODAY, to: TODAY }, ours.as('ADMIN'))).status).toBe(403);
  });

  test('by keys that an auditor can keep', async () => {
    const { body } = await call(keysHandler, getAuditKeys, { as: ours.as('COMPLIANCE') });
    expect(body.keys).toEqual([
      expect.objectContaining({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }),
    ]);
    expect(JSON.stringify(body)).not.toContain('"d"');
  });

  test('by keys that no one enters in the database: a chain that was altered and signed anew is named', async () => {
    const files = join(aws.dataDir, 'objects', aws.auditBucket);
    const keys = aws.endpoint.objects.bucket(aws.auditBucket).sortedKeys();
    const digestPath = join(files, keyPath(keys.find((key) => key.startsWith(DIGEST_PREFIX)) ?? ''));
    const written = readFileSync(digestPath);
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    // The files on this machine keep their lengths.
    const kid = randomUUID();
    const text = readSignedText(written)?.text.toString().replace('"entries":2', '"entries":1') ?? '';
    const forged = signText(text, { kid, privateKey });
    const { admin } = database;
    const setHead = async (bytes: Buffer) => {
      await admin.query('alter table audit_exports disable trigger all');
      await admin.query('update audit_exports set digest_sha256 = $1', [hash('sha256', bytes)]);
      await admin.query('alter table audit_exports enable trigger all');
    };
    writeFileSync(digestPath, forged);
    await setHead(forged);
    await admin.query('insert into audit_keys (kid, public_jwk, created_at) values ($1, $2, now())', [
      kid,
      JSON.stringify(publicKey.export({ format: 'jwk' })),
    ]);
    const { body } = await verify({ from: TODAY, to: TODAY });
    expect(body).toMatchObject({ outcome: 'BROKEN', broken: { kind: 'wrong-signature' } });
    const { body: published } = await call(keysHandler, getAuditKeys, { as: ours.as('COMPLIANCE') });
    expect(JSON.stringify(published)).not.toContain(kid);
    writeFileSync(digestPath, written);
    await setHead(written);
    expect((await verify({ from: TODAY, to: TODAY })).body.valid).toBe(true);
  });

  test('and names what was cut off or removed from the bucket', async () => {
    const path = (tenant: TestTenant) =>
      join(
        ...[aws.dataDir, 'objects', aws.auditBucket],
        keyPath(`audit/dt=${TODAY}/tenant=${tenant.id}/0000000001.jsonl.gz`),
      );
    truncateSync(path(ours), 50);
    expect((await verify({ from: TODAY, to: TODAY })).body).toMatchObject({
      ...{ valid: false, objects: 0 },
      broken: { kind: 'truncated-object', line: 1 },
    });
    rmSync(path(ours));
    expect((await verify({ from: TODAY, to: TODAY })).body.broken).toMatchObject({ kind: 'missing-object' });
    expect((await verify({ from: TODAY, to: TODAY }, theirs.as('COMPLIANCE'))).body.valid).toBe(true);
  });
});
