import type { TenantId, UploadId } from '#kernel/ids.ts';
import { crashPoint } from '#platform/crash-point.ts';
import type { TenantSession } from '#platform/db/tenant-session.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { writeObject } from '#platform/storage/objects.ts';
import { errorsKey } from '#uploads/intake/upload-event.ts';
import { type NumberedRejection, rejectedRows } from '#uploads/loading/staged-rows.ts';
import type { UploadLoader } from '#uploads/loading/upload-loader.ts';
import type { ListedError } from '#uploads/upload.repository.ts';
import { errorsFileHeader, errorsFileLine } from './errors-file.ts';

/** The number of errors that an upload's answer shows; the errors file has all. */
const LISTED_ERRORS = 50;
const QUEUE = 'rejected-rows';
/** The number of rejected rows that are sent as one message each, so that the queue can be read. Further rows are packed. */
const SINGLE_ROWS = 100;
/** Ten such messages, which are sent in one call, stay below 256 KiB. */
const PACKED_ROWS = 25;
/** Rejected rows that are held in memory (some 20 MB), so that they can be reported while the database writes the good ones. */
const HELD_ROWS = 30_000;

export interface Rejections {
  readonly key: string;
  readonly listed: readonly ListedError[];
  /** Settles when the errors file is stored and every refused row is on the queue, or one of them failed. */
  readonly reported: Promise<void>;
}

interface ReportedUpload {
  readonly tenantId: TenantId;
  readonly uploadId: UploadId;
  readonly requestId: string;
}

/**
 * Writes the rejected rows to the errors file and puts each on the queue of rejected rows; a repeated delivery writes
 * the same file and sends the same messages again. It leaves the session free. Await `reported` before the upload is
 * completed, so that a completed upload has both, and before rows are reported again.
 */
export async function reportRejected(
  session: TenantSession,
  upload: ReportedUpload,
  loader: Pick<UploadLoader, 'columns' | 'about'>,
): Promise<Rejections> {
  const key = errorsKey(upload.tenantId, upload.uploadId);
  const batches = rejectedRows(session, loader.columns);
  const held: Batch[] = [];
  let isAll = false;
  for (let rows = 0; rows < HELD_ROWS && !isAll; ) {
    const { done, value } = await batches.next();
    if (done === true) isAll = true;
    else {
      held.push(value);
      rows += value.length;
    }
  }
  const reported = report(key, upload, loader, following(held, batches));
  if (!isAll) await reported;
  // The caller that awaits the promise gets the error.
  reported.catch(() => undefined);
  const listed = held.flat().slice(0, LISTED_ERRORS);
  return { key, listed: listed.map(({ line, error }) => ({ line, ...error })), reported };
}

type Batch = readonly NumberedRejection[];

async function* following(held: readonly Batch[], rest: AsyncIterable<Batch>): AsyncGenerator<Batch, void> {
  yield* held;
  yield* rest;
}

async function report(
  key: string,
  upload: ReportedUpload,
  { columns, about }: Pick<UploadLoader, 'columns' | 'about'>,
  batches: AsyncIterable<Batch>,
): Promise<void> {
  let sent = 0;
  async function* lines(): AsyncGenerator<string, void> {
    yield errorsFileHeader(columns);
    for await (const batch of batches) {
      await sendMessages(QUEUE, packed(upload, batch, SINGLE_ROWS - sent, about), upload.requestId);
      sent += batch.length;
      yield batch.map((row) => errorsFileLine(columns, row)).join('');
    }
  }
  await writeObject(key, lines(), {
    contentType: 'text/csv; charset=utf-8; header=present',
    filename: `errors-${upload.uploadId}.csv`,
  });
  await crashPoint('upload.reported', upload.uploadId);
}

/**
 * Returns messages with the position and reason of each error, without the rows themselves: queues hold nothing
 * personal. Consumers recognise repetitions by `id`.
 */
function packed(
  { tenantId, uploadId }: ReportedUpload,
  rejections: Batch,
  singles: number,
  about: UploadLoader['about'],
): Record<string, unknown>[] {
  const messages: Record<string, unknown>[] = [];
  for (let from = 0; from < rejections.length; ) {
    const rows = rejections.slice(from, from + (from < singles ? 1 : PACKED_ROWS));
    messages.push({
      id: `${uploadId}/${rows[0]?.n}`,
      tenant_id: tenantId,
      upload_id: uploadId,
      rows: rows.map((row) => ({ n: row.n, line: row.line, ...row.error, ...about(row) })),
    });
    from += rows.length;
  }
  return messages;
}
