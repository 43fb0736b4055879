import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as completeHandler } from '#functions/uploads/complete-upload.ts';
import { handler as createHandler } from '#functions/uploads/create-shareholder-upload.ts';
import { handler as rejectedHandler } from '#functions/uploads/get-rejected-rows.ts';
import { handler as getHandler } from '#functions/uploads/get-upload.ts';
import { handler as listHandler } from '#functions/uploads/list-uploads.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { call, type TestRequest, type TestResponse } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import { storedFile } from '#tests/support/uploads.ts';
import { PART_BYTES } from '#uploads/intake/offer-upload.http.ts';
import { getRejectedRows } from '#uploads/intake/rejected-rows.routes.ts';
import { MAX_MULTIPART_BYTES } from '#uploads/intake/sending-file.ts';
import {
  completeUpload,
  createShareholderUpload,
  getUpload,
  listUploads,
} from '#uploads/intake/uploads.routes.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';

const FILE = 'external_ref,name,email,holdings\nA,Ann,,1\nB,Bob,,x\n';
const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

let database: TestDatabase;
let aws: TestAws;
let tenant: TestTenant;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

interface Field {
  readonly name?: string;
  readonly filename?: string | undefined;
  readonly content?: string | Buffer;
}

function form(fields: readonly Field[], boundary = 'b'): Pick<TestRequest, 'body' | 'headers'> {
  const parts = fields.map(({ name = 'file', filename = 'r.csv', content = FILE, ...rest }) => {
    const file =
      'filename' in rest || filename !== 'r.csv' || name === 'file' ? `; filename="${filename}"` : '';
    return Buffer.concat([
      Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n`),
      Buffer.from(content),
      Buffer.from('\r\n'),
    ]);
  });
  return {
    body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
  };
}

const BLANK_LINE = `${' '.repeat(9_999)}\n`;

/** Fills a part of a file up with lines of blanks, which are no rows. */
function wholePart(start: string): string {
  return `${start.padEnd(PART_BYTES - 1, BLANK_LINE)}\n`;
}

/** The last part, and one row. */
const LAST = 'D,D,,1\n';

async function create(request: TestRequest, of: TestTenant = tenant) {
  return call(createHandler, createShareholderUpload, { as: of.as('OPS'), ...request });
}

const get = (id: string, of: TestTenant = tenant) =>
  call(getHandler, getUpload, { as: of.as('COMPLIANCE'), params: { id } });

async function validate(id: string, of: TestTenant = tenant): Promise<void> {
  await processUpload(storedFile(aws, `incoming/${of.id}/${id}`), {
    requestId: 'worker',
    isFinal: () => false,
  });
}

describe('a small file', () => {
  beforeAll(async () => {
    tenant = await insertTestTenant(database.admin, 'ISSUER');
  });

  test('is sent in a form, is answered 202, and later with its result', async () => {
    const answer = await create({
      ...form([{ filename: 'märz 🚀.csv' }]),
      headers: { ...form([]).headers, 'X-Request-ID': 'rq-1' },
    });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      kind: 'shareholders',
      door: 'MULTIPART',
      state: 'RECEIVED',
      filename: 'märz 🚀.csv',
      bytes_total: FILE.length,
      dry_run: false,
      errors: [],
      errors_url: null,
    });
    expect(answer.header('location')).toBe(`/api/uploads/${answer.body.id}`);
    await validate(answer.body.id);

    const { body, status } = await get(answer.body.id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{
        state: 'COMPLETED',
        rows: 2,
        accepted: 1,
        rejected: 1,
        bytes_done: FILE.length,
        sha256: sha256(FILE),
      },
      errors: [{ line: 3, column: 'holdings', code: 'invalid-number' }],
      failure: null,
      completed_at: expect.any(String),
    });
    const errorsFile = await fetch(body.errors_url);
    expect([errorsFile.status, errorsFile.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/csv'),
    ]);
    expect(await errorsFile.text()).toContain('\r\nB,Bob,,x,3,holdings,invalid-number,');
    const { rows } = await database.admin.query(
      `select action, actor_id, request_id, payload from audit_log where tenant_id = $1 and action like 'upload.%' order by id`,
      [tenant.id],
    );
    expect(rows).toMatchObject([
      { action: 'upload.received', actor_id: tenant.as('OPS').actorId, request_id: 'rq-1' },
      { action: 'upload.validating', actor_id: null, request_id: 'rq-1' },
      { action: 'upload.completed', actor_id: null, request_id: 'rq-1' },
    ]);
    expect(JSON.stringify(rows)).not.toContain('märz');
  });

  test('shows its first rejected rows as they stand in the errors file, and a correction of them is a file', async () => {
    const of = await insertTestTenant(database.admin, 'ISSUER');
    const wrong = Array.from({ length: 201 }, (_, row) => `W-${row},"=W, ""w""",,no\n`).join('');
    const { body: sent } = await create(
      form([{ content: `external_ref,name,email,holdings\n${wrong}` }]),
      of,
    );
    await validate(sent.id, of);
    const rejectedOf = (id: string, as = of.as('OPS')) =>
      call(rejectedHandler, getRejectedRows, { as, params: { id } });
    const { body } = await rejectedOf(sent.id);
    expect([body.rows.length, body.complete]).toEqual([200, false]);
    const read = await database.admin.query(
      `select actor_id, payload from audit_log where action = 'personal-data.read' and resource = $1`,
      [`uploads/${sent.id}`],
    );
    expect(read.rows).toEqual([
      { actor_id: of.as('OPS').actorId, payload: { kind: 'shareholders', rejected: 201 } },
    ]);
    const at = (name: string): number => body.columns.indexOf(name);
    const [first] = body.rows;
    expect([first[at('external_ref')], first[at('name')], first[at('vestry_error_line')]]).toEqual([
      ...['W-0', `'=W, "w"`, '2'],
    ]);

    first[at('holdings')] = '5';
    const corrected = [body.columns, first, body.rows[1]].map((cells: string[]) =>
      cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','),
    );
    const { body: again } = await create(form([{ content: corrected.join('\n') }]), of);
    await validate(again.id, of);
    expect((await get(again.id, of)).body).toMatchObject({ accepted: 1, rejected: 1 });
    const { rows } = await database.admin.query('select name from shareholders where tenant_id = $1', [
      of.id,
    ]);
    expect(rows).toEqual([{ name: '=W, "w"' }]);
    expect((await rejectedOf(again.id)).body).toMatchObject({ complete: true, rows: [expect.any(Array)] });

    const { body: right } = await create(form([{ content: 'external_ref,name,holdings\nR,R,1\n' }]), of);
    await validate(right.id, of);
    const absent = [await rejectedOf(right.id), await rejectedOf(sent.id, tenant.as('OPS'))];
    expect(absent.map(({ status }) => status)).toEqual([404, 404]);
  });

  test('that was loaded before is answered at once, and nothing is stored', async () => {
    const { body, status } = await create(form([{ filename: 'other name.csv' }]));
    expect([status, body.state, body.accepted]).toEqual([200, 'COMPLETED', 1]);
    const byHash = await create({ body: { filename: 'x.csv', size: FILE.length, sha256: sha256(FILE) } });
    expect([byHash.status, byHash.body.id, byHash.body.upload_url]).toEqual([200, body.id, undefined]);
    expect((await create({ ...form([{}]), query: { dry_run: 'true' } })).status).toBe(202);
  });

  test('is one upload for one Idempotency-Key', async () => {
    const sent = form([{ content: `${FILE}C,C,,1\n` }]);
    const request = { ...sent, headers: { ...sent.headers, 'Idempotency-Key': randomUUID() } };
    const [first, again] = [await create(request), await create(request)];
    expect([first.status, again.status, again.header('idempotency-replayed')]).toEqual([202, 202, 'true']);
    expect(again.body.id).toBe(first.body.id);
  });

  test.each([FILE.length, PART_BYTES + LAST.length])(
    'of %d bytes keeps no URL with its stored answer: a repeated request gets new ones, which work',
    async (size) => {
      const request = {
        body: { filename: 'r.csv', size },
        headers: { 'Idempotency-Key': randomUUID() },
      };
      const first = await create(request);
      const again = await create(request);
      expect([again.status, again.header('idempotency-replayed')]).toEqual([201, 'true']);
      const urlsOf = ({ body }: TestResponse): string[] =>
        body.upload_url === undefined ? body.parts.map(({ url }: { url: string }) => url) : [body.upload_url];
      expect(urlsOf(again)).toHaveLength(urlsOf(first).length);
      expect(again.body.complete_url).toBe(first.body.complete_url);
      const contents = size === FILE.length ? FILE : LAST;
      const put = await fetch(urlsOf(again).at(-1) ?? '', {
        method: 'PUT',
        headers: again.body.upload_headers,
        body: contents,
      });
      expect(put.status).toBe(200);
      const { rows } = await database.admin.query(
        `select response::text from idempotency_keys where tenant_id = $1 and response ->> 'body' like $2`,
        [tenant.id, `%${first.body.id}%`],
      );
      expect(rows).toHaveLength(1);
      expect(rows[0].response).not.toMatch(/https?:|X-Amz/i);
    },
  );

  test.each<[string, Pick<TestRequest, 'body' | 'headers'>, number, string]>([
    ['no file', form([]), 422, '/file'],
    ['two files', form([{}, {}]), 422, '/file'],
    ['another field', form([{}, { name: 'kind', content: 'x' }]), 422, '/kind'],
    ['another file', form([{ name: 'other', filename: 'o.csv' }]), 422, '/other'],
    ['another name', form([{ filename: 'register.xlsx' }]), 422, '/file/filename'],
    ['no boundary', { body: Buffer.from('x'), headers: { 'Content-Type': 'multipart/form-data' } }, 400, ''],
    [
      'half a form',
      {
        body:
          form([{}]).body &&
          Buffer.from('--b\r\ncontent-disposition: form-data; name="file"; filename="r.csv"\r\n\r\nA'),
        headers: form([]).headers ?? {},
      },
      400,
      '',
    ],
    ['too large', form([{ content: Buffer.alloc(MAX_MULTIPART_BYTES + 1, 'a') }]), 413, ''],
    ['another type', { body: FILE, headers: { 'Content-Type': 'text/csv' } }, 415, ''],
  ])('with %s is refused', async (_, request, status, pointer) => {
    const answer = await create(request);
    expect(answer.status).toBe(status);
    if (pointer !== '') expect(answer.body.errors).toMatchObject([{ pointer }]);
    if (status === 413) expect(answer.body.detail).toContain('application/json');
  });

  test('of exactly the limit is taken', async () => {
    const content = Buffer.alloc(MAX_MULTIPART_BYTES, 'a');
    expect((await create(form([{ content }]))).status).toBe(202);
  });
});

