import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyPath } from 'template-runner/objects';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dayOf } from '#kernel/calendar.ts';
import { exportAll, insertEntry } from '#tests/support/audit-archive.ts';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';

const COMMAND = join(import.meta.dirname, '../../local/audit-verify.ts');
const TODAY = dayOf(new Date());

let database: TestDatabase;
let aws: TestAws;
let tenant: TestTenant;

beforeAll(async () => {
  database = await testDatabase();
  aws = await testAws();
  tenant = await insertTestTenant(database.admin, 'ISSUER');
  for (let hour = 1; hour <= 3; hour += 1) {
    await insertEntry(database.admin, tenant.id, `tenants/${hour}`);
    await exportAll(database.admin, `${TODAY}T0${hour}:00:00Z`);
  }
  writePlatformFile(true);
});

afterAll(async () => {
  await aws.close();
  await database.close();
});

/** Writes the file that a platform leaves in its data directory. */
function writePlatformFile(isRunning: boolean): void {
  const { user, password, host, port, database: name } = database.connection;
  const databaseUrl = `postgres://${user}:${password}@${host}:${isRunning ? port : 1}/${name}`;
  const file = { buckets: { audit: aws.auditBucket }, databaseUrl };
  writeFileSync(join(aws.dataDir, 'local.json'), JSON.stringify(file));
}

function verify(...args: string[]): { code: number | null; out: string } {
  const range = ['--from', TODAY, '--to', TODAY, '--data', aws.dataDir];
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...range, ...args], {
    encoding: 'utf8',
  });
  return { code: status, out: stdout + stderr };
}

const objectFile = (sequence: number) =>
  join(
    ...[aws.dataDir, 'objects', aws.auditBucket],
    keyPath(`audit/dt=${TODAY}/tenant=${tenant.id}/000000000${sequence}.jsonl.gz`),
  );

describe('npm run audit:verify', () => {
  test('verifies the files of a data directory', () => {
    const { code, out } = verify('--json');
    expect(code, out).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ valid: true, digests: 3, objects: 3, entries: 3, broken: null });
  });

  test.each<[string, () => string[]]>([
    ['a tenant that nobody knows', () => ['--tenant', randomUUID()]],
    ['days without entries', () => ['--from', '2020-01-01', '--to', '2020-01-31']],
  ])('says that there is nothing to verify of %s, and exits with 3', (_, args) => {
    const { code, out } = verify(...args());
    expect(code, out).toBe(3);
    expect(out).toContain('NOTHING TO VERIFY');
    expect(out).not.toContain('every link holds');
    expect(JSON.parse(verify(...args(), '--json').out)).toMatchObject({
      ...{ outcome: 'EMPTY', valid: false, entries: 0, broken: null },
    });
  });

  test('reports what it could not check while the database is stopped', () => {
    writePlatformFile(false);
    const { code, out } = verify();
    writePlatformFile(true);
    expect(code, out).toBe(0);
    expect(out).toContain('The database was not asked');
  });

  test('names what was altered, cut off at the end, or removed, and exits with 1', () => {
    const digests = join(aws.dataDir, 'objects', aws.auditBucket, 'audit/digests');
    const newest = join(digests, readdirSync(digests).sort().at(-1) ?? '');
    renameSync(newest, `${aws.dataDir}/hidden`);
    expect(verify()).toMatchObject({ code: 1, out: expect.stringContaining('digest 3 is missing') });
    renameSync(`${aws.dataDir}/hidden`, newest);
    appendFileSync(objectFile(2), 'x');
    const altered = verify();
    expect(altered).toMatchObject({ code: 1, out: expect.stringMatching(/^.* BROKEN after 1 digests/) });
    rmSync(objectFile(1));
    expect(verify()).toMatchObject({ code: 1, out: expect.stringContaining('missing-object') });
  });

  test('asks for a range that exists', () => {
    expect(verify('--from', '2026-02-29').code).toBe(2);
    expect(verify('--from', '2199-01-01')).toMatchObject({
      code: 2,
      out: expect.stringContaining('is after'),
    });
  });

  test.each([
    ['an unknown option', ['--form', TODAY]],
    ['a directory that is none of a platform', ['--data', '/nonexistent']],
    ['a file of keys that is not there', ['--keys', '/nonexistent']],
    ['a file of keys that is no JSON', ['--keys', COMMAND]],
    ['a bucket without keys', ['--bucket', 'any']],
  ])('says of %s that nothing was verified, and not that a link is broken', (_, args) => {
    const { code, out } = verify(...args);
    expect(code).toBe(2);
    expect(out.trim().split('\n')).toHaveLength(1);
  });
});
