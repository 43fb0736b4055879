import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestAws, testAws } from '#tests/support/aws-services.ts';
import { type TestDatabase, testDatabase } from '#tests/support/database.ts';
import { insertTestTenant, type TestTenant } from '#tests/support/tenants.ts';
import {
  DELIVERY,
  type DropFolder,
  dropFolder,
  processInChild,
  registerOf,
  sampleFile,
  UPLOAD_HEADER,
  unbalancedHolders,
} from '#tests/support/uploads.ts';
import type { StoredFile } from '#uploads/intake/upload-event.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';

let database: TestDatabase;
let aws: TestAws;
let uploads: DropFolder;

beforeAll(async () => {
  [database, aws] = [await testDatabase(), await testAws()];
  uploads = dropFolder(database.admin, aws);
});
afterAll(async () => {
  await aws.close();
  await database.close();
});

const newTenant = (type: 'ISSUER' | 'SPONSOR' = 'ISSUER') => insertTestTenant(database.admin, type);

describe('a worker that is killed', () => {
  let reference: Record<string, unknown>[];
  const { bytes } = sampleFile(20_000);
  const expectSame = async (of: TestTenant, file: StoredFile) => {
    await processUpload(file, DELIVERY);
    expect(await uploads.uploadOf(file)).toMatchObject({ state: 'COMPLETED', rows: 20_000 });
    expect(await registerOf(database.admin, of.id)).toEqual(reference);
    expect(await unbalancedHolders(database.admin, of.id)).toEqual([]);
    const { rows } = await database.admin.query(
      `select (select array_agg(action order by id) from audit_log where tenant_id = $1) as audited,
         (select count(*)::int from outbox where tenant_id = $1) as events`,
      [of.id],
    );
    expect(rows).toEqual([{ audited: ['upload.validating', 'upload.completed'], events: 1 }]);
  };

  beforeAll(async () => {
    const of = await newTenant();
    await uploads.load(bytes, of);
    reference = await registerOf(database.admin, of.id);
  });

  test.each(['upload.staged', 'upload.reported', 'upload.written', 'upload.completed'])(
    'at %s and whose message comes again ends in the same rows',
    async (point) => {
      const of = await newTenant();
      const file = await uploads.drop(bytes, of);
      const crashDirectory = mkdtempSync(join(tmpdir(), 'vestry-crash-'));
      writeFileSync(join(crashDirectory, point), '');
      expect(await processInChild(file, { crashDirectory })).toBe(1);
      rmSync(crashDirectory, { recursive: true });
      // Whoever looks on sees that it is read, and not that it has not begun.
      const bytes_done = BigInt(bytes.length);
      expect(await uploads.uploadOf(file)).toMatchObject({ bytes_done, rows: 20_000 });
      await expectSame(of, file);
    },
  );

  test.each([50, 150, 300, 600])('%i ms after it began ends in the same rows', async (killAfterMs) => {
    const of = await newTenant();
    const file = await uploads.drop(bytes, of);
    await processInChild(file, { killAfterMs });
    await expectSame(of, file);
  });

  test('on the last delivery leaves a failed upload, which a redrive takes up', async () => {
    const of = await newTenant();
    const file = await uploads.drop(`${UPLOAD_HEADER}A,N,,1\n`, of);
    await database.admin.query(
      `create function vestry.fail() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$;
       create trigger broken before insert on shareholders for each statement execute function vestry.fail()`,
    );
    await expect(processUpload(file, DELIVERY)).rejects.toThrow('broken');
    expect(await uploads.uploadOf(file)).toMatchObject({ state: 'VALIDATING' });
    await expect(processUpload(file, { ...DELIVERY, isFinal: () => true })).rejects.toThrow('broken');
    expect(await uploads.uploadOf(file)).toMatchObject({
      state: 'FAILED',
      failure: expect.stringMatching(/^internal-error: /),
    });
    await database.admin.query('drop trigger broken on shareholders; drop function vestry.fail()');
    await processUpload(file, DELIVERY);
    expect(await uploads.uploadOf(file)).toMatchObject({ state: 'COMPLETED', accepted: 1, failure: null });
  });
});
