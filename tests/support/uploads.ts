import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import type { AwsEndpoint } from 'template-runner/endpoint';
import { type ExpectedRow, sampleRegister } from '#local/sample/sample-register.ts';
import type { UploadFormat } from '#uploads/formats/upload-row.ts';
import type { StoredFile } from '#uploads/intake/upload-event.ts';
import { processUpload } from '#uploads/loading/process-upload.ts';
import type { TestAws } from './aws-services.ts';
import { dropCredentialOf } from './drop-credentials.ts';
import type { TestTenant } from './tenants.ts';

/**
 * Stores a file as any S3 client would, and returns the content of its creation event.
 * @param by the credential whose key stores it. @default one that nobody knows
 */
export async function storeFile(
  aws: TestAws,
  key: string,
  content: string | Buffer,
  by?: { readonly principalId: string },
): Promise<StoredFile> {
  const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({});
  await client.send(new PutObjectCommand({ Bucket: aws.uploadsBucket, Key: key, Body: content }));
  client.destroy();
  return { ...storedFile(aws, key), ...by };
}

/** The creation event's view of what is stored under a key now. */
export function storedFile({ endpoint, uploadsBucket }: TestAws, key: string): StoredFile {
  const { size, etag, versionId, sequencer } = endpoint.objects.get(uploadsBucket, key);
  return { key, versionId, bytes: size, ref: versionId ?? `${etag}:${sequencer}` };
}

export async function objectText(aws: TestAws, key: string): Promise<string> {
  const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({});
  const { Body } = await client.send(new GetObjectCommand({ Bucket: aws.uploadsBucket, Key: key }));
  const text = (await Body?.transformToString()) ?? '';
  client.destroy();
  return text;
}

/** Takes every message off a queue. */
export async function takeMessages(endpoint: AwsEndpoint, queue: string): Promise<Record<string, unknown>[]> {
  const taken: Record<string, unknown>[] = [];
  for (;;) {
    const batch = await endpoint.queues.receive(queue, { max: 10 });
    if (batch.length === 0) return taken;
    taken.push(...batch.map(({ body }) => JSON.parse(body) as Record<string, unknown>));
  }
}

/** Returns everything that an upload leaves behind, without what differs from run to run. */
export async function registerOf(admin: pg.Pool, tenantId: string): Promise<Record<string, unknown>[]> {
  const { rows } = await admin.query(
    `select external_ref, name, email, holdings::text, status, version,
       (select count(*)::int from position_entries e where e.tenant_id = s.tenant_id and e.shareholder_id = s.id) as entries
     from shareholders s where tenant_id = $1 order by external_ref`,
    [tenantId],
  );
  return rows;
}

/** Holders whose holdings are not the sum of their entries. There must be none. */
export async function unbalancedHolders(admin: pg.Pool, tenantId: string): Promise<string[]> {
  // The query avoids a join: for a tenant that the statistics don't know yet, Postgres would compare every holder
  // with every entry.
  const { rows } = await admin.query(
    `select id from (
       select id, holdings as amount from shareholders where tenant_id = $1
       union all select shareholder_id, -delta from position_entries where tenant_id = $1
     ) parts group by id having sum(amount) <> 0`,
    [tenantId],
  );
  return rows.map((row) => row.id);
}

/** Processes a file in a process of its own, as a function would; `killAfterMs` ends it the hard way. Answers its exit code. */
export async function processInChild(
  file: StoredFile,
  options: { readonly crashDirectory?: string; readonly killAfterMs?: number },
): Promise<number | null> {
  const child = fork(
    fileURLToPath(new URL('./process-upload-child.ts', import.meta.url)),
    [JSON.stringify(file)],
    {
      env: {
        ...process.env,
        ...(options.crashDirectory === undefined ? {} : { VESTRY_CRASH_DIR: options.crashDirectory }),
      },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  if (options.killAfterMs !== undefined) {
    await once(child, 'message');
    setTimeout(() => child.kill('SIGKILL'), options.killAfterMs);
  }
  const [code] = await once(child, 'exit');
  return code as number | null;
}

export const UPLOAD_HEADER = 'external_ref,name,email,holdings\n';
export const CHANGES_HEADER =
  'external_ref,name,holdings,security_class,effective_date,vestry_line,vestry_name_before,vestry_holdings_before';
/** A delivery that is not the last. */
export const DELIVERY = { requestId: 'request-of-the-test', isFinal: () => false };

export interface DropFolder {
  drop(content: string | Buffer, of: TestTenant, name?: string): Promise<StoredFile>;
  // biome-ignore lint/suspicious/noExplicitAny: a row is asserted on, and an assertion on a wrong column fails
  uploadOf(file: StoredFile): Promise<any>;
  /** Drops a file, processes it and answers its upload. */
  load(content: string | Buffer, of: TestTenant, name?: string): ReturnType<DropFolder['uploadOf']>;
}

/** The drop folder of tenants, with the worker's use case in this process. */
export function dropFolder(admin: pg.Pool, aws: TestAws): DropFolder {
  let files = 0;
  const folder: DropFolder = {
    drop: async (content, of, name) => {
      files += 1;
      const key = `drop/${of.slug}/shareholders/${name ?? `file ${files}.csv`}`;
      const { principalId } = await dropCredentialOf(admin, of);
      return storeFile(aws, key, content, { principalId });
    },
    uploadOf: async (file) => {
      const { rows } = await admin.query('select * from uploads where object_key = $1 and object_ref = $2', [
        file.key,
        file.ref,
      ]);
      if (rows.length !== 1) throw new Error(`${rows.length} uploads of ${file.key}`);
      return rows[0];
    },
    load: async (content, of, name) => {
      const file = await folder.drop(content, of, name);
      await processUpload(file, DELIVERY);
      return folder.uploadOf(file);
    },
  };
  return folder;
}

/** Returns a sample register as one file, with the expected result of its rows. */
export function sampleFile(
  rows: number,
  format: UploadFormat = 'csv',
): { bytes: Buffer; expected: ExpectedRow[] } {
  const chunks = [...sampleRegister({ rows, seed: 3, format })];
  return {
    bytes: Buffer.concat(chunks.map(({ bytes }) => bytes)),
    expected: chunks.flatMap((chunk) => [...chunk.rows]),
  };
}