describe('a large file', () => {
  beforeAll(async () => {
    tenant = await insertTestTenant(database.admin, 'ISSUER');
  });

  test('is PUT to the URL of the answer, with exactly its size and content', async () => {
    const { status, body, header } = await create({
      body: { filename: 'r.csv', size: FILE.length, sha256: sha256(FILE) },
    });
    expect([status, header('location')]).toEqual([201, `/api/uploads/${body.id}`]);
    expect(
      (await fetch(body.upload_url, { method: 'PUT', headers: body.upload_headers, body: `${FILE} ` })).ok,
    ).toBe(false);
    expect(
      (
        await fetch(body.upload_url, {
          method: 'PUT',
          headers: body.upload_headers,
          body: FILE.replace('Ann', 'Eve'),
        })
      ).ok,
    ).toBe(false);
    expect((await fetch(body.upload_url, { method: 'PUT', body: FILE })).status).toBe(403);
    const put = () => fetch(body.upload_url, { method: 'PUT', headers: body.upload_headers, body: FILE });
    expect((await put()).status).toBe(200);
    expect((await put()).status).toBe(412);
    await validate(body.id);
    expect((await get(body.id)).body).toMatchObject({ state: 'COMPLETED', accepted: 1, door: 'PRESIGNED' });
    const { rows } = await database.admin.query(
      `select action from audit_log where tenant_id = $1 and action like 'upload.%' order by id`,
      [tenant.id],
    );
    expect(rows.map(({ action }) => action)).toEqual([
      'upload.requested',
      'upload.validating',
      'upload.completed',
    ]);
  });

  test('goes in parts, which are put together', async () => {
    const { body } = await create({ body: { filename: 'r.csv', size: PART_BYTES + LAST.length } });
    expect(body).toMatchObject({ part_size: 100_000_000, complete_url: `/api/uploads/${body.id}/complete` });
    expect(body.upload_url).toBeUndefined();
    const contents = [wholePart(FILE), LAST];
    const parts: { part_number: number; etag: string }[] = [];
    for (const { part_number, url } of body.parts) {
      const other = contents[2 - part_number] ?? '';
      expect((await fetch(url, { method: 'PUT', body: other.slice(0, 6_000_000) })).status).toBe(403);
      const put = await fetch(url, { method: 'PUT', body: contents[part_number - 1] ?? '' });
      parts.push({ part_number, etag: put.headers.get('etag') ?? '' });
    }
    const complete = (sent: object, of = tenant) =>
      call(completeHandler, completeUpload, {
        as: of.as('OPS'),
        params: { id: body.id },
        body: { parts: sent },
      });
    const { tenantId, actorId } = tenant.as('OPS');
    const setStatus = (table: 'users' | 'tenants', status: string) =>
      database.admin.query(`update ${table} set status = $1 where id = $2`, [
        status,
        table === 'users' ? actorId : tenantId,
      ]);
    for (const [table, status, expected] of [
      ['users', 'DISABLED', 401],
      ['tenants', 'SUSPENDED', 403],
    ] as const) {
      await setStatus(table, status);
      expect((await complete(parts)).status).toBe(expected);
      expect((await create({ body: { filename: 'r.csv', size: PART_BYTES + 1 } })).status).toBe(expected);
      await setStatus(table, 'ACTIVE');
    }
    expect(() => storedFile(aws, `incoming/${tenant.id}/${body.id}`)).toThrow();
    expect((await complete(parts, await insertTestTenant(database.admin, 'ISSUER'))).status).toBe(404);
    expect((await complete(parts.toReversed())).status).toBe(422);
    expect((await complete([{ part_number: 1, etag: '"none"' }])).body.errors).toMatchObject([
      { pointer: '/parts' },
    ]);
    expect((await complete(parts.slice(0, 1))).body.errors).toMatchObject([{ pointer: '/parts' }]);
    expect((await complete(parts)).status).toBe(202);
    await validate(body.id);
    expect((await complete(parts)).status).toBe(409);
    expect((await get(body.id)).body).toMatchObject({ state: 'COMPLETED', rows: 3, accepted: 2 });
  });

  test('of other bytes than were announced is not loaded', async () => {
    const { body } = await create({
      body: { filename: 'r.csv', size: PART_BYTES + LAST.length, sha256: sha256('something else') },
    });
    const parts: object[] = [];
    for (const { part_number, url } of body.parts) {
      const put = await fetch(url, { method: 'PUT', body: part_number === 1 ? wholePart(FILE) : LAST });
      parts.push({ part_number, etag: put.headers.get('etag') });
    }
    await call(completeHandler, completeUpload, {
      as: tenant.as('OPS'),
      params: { id: body.id },
      body: { parts },
    });
    await validate(body.id);
    const { body: failed } = await get(body.id);
    expect(failed).toMatchObject({ state: 'FAILED', failure: expect.stringMatching(/^checksum-mismatch: /) });
  });

  test.each<[object, string]>([
    [{ filename: 'r.csv', size: 1_000_000_001 }, '/size'],
    [{ filename: 'r.csv', size: 0 }, '/size'],
    [{ filename: 'r.txt', size: 1 }, '/filename'],
    [{ filename: 'r.csv', size: 1, sha256: 'x' }, '/sha256'],
    [{ filename: 'r.csv', size: 1, key: 'incoming/x' }, '/key'],
  ])('announced as %j is refused', async (body, pointer) => {
    const answer = await create({ body });
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, pointer]);
  });
});

