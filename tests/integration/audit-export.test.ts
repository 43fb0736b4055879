import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type pg from 'pg';
import { keyPath } from 'template-runner/objects';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readWhole } from '#audit/archive/audit-archive.ts';
import { parseDigest } from '#audit/archive/digest.ts';
import { readSignedText } from '#audit/archive/signed-text.ts';
import { handler as rotateHandler } from '#functions/scheduled/rotate-audit-keys.ts';
import { handler as verifyHandler } from '#functions/scheduled/verify-audit-chain.ts';
import { dayOf } from '#kernel/calendar.ts';
import { fileArchive } from '#local/file-archive.ts';
import { exportAll, exportAt, insertEntry, verifyFiles } from '#tests/support/audit-archive.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { testContext } from '#tests/support/request.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

let database: TestDatabase;
let aws: TestAws;
let ours: TestTenant;
let theirs: TestTenant;
const open: pg.PoolClient[] = [];

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  ours = await insertTestTenant(database.admin, 'ISSUER');
  theirs = await insertTestTenant(database.admin, 'SPONSOR');
});

afterEach(async () => {
  for (const client of open.splice(0)) {
    await client.query('rollback');
    client.release();
  }
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

const TODAY = dayOf(new Date());
const at = (hour: number) => `${TODAY}T${String(hour).padStart(2, '0')}:00:00Z`;

interface Exported {
  readonly key: string;
  readonly id: string;
  readonly tenant_id: string;
  readonly [name: string]: unknown;
}

/** Every entry that a digest names, read without the code that verifies. */
async function exported(): Promise<Exported[]> {
  const archive = fileArchive(aws.dataDir, aws.auditBucket);
  const entries: Exported[] = [];
  for await (const { key } of archive.list('audit/digests/')) {
    const digest = parseDigest(
      readSignedText((await readWhole(archive, key)) ?? Buffer.alloc(0))?.text ?? Buffer.alloc(0),
    );
    for (const object of digest?.objects ?? []) {
      const text = gunzipSync((await readWhole(archive, object.key)) ?? Buffer.alloc(0)).toString();
      for (const line of text.trimEnd().split('\n')) entries.push({ key: object.key, ...JSON.parse(line) });
    }
  }
  return entries;
}

async function everyEntry(): Promise<string[]> {
  const { rows } = await database.admin.query<{ id: string }>('select id from audit_log order by id');
  return rows.map(({ id }) => id);
}

const ids = (entries: readonly Exported[]) => entries.map(({ id }) => id).sort();

/** Bounds what a slow machine has to export. */
const ENTRIES_A_WRITER = 60;

describe('what is exported', () => {
  test('is stored by day and tenant, complete, under Object Lock', async () => {
    const id = await insertEntry(database.admin, ours.id, 'tenants/one');
    await insertEntry(database.admin, theirs.id, 'tenants/two');
    await exportAll(database.admin, at(1));
    const found = await exported();
    expect(found.find((entry) => entry.id === id)).toMatchObject({
      key: `audit/dt=${TODAY}/tenant=${ours.id}/0000000001.jsonl.gz`,
      ...{ tenant_id: ours.id, actor_id: null, actor_role: 'SYSTEM', action: 'tenant.updated' },
      ...{ resource: 'tenants/one', request_id: 'test' },
      ts: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      payload: { resource: 'tenants/one', text: 'Zoë\n“quoted”', exact: '1.10' },
    });
    expect(ids(found)).toEqual(await everyEntry());
    const { S3Client, HeadObjectCommand, DeleteObjectCommand } = await import('@aws-sdk/client-s3');
    const s3 = new S3Client({});
    for (const key of new Set([...found.map((entry) => entry.key), await newestDigest()])) {
      const head = await s3.send(new HeadObjectCommand({ Bucket: aws.auditBucket, Key: key }));
      expect(head).toMatchObject({ ObjectLockMode: 'COMPLIANCE' });
      const years =
        ((head.ObjectLockRetainUntilDate?.getTime() ?? 0) - Date.parse(at(1))) / 86_400_000 / 365.25;
      expect(years).toBeGreaterThan(7);
      await expect(
        s3.send(new DeleteObjectCommand({ Bucket: aws.auditBucket, Key: key, VersionId: head.VersionId })),
      ).rejects.toThrow('object lock');
    }
    expect(await verifyFiles({ admin: database.admin, aws })).toMatchObject({
      valid: true,
      digests: 1,
      entries: 2,
    });
  });

  test('a run that finds nothing writes nothing, but a day without entries has a digest that says so', async () => {
    expect(await exportAt(at(2))).toEqual({ digests: 0, entries: 0 });
    expect(await exportAt('2199-01-01T01:00:00Z')).toEqual({ digests: 1, entries: 0 });
    expect(await newestDigest()).toContain('.2199-01-01.2199-01-01.');
    expect(await verifyFiles({ admin: database.admin, aws })).toMatchObject({ valid: true });
  });
});

describe('entries that become visible late', () => {
  test('are exported once, whatever their ids', async () => {
    const slow = await database.admin.connect();
    open.push(slow);
    await slow.query('begin');
    const early = await insertEntry(slow, ours.id, 'tenants/slow');
    const later = await insertEntry(database.admin, ours.id, 'tenants/quick');
    expect(early < later).toBe(true);
    await exportAt(at(3));
    // The slow one is not settled, and so neither is what came after it.
    expect(ids(await exported())).not.toContain(later);
    await slow.query('commit');
    await exportAll(database.admin, at(4));
    expect(ids(await exported())).toEqual(await everyEntry());
  });

  test('nothing is skipped or exported twice while writers run', async () => {
    let running = true;
    const writer = async (number: number): Promise<void> => {
      const client = await database.admin.connect();
      try {
        for (let written = 0; running && written < ENTRIES_A_WRITER; written += 1) {
          await client.query('begin');
          await insertEntry(client, number % 2 === 0 ? ours.id : theirs.id, `tenants/${number}`);
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
          await client.query(Math.random() < 0.2 ? 'rollback' : 'commit');
        }
      } finally {
        client.release();
      }
    };
    const writers = Promise.all([writer(1), writer(2), writer(3)]);
    for (let run = 0; run < 8; run += 1) {
      await exportAt(at(5));
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    running = false;
    await writers;
    await exportAll(database.admin, at(6));
    const found = ids(await exported());
    expect(new Set(found).size).toBe(found.length);
    expect(found).toEqual(await everyEntry());
    expect(await verifyFiles({ admin: database.admin, aws })).toMatchObject({
      valid: true,
      entries: found.length,
    });
  }, 180_000);

  test('only the database numbers the transaction of an entry', async () => {
    const app = await database.connectAsApp();
    try {
      await app.query(`select set_config('app.tenant_id', $1, false)`, [ours.id]);
      const insert = `insert into audit_log (actor_role, action, resource, request_id, payload, xact)
        values ('SYSTEM', 'tenant.updated', 'tenants', 'forged', '{}', '3')`;
      await expect(app.query(insert)).rejects.toThrow('permission denied');
    } finally {
      await app.end();
    }
  });
});

describe('an exporter that is killed', () => {
  test.each(['before a digest', 'after a digest'])('%s is ended by the next', async (place) => {
    const before = await exported();
    const id = await insertEntry(database.admin, ours.id, `tenants/${place}`);
    await exportAll(database.admin, at(7));
    // The database looks as if the written export had not been marked.
    await database.admin.query(`alter table audit_exports disable trigger guard_audit_export`);
    await database.admin.query(
      `update audit_exports set entries = null, digest_key = null, digest_sha256 = null
       where sequence = (select max(sequence) from audit_exports)`,
    );
    await database.admin.query(`alter table audit_exports enable trigger guard_audit_export`);
    if (place === 'before a digest') await removeNewestDigest();
    const late = await insertEntry(database.admin, ours.id, 'tenants/late');
    await exportAll(database.admin, at(8));
    const found = await exported();
    expect(ids(found)).toEqual([...ids(before), id, late].sort());
    expect(await verifyFiles({ admin: database.admin, aws })).toMatchObject({
      valid: true,
      entries: found.length,
    });
  });

  test('two at once make one chain', async () => {
    await insertEntry(database.admin, ours.id, 'tenants/race');
    await Promise.all([exportAt(at(9)), exportAt(at(9)), exportAt(at(9))]);
    await exportAll(database.admin, at(9));
    expect(ids(await exported())).toEqual(await everyEntry());
    expect(await verifyFiles({ admin: database.admin, aws })).toMatchObject({ valid: true });
  });
});

describe('keys', () => {
  test('old digests verify after a rotation, and new ones are signed by the new key', async () => {
    const signer = async () => readSignedText((await read(await newestDigest())) ?? Buffer.alloc(0))?.kid;
    const before = await signer();
    const { kid } = (await rotateHandler({ time: at(10) }, testContext())) as { kid: string };
    await insertEntry(database.admin, ours.id, 'tenants/rotated');
    await exportAll(database.admin, at(10));
    expect(await signer()).toBe(kid);
    expect(kid).not.toBe(before);
    expect(await verifyFiles({ admin: database.admin, aws })).toMatchObject({ valid: true });
    const [secret] = Object.values(
      JSON.parse(readFileSync(`${aws.dataDir}/secrets.json`, 'utf8')) as Record<
        string,
        { stages: string[]; text: string }[]
      >,
    )
      .flat()
      .filter(({ stages, text }) => stages.includes('AWSCURRENT') && text.includes(kid));
    expect(secret?.text.match(/privateJwk/g)).toHaveLength(1);
  });
});

describe('the daily job', () => {
  const tomorrow = new Date(Date.parse(at(0)) + 86_400_000).toISOString();

  test('verifies the day before, and fails when a link is broken', async () => {
    const verified = await verifyHandler({ time: tomorrow }, testContext());
    expect(verified).toMatchObject({
      valid: true,
      from: TODAY,
      to: TODAY,
      entries: (await everyEntry()).length,
    });
    await removeNewestDigest();
    await expect(verifyHandler({ time: tomorrow }, testContext())).rejects.toThrow(
      /audit chain is broken .* missing/,
    );
  });
});

async function newestDigest(): Promise<string> {
  let newest = '';
  for await (const { key } of fileArchive(aws.dataDir, aws.auditBucket).list('audit/digests/')) newest = key;
  return newest;
}

async function read(key: string): Promise<Buffer | undefined> {
  return readWhole(fileArchive(aws.dataDir, aws.auditBucket), key);
}

/** A digest that was never put: the store forgets it, which no API of S3 would allow. */
async function removeNewestDigest(): Promise<void> {
  const key = await newestDigest();
  aws.endpoint.objects.bucket(aws.auditBucket).delete(key);
  rmSync(join(aws.dataDir, 'objects', aws.auditBucket, keyPath(key)));
}
