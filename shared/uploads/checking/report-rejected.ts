import type { TenantId, UploadId } from '#kernel/ids.ts';
import { crashPoint } from '#platform/crash-point.ts';
import type { TenantSession } from '#platform/db/tenant-session.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { writeObject } from '#platform/storage/objects.ts';
import { errorsKey } from '#uploads/intake/upload-event.ts';
import { type NumberedRejection, rejectedRows } from '#uploads/loading/staged-rows.ts';
import type { UploadLoader } from '#uploads/loading/upload-loader.ts';
import type { ListedError } from '#uploads/upload.repository.ts';
import type { RejectedRows } from '#uploads/upload-failure.ts';
import { errorsFileHeader, errorsFileLine } from './errors-file.ts';

/** The number of errors that an upload's answer shows; the errors file has all. */
const LISTED_ERRORS = 50;
const QUEUE = 'rejected-rows';
/** The number of rejected rows that are sent as one message each, so that the queue can be read. Further rows are packed. */
const SINGLE_ROWS = 100;
/** Ten such messages, which are sent in one call, stay below 256 KiB. */
const PACKED_ROWS = 25;

interface ReportedUpload {
  readonly tenantId: TenantId;
  readonly uploadId: UploadId;
  readonly requestId: string;
}

/**
 * Writes the rejected rows to the errors file and puts each on the queue of rejected rows; a repeated delivery writes
 * the same file and sends the same messages again. It is over before the upload's transaction begins, which holds locks of the
 * tenant: a completed upload has both, and no service that hangs is waited for in between.
 */
export async function reportRejected(
  session: TenantSession,
  upload: ReportedUpload,
  { columns, about }: { readonly columns: readonly string[] } & Pick<UploadLoader, 'about'>,
): Promise<RejectedRows> {
  const key = errorsKey(upload.tenantId, upload.uploadId);
  const listed: ListedError[] = [];
  let sent = 0;
  async function* lines(): AsyncGenerator<string, void> {
    yield errorsFileHeader(columns);
    for await (const batch of rejectedRows(session, columns)) {
      await sendMessages(QUEUE, packed(upload, batch, SINGLE_ROWS - sent, about), upload.requestId);
      sent += batch.length;
      const shown = batch.slice(0, Math.max(0, LISTED_ERRORS - listed.length));
      listed.push(...shown.map(({ line, error }) => ({ line, ...error })));
      yield batch.map((row) => errorsFileLine(columns, row)).join('');
    }
  }
  await writeObject(key, lines(), {
    contentType: 'text/csv; charset=utf-8; header=present',
    filename: `errors-${upload.uploadId}.csv`,
  });
  await crashPoint('upload.reported', upload.uploadId);
  return { key, listed };
}

type Batch = readonly NumberedRejection[];

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
