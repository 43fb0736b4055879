import { setTimeout as sleep } from 'node:timers/promises';
import { CopyObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import pg from 'pg';
import {
  type RunningPlatform,
  removeDataDir,
  startedPlatform,
  temporaryDataDir,
} from '#tests/e2e/platform.ts';
import { insertTestTenant } from '#tests/support/tenants.ts';
import { interleave } from './interleave.ts';
import { copyRegister, emptyRegister, type RegisterSample } from './register-copy.ts';

const POLL_MS = 50;
const WAITING = 'bench/register.csv';

/**
 * Measures the time from the object's appearance in the drop folder to the end of the upload, through S3's event, the
 * queue and the function on the local platform ÷ COPY of the valid rows into the same table of the same database.
 */
export async function uploadThroughPlatform(
  rows: number,
  rounds: number,
  sample: RegisterSample,
): Promise<void> {
  const dataDir = temporaryDataDir();
  const platform = await startedPlatform({
    dataDir,
    flags: ['--port', '0', '--no-demo'],
    env: { VESTRY_LOCAL_FSYNC: 'on' },
  });
  const admin = new pg.Pool({
    connectionString: platform.file.databaseUrl,
    max: 4,
    options: '-c search_path=vestry -c timezone=UTC',
  });
  try {
    // A client's own sending isn't measured: the object is put where nothing listens, and copied by S3.
    await platform
      .s3()
      .send(new PutObjectCommand({ Bucket: platform.file.buckets.uploads, Key: WAITING, Body: sample.file }));
    await interleave({
      title: `upload of ${rows} rows, S3 object → event → queue → register, errors file and queue`,
      unit: 'rows/s',
      ours: {
        name: 'drop folder to COMPLETED',
        prepare: () => emptyRegister(admin),
        run: () => upload(platform, admin).then(() => rows),
      },
      limit: {
        name: 'COPY of the valid rows',
        prepare: () => emptyRegister(admin),
        run: async () => {
          await copyRegister(admin, (await insertTestTenant(admin, 'ISSUER')).id, sample.valid);
          return rows;
        },
      },
      atLeast: 0.75,
      rounds,
    });
  } finally {
    await admin.end();
    await platform.stop();
    removeDataDir(dataDir);
  }
}

async function upload(platform: RunningPlatform, admin: pg.Pool): Promise<void> {
  const tenant = await insertTestTenant(admin, 'ISSUER');
  const { uploads: Bucket } = platform.file.buckets;
  await platform.s3().send(
    new CopyObjectCommand({
      Bucket,
      Key: `drop/${tenant.slug}/shareholders/register.csv`,
      CopySource: `${Bucket}/${WAITING}`,
    }),
  );
  for (;;) {
    const { rows } = await admin.query('select state, failure from uploads where tenant_id = $1', [
      tenant.id,
    ]);
    if (rows[0]?.state === 'COMPLETED') return;
    if (rows[0]?.state === 'FAILED') throw new Error(`the upload failed: ${rows[0].failure}`);
    await sleep(POLL_MS);
  }
}
