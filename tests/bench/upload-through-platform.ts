import { setTimeout as sleep } from 'node:timers/promises';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import pg from 'pg';
import {
  type RunningPlatform,
  removeDataDir,
  startedPlatform,
  temporaryDataDir,
} from '#tests/e2e/platform.ts';
import { dropClientOf } from '#tests/support/drop-credentials.ts';
import { insertTestTenant } from '#tests/support/tenants.ts';
import { interleave } from './interleave.ts';
import { copyRegister, emptyRegister, type RegisterSample } from './register-copy.ts';

const POLL_MS = 50;

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
    // A client's own sending isn't measured: the one part is there, and the upload of it is completed.
    let sent: SentFile | undefined;
    await interleave({
      title: `upload of ${rows} rows, S3 object → event → queue → register, errors file and queue`,
      unit: 'rows/s',
      ours: {
        name: 'drop folder to COMPLETED',
        prepare: async () => {
          await emptyRegister(admin);
          sent = await send(platform, admin, sample.file);
        },
        run: () => complete(admin, sent as SentFile).then(() => rows),
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

interface SentFile {
  readonly tenantId: string;
  complete(): Promise<unknown>;
}

async function send(platform: RunningPlatform, admin: pg.Pool, Body: Buffer): Promise<SentFile> {
  const tenant = await insertTestTenant(admin, 'ISSUER');
  const client = await dropClientOf(platform.file, admin, tenant);
  const of = { Bucket: platform.file.buckets.uploads, Key: `drop/${tenant.slug}/shareholders/register.csv` };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(of));
  const { ETag } = await client.send(new UploadPartCommand({ ...of, UploadId, PartNumber: 1, Body }));
  const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
  return {
    tenantId: tenant.id,
    complete: () => client.send(new CompleteMultipartUploadCommand({ ...of, UploadId, MultipartUpload })),
  };
}

async function complete(admin: pg.Pool, { tenantId, complete: announce }: SentFile): Promise<void> {
  await announce();
  for (;;) {
    const { rows } = await admin.query('select state, failure from uploads where tenant_id = $1', [tenantId]);
    if (rows[0]?.state === 'COMPLETED') return;
    if (rows[0]?.state === 'FAILED') throw new Error(`the upload failed: ${rows[0].failure}`);
    await sleep(POLL_MS);
  }
}
