import type { TenantSession } from '#platform/db/tenant-session.ts';
import type { TenantId, UploadId } from '#platform/ids.ts';
import { sendMessages } from '#platform/queue/send.ts';
import { writeObject } from '#platform/storage/objects.ts';
import { errorsFileHeader, errorsFileLine } from '#uploads/errors-file.ts';
import { type NumberedRejection, rejectedRows } from '#uploads/staged-rows.ts';
import type { ListedError } from '#uploads/upload.repository.ts';
import { errorsKey } from '#uploads/upload-event.ts';
import type { UploadLoader } from '#uploads/upload-loader.ts';

/** Of an upload's errors, those that its answer shows; the errors file has all. */
const LISTED_ERRORS = 50;
const QUEUE = 'rejected-rows';
/** So many refused rows are a message each, for whoever looks into the queue. The rest of a flood travels packed. */
const SINGLE_ROWS = 100;
/** Ten such messages, which are sent in one call, stay below 256 KiB. */
const PACKED_ROWS = 25;

export interface Rejections {
  readonly key: string;
  readonly listed: readonly ListedError[];
}

interface ReportedUpload {
  readonly tenantId: TenantId;
  readonly uploadId: UploadId;
  readonly requestId: string;
}

/**
 * Writes the refused rows to the errors file and puts each on the queue of rejected rows. Done before the upload is completed,
 * so that a completed upload has both; a delivery that is repeated writes the same file and sends the same messages again.
 */
export async function reportRejected(
  session: TenantSession,
  upload: ReportedUpload,
  { columns, about }: Pick<UploadLoader, 'columns' | 'about'>,
): Promise<Rejections> {
  const key = errorsKey(upload.tenantId, upload.uploadId);
  const listed: ListedError[] = [];
  let told = 0;
  async function* lines(): AsyncGenerator<string, void> {
    yield errorsFileHeader(columns);
    for await (const batch of rejectedRows(session, columns)) {
      for (const { line, error } of batch.slice(0, LISTED_ERRORS - listed.length))
        listed.push({ line, ...error });
      await sendMessages(QUEUE, packed(upload, batch, SINGLE_ROWS - told, about), upload.requestId);
      told += batch.length;
      yield batch.map((row) => errorsFileLine(columns, row)).join('');
    }
  }
  await writeObject(key, lines(), {
    contentType: 'text/csv; charset=utf-8; header=present',
    filename: `errors-${upload.uploadId}.csv`,
  });
  return { key, listed };
}

/** Messages of where and why, without the rows themselves: queues keep nothing personal. `id` tells repetitions. */
function packed(
  { tenantId, uploadId }: ReportedUpload,
  rejections: readonly NumberedRejection[],
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