test('uploads are listed, the newest first, by state and in pages; other tenants see none of them', async () => {
  const of = await insertTestTenant(database.admin, 'ISSUER');
  const ids: string[] = [];
  for (const name of ['A', 'B', 'C']) {
    const { body } = await create(form([{ content: `${FILE}${name}1,N,,1\n` }]), of);
    ids.unshift(body.id);
  }
  await validate(ids[0] as string, of);
  const list = async (query: Record<string, string>, by = of) =>
    (await call(listHandler, listUploads, { as: by.as('ADMIN'), query })).body;
  const first = await list({ limit: '2' });
  expect(first.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
  expect(first.data[0]).not.toHaveProperty('errors');
  const second = await list({ limit: '2', cursor: first.next_cursor });
  expect([second.data.map(({ id }: { id: string }) => id), second.next_cursor]).toEqual([ids.slice(2), null]);
  expect((await list({ state: 'RECEIVED' })).data).toHaveLength(2);
  const other = await insertTestTenant(database.admin, 'ISSUER');
  expect((await list({}, other)).data).toEqual([]);
  expect((await get(ids[0] as string, other)).status).toBe(404);
});

test('sponsors and employees are refused', async () => {
  const sponsor = await insertTestTenant(database.admin, 'SPONSOR');
  expect((await create(form([{}]), sponsor)).status).toBe(403);
  const answer = await call(createHandler, createShareholderUpload, {
    as: tenant.as('COMPLIANCE'),
    ...form([{}]),
  });
  expect(answer.status).toBe(403);
});
